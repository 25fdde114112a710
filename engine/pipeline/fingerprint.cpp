#include "pipeline/fingerprint.hpp"

#include <xxhash.h>

namespace hark::pipeline {

namespace {

/// Parts are hashed with their length, so that `ab`,`c` and `a`,`bc` differ.
class Hasher {
public:
    explicit Hasher(std::uint64_t seed) noexcept : first_(seed), second_(~seed) {}

    Hasher& add(std::string_view part) noexcept {
        const auto hash = XXH3_128bits_withSeed(part.data(), part.size(), first_);
        first_ = hash.low64 ^ part.size();
        second_ = XXH3_64bits_withSeed(&hash.high64, sizeof hash.high64, second_);
        return *this;
    }
    /// The low half is never zero: that marks an empty place in the window.
    [[nodiscard]] Fingerprint done() const noexcept { return {first_, second_ == 0 ? 1 : second_}; }

private:
    std::uint64_t first_;
    std::uint64_t second_;
};

}  // namespace

Fingerprint of_delivery(std::uint64_t seed, std::string_view source,
                        const Mention& mention) noexcept {
    Hasher hasher(seed);
    hasher.add(source).add(mention.id).add(to_string(mention.action));
    if (mention.event_id.empty()) hasher.add("text").add(mention.text);
    else hasher.add("event").add(mention.event_id);
    return hasher.done();
}

Fingerprint of_thing(std::uint64_t seed, std::string_view source, std::string_view id) noexcept {
    return Hasher(seed).add("thing").add(source).add(id).done();
}

Fingerprint of_refusal(std::uint64_t seed, std::string_view source, Errc reason,
                       std::string_view bytes) noexcept {
    return Hasher(seed).add("refusal").add(source).add(to_string(reason)).add(bytes).done();
}

}  // namespace hark::pipeline
