#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "triage/pii.hpp"
#include "triage/pii_kinds.hpp"
#include "triage/surroundings.hpp"

namespace hark::triage::testing {

struct Datum {
    std::string text;
    Valid valid;
};

/// What a kind of number finds in the text, whatever it needs beside it: the longest.
inline std::optional<Datum> datum_of(std::string_view kind_name, std::string_view text) {
    const auto* const kind = find_number_kind(kind_name);
    if (kind == nullptr) return std::nullopt;
    std::optional<Datum> longest;
    for (std::size_t at = text.find_first_of("0123456789"); at != std::string_view::npos;) {
        const auto number = read_groups(text, at);
        for (std::size_t first = 0; number.whole && first < number.count; ++first) {
            for (std::size_t last = first; last < number.count; ++last) {
                const auto digits = number.digits_of(first, last);
                if ((kind->lengths >> digits.size() & 1U) == 0) continue;
                const auto span = number.span_of(first, last);
                if (!kind->glued && (is_glued(text, span) || is_in_link(text, span.begin)))
                    continue;
                const auto valid = kind->validate(text, {number, first, last, digits, span});
                if (!valid) continue;
                const auto size = valid->span.end - valid->span.begin;
                if (longest && longest->text.size() >= size) continue;
                longest = Datum{std::string(text.substr(valid->span.begin, size)), *valid};
            }
        }
        at = text.find_first_of("0123456789", number.end);
    }
    return longest;
}

/// Its text; empty when there is none.
inline std::string found(std::string_view kind_name, std::string_view text) {
    const auto datum = datum_of(kind_name, text);
    return datum ? datum->text : std::string();
}

}  // namespace hark::triage::testing
