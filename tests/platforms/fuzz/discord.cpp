#include "body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto platform = hark::platforms::fuzz::make("discord", {}, {});
    hark::platforms::fuzz::decode(*platform, data, size);
    return 0;
}
