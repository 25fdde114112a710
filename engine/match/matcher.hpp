#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/match.hpp"
#include "match/rule_set.hpp"

namespace hark::match {

/// Runs a rule set over posts. One a shard; no allocation once warm.
class Matcher {
public:
    Matcher() = default;
    ~Matcher();
    Matcher(const Matcher&) = delete;
    Matcher& operator=(const Matcher&) = delete;

    /// Between two posts. Keeps the set alive. Throws std::bad_alloc when Hyperscan gets no memory.
    void use(std::shared_ptr<const RuleSet> rules);

    /// Rules and brands in folded text, but for what is quoted and told (Pack::quotes_told_by).
    /// Clears `out` first.
    void scan(const FoldedText& folded, Matches& out) noexcept;

    /// Candidates of personal data in the original bytes, added to `out`: of each place where a
    /// rule's expression begins, the longest (seldom a shorter one besides).
    void scan_raw(std::string_view original, Matches& out) noexcept;

    /// Where a rule that fired stands in the folded text (the one scanned last), without the blanks
    /// around it. May be slower than the scan: for posts that have evidence to show. nullopt for
    /// rules whose pattern did not fire and for rules without one.
    [[nodiscard]] std::optional<Span> locate(RuleIndex rule, const FoldedText& folded);

    /// Whether a rule's pattern stands in the text scanned last, and not only in quotations.
    [[nodiscard]] bool hit_unquoted(RuleIndex rule) const noexcept;

    /// Words of the text scanned last that were read as something else, but for those that are
    /// words as they stand.
    [[nodiscard]] std::uint32_t disguised() const noexcept;

    /// Those of them that stood in another alphabet, so that the text's language is in doubt; and
    /// how many more are ordinary words of `lang`: `durak` is a game in Polish.
    struct OtherScript {
        std::uint32_t words = 0;
        std::uint32_t ordinary = 0;
    };
    [[nodiscard]] OtherScript other_script(const FoldedText& folded,
                                           std::string_view lang) const noexcept;

private:
    struct Context;
    struct Hit {
        std::uint32_t post = 0;  ///< in which the target hit last
        Span place;              ///< there; empty: the scan did not tell
    };

    struct Reported {
        Target target;
        Span place;
    };

    void scan_vocabulary(std::string_view folded) noexcept;
    [[nodiscard]] RuleIndex told_by(Target target) const noexcept;
    void hit_or_wait(Target target, Span place, std::span<const Span> quoted,
                     Matches& out) noexcept;
    void hit(Target target, Span place, Matches& out) noexcept;
    void scan_patterns(std::string_view folded, Matches& out) noexcept;
    [[nodiscard]] std::optional<Span> find_pattern(RuleIndex rule, std::string_view text);

    std::shared_ptr<const RuleSet> rules_;
    hs_scratch_t* scratch_ = nullptr;
    Vocabulary::Scratch vocabulary_;
    std::vector<Reported> reported_;  ///< by the vocabulary, which may tell a target twice
    std::vector<Reported> quoted_;    ///< of these, what may turn out to be told and not said
    Respelled respelled_;
    std::vector<Hit> hits_;  ///< by target
    std::uint32_t post_ = 0;
};

}  // namespace hark::match
