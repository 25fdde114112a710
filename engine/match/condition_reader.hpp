#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/rule.hpp"
#include "core/settings.hpp"

namespace hark::match {

/// As packs write it.
[[nodiscard]] std::string_view to_string(Fact fact) noexcept;

/// Reads what a `when` asks of the post itself: facts, language, domains of links. Domains may
/// still be `{list}`.
void read_post_tests(Settings& when, Condition& out);

/// One test as learned packs write it, `questions >=1`; nullopt when it is none.
[[nodiscard]] std::optional<FactTest> read_fact_test(std::string_view text);

/// Puts the entries of lists for their names, and sorts. Faults at `where`.
void resolve_domains(std::vector<std::string>& domains, const std::vector<WordList>& lists,
                     const Location& where, std::vector<Fault>& faults);

}  // namespace hark::match
