#pragma once

#include <cstdint>
#include <string_view>

#include "core/mention.hpp"

namespace hark::pipeline {

/// 128 bits that stand for one delivery, so that a redelivery is recognised.
struct Fingerprint {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Of the thing itself, whatever its action, as one source has it. `seed` is secret, so that a
/// stranger cannot craft a collision that hides somebody's post.
[[nodiscard]] Fingerprint of_thing(std::uint64_t seed, std::string_view source,
                                   std::string_view id) noexcept;

/// That a mention of this id, or one by this author, was handed on, by whatever source: the
/// platform may tell of a deletion over another stream.
[[nodiscard]] Fingerprint of_handed_on(std::uint64_t seed, const Mention& mention) noexcept;
[[nodiscard]] Fingerprint of_author(std::uint64_t seed, const Mention& mention) noexcept;

/// Of this very delivery of the thing: its action and the platform's event id; without an event id
/// the text decides, so that two edits of one post are two deliveries. All fingerprints of one
/// thing have one `high`: the window keeps them in one cache line.
[[nodiscard]] Fingerprint of_delivery(Fingerprint thing, const Mention& mention) noexcept;

/// That the thing was edited or deleted, by whatever delivery.
[[nodiscard]] Fingerprint of_action(Fingerprint thing, Action action) noexcept;

/// Of a piece that could not be decoded: a sender that repeats it gives one dead letter.
[[nodiscard]] Fingerprint of_refusal(std::uint64_t seed, std::string_view source, Errc reason,
                                     std::string_view bytes) noexcept;

}  // namespace hark::pipeline
