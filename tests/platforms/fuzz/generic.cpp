#include "body.hpp"

namespace {

using hark::platforms::Platform;

/// A refused part is written anew from the parsed body: it is JSON and lies in the arena. What is
/// left is checked as of every platform.
class RefusalsChecked final : public Platform {
public:
    explicit RefusalsChecked(std::unique_ptr<Platform> platform) : platform_(std::move(platform)) {}

    hark::Errc decode(const hark::Frame& frame, hark::Arena& arena, hark::Mentions& out) override {
        const auto error = platform_->decode(frame, arena, out);
        for (const auto& refusal : out.refused) {
            HARK_CHECK(refusal.reason != hark::Errc::ok);
            HARK_CHECK(parser_.parse(refusal.bytes.data(), refusal.bytes.size()).error() ==
                       simdjson::SUCCESS);
        }
        out.refused.clear();
        return error;
    }

private:
    std::unique_ptr<Platform> platform_;
    simdjson::dom::parser parser_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static RefusalsChecked platform(hark::platforms::fuzz::make("generic", {}, {}));
    hark::platforms::fuzz::decode(platform, data, size);
    return 0;
}
