#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/limits.hpp"
#include "ingest/inflate.hpp"

// Whatever a stranger calls gzip: within its bounds, and padded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace hark;
    constexpr std::size_t kLimit = 256 * limits::kKiB;
    static std::string out;
    const std::string_view packed(reinterpret_cast<const char*>(data), size);
    if (ingest::gunzip(packed, kLimit, out) != Errc::ok) return 0;
    if (out.size() > kLimit || out.capacity() < out.size() + limits::kFramePadding) std::abort();
    return 0;
}
