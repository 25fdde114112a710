#pragma once

#include <cstdint>

#include "triage/words_around.hpp"

namespace hark::triage {

/// What a word may be in an address; more than one at a time.
enum Role : std::uint16_t {
    kAfter = 1,        ///< stands behind the street's name: Maple Street
    kBefore = 2,       ///< stands before it: rue Victor Hugo
    kWeak = 4,         ///< a word of other meanings too: only with a capital
    kDotted = 8,       ///< counts with its full stop only
    kParticle = 16,    ///< inside of names: de la
    kHouse = 32,       ///< between street and number: д., nr
    kUnit = 64,        ///< before a flat's number
    kBox = 128,        ///< before a post box's number
    kSmallName = 256,  ///< the name behind it may stand in small letters
    kTop = 512,        ///< the number stands before it, too: 12 rue Hugo
    kNever = 1024,     ///< no part of an address
    kWhole = 2048,     ///< a street's whole name: 789 Broadway
    kMonth = 4096,     ///< the number beside it is a day, unless a street is called so: 3 Maja
    kPart = 8192,      ///< of a house, before its number
};

/// Roles of the word, 0 when it is none of the list's: en, ru, pl, de, fr, es, it, pt.
[[nodiscard]] std::uint16_t roles_of(const Word& word) noexcept;

}  // namespace hark::triage
