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

Fingerprint of_thing(std::uint64_t seed, std::string_view source, std::string_view id) noexcept {
    return Hasher(seed).add("thing").add(source).add(id).done();
}

Fingerprint of_handed_on(std::uint64_t seed, const Mention& mention) noexcept {
    return Hasher(seed).add("handed on").add(mention.id).done();
}

Fingerprint of_author(std::uint64_t seed, const Mention& mention) noexcept {
    return Hasher(seed).add("author").add(mention.platform).add(mention.author.id).done();
}

Fingerprint of_delivery(Fingerprint thing, const Mention& mention) noexcept {
    const bool by_text = mention.event_id.empty();
    const auto made = Hasher(thing.low)
                          .add(to_string(mention.action))
                          .add(by_text ? "text" : "event")
                          .add(by_text ? mention.text : mention.event_id)
                          .done();
    return {thing.high, made.low};
}

Fingerprint of_action(Fingerprint thing, Action action) noexcept {
    return {thing.high, Hasher(thing.low).add(to_string(action)).done().low};
}

Fingerprint of_refusal(std::uint64_t seed, std::string_view source, Errc reason,
                       std::string_view bytes) noexcept {
    return Hasher(seed).add("refusal").add(source).add(to_string(reason)).add(bytes).done();
}

}  // namespace hark::pipeline
