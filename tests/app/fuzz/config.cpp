// Any bytes as a configuration: faults or a configuration, never a crash, and every fault has its
// place.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "app/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<hark::Fault> faults;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)hark::app::parse_config(text, "/nonexistent/hark.yaml", faults);
    for (const auto& fault : faults) {
        if (fault.where.line == 0 || fault.what.empty()) std::abort();
    }
    return 0;
}
