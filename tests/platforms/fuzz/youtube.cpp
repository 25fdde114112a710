#include "body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using hark::platforms::fuzz::make;
    static const auto videos = make("youtube", {"secret"}, {"channels"});
    static const auto comments = make("youtube", {"api_key"}, {"channels"});
    hark::platforms::fuzz::decode(*videos, data, size);
    hark::platforms::fuzz::decode(*comments, data, size);
    return 0;
}
