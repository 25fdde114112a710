#include "body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto platform = hark::platforms::fuzz::make(
        "reddit", {"client_secret"}, {"client_id", "user_agent", "subreddits"});
    hark::platforms::fuzz::decode(*platform, data, size);
    return 0;
}
