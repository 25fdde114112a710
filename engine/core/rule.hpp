#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hark {

using RuleIndex = std::uint32_t;  ///< into RuleBook::rules
inline constexpr RuleIndex kNoRule = ~RuleIndex{0};
using LabelId = std::uint8_t;      ///< into RuleBook::labels
using PackIndex = std::uint16_t;   ///< into RuleBook::packs
using BrandIndex = std::uint16_t;  ///< into RuleBook::brands

/// Where a thing was written, for FILE:LINE:COLUMN. Lines and columns count from 1; 0: unknown.
struct Location {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// What is wrong, where, and what to do about it.
struct Fault {
    Location where;
    std::string what;
};

/// A fact of a post that a condition may ask for. Names in packs are the enumerators'.
enum class Fact : std::uint8_t {
    code_points,
    words,
    capitals_percent,
    digits,
    emoji,
    exclamations,
    questions,
    links,
    mentions,
    hashtags,
    stretched,
    disguised,
    mixed_script,
    media,
    is_reply,
    author_is_brand,
    names_brand,  ///< 0 or 1
    kind,         ///< a hark::Kind's number
    /// Whole days between the author's account and the post; no test of it holds when the platform
    /// does not say.
    account_age_days,
};

inline constexpr std::size_t kFacts = static_cast<std::size_t>(Fact::account_age_days) + 1;

enum class Compare : std::uint8_t { equal, not_equal, at_least, at_most };

struct FactTest {
    Fact fact{};
    Compare compare{};
    std::int32_t value = 0;
};

/// A condition over other rules of the book: true when at least `at_least` and at most `at_most` of
/// them fired. all = (n,n); any = (1,n); none = (0,0). Only rules without rule tests of their own
/// may be named.
struct RuleTest {
    std::vector<RuleIndex> rules;
    std::uint32_t at_least = 0;
    std::uint32_t at_most = 0;
    std::vector<std::string> deleted = {};  ///< ids that it names too, which never fire
};

/// All tests must hold.
struct Condition {
    std::vector<FactTest> facts;
    std::vector<RuleTest> rules;
    /// Empty, or: the language is one of these; `unknown` is the undetermined one.
    std::vector<std::string> langs = {};
    /// Empty, or: a link leads to one of these or to a part of it. Sorted, small letters.
    std::vector<std::string> domains = {};
    [[nodiscard]] bool empty() const noexcept {
        return facts.empty() && rules.empty() && langs.empty() && domains.empty();
    }
};

/// A shadow rule is tried on every post and changes nothing: what it would have said goes to a
/// topic of its own.
enum class Mode : std::uint8_t { live, shadow };

inline constexpr std::uint16_t kEveryPost = 10'000;  ///< of Rule::sample

/// A text and where its file has it.
struct PlacedText {
    std::string text;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// One line of a pack. Immutable once its book is compiled.
struct Rule {
    std::string id;  ///< `complaint.ru.refund`, unique in the book
    PackIndex pack = 0;
    std::string pattern;      ///< as written; empty when only conditions decide
    float weight = 0;         ///< added to the log-odds of the label when the rule fires
    bool has_weight = false;  ///< somebody wrote it, be it 0
    std::string sublabel;     ///< empty: none
    std::string advice;       ///< empty: the pack's
    Mode mode = Mode::live;
    std::uint16_t sample =
        kEveryPost;        ///< of 10,000 posts, chosen by id, the rule is tried on so many
    bool learned = false;  ///< weighed by posts: needs no example
    bool fixed = false;    ///< its weight is not for posts to change
    Condition when;
    std::vector<PlacedText> hit;   ///< examples in which it must fire
    std::vector<PlacedText> miss;  ///< examples in which it must not
    Location where;
    Location pattern_where;
    Location mode_where = {};  ///< of a later folder that changed it; no file: none did

    // Personal data only: the pattern is a raw expression over the original bytes that finds
    // candidates.
    std::string pii_type;   ///< `PHONE`, `CARD`, …; empty: an ordinary rule
    std::string validator;  ///< name of a validator of triage/; empty: every candidate is a finding
    std::vector<std::string> keywords;  ///< folded words that raise the tier to `context`
    bool needs_keyword = false;         ///< a candidate without keyword or checksum is no finding
};

/// One file: one label in one language. `any` is scored for every language.
struct Pack {
    LabelId label = 0;
    std::string lang;
    float bias = 0;          ///< log-odds before any rule fired
    float threshold = 0.5F;  ///< probability from which on the label is given
    std::string advice;      ///< what practitioners do with such a post; empty: nothing
    /// The id of a rule: where it fires outside quotation marks, what stands in them is told, not
    /// said, and no pattern that speaks for the label sees it. Empty: quotations count. What one
    /// pack of a label and language has holds for all of them.
    std::string quotes_told_by;
    RuleIndex told_by = kNoRule;  ///< the same, once all rules are known
    Location where;
    // Who decides bias, threshold and advice of the label and language; no file: nobody wrote it.
    Location bias_where = {}, threshold_where = {}, advice_where = {};
};

/// What people call a brand. Terms are patterns of the rule language, found by the same scan.
struct Brand {
    std::string id;
    std::vector<std::string> names;     ///< names and aliases; `acme*` finds inflected forms
    std::vector<std::string> handles;   ///< `@acme`
    std::vector<std::string> hashtags;  ///< `#acme`
    std::vector<std::string> domains;   ///< `acme.com`
    std::vector<std::string> accounts;  ///< `platform:author id` of the brand's own accounts
    /// Telephone numbers that the brand publishes itself: no one's personal data, however dialled.
    std::vector<std::string> phones = {};
    /// Addresses, accounts and the like that it publishes, compared without blanks and signs.
    std::vector<std::string> published = {};
    Location where;
};

/// A file of words and phrases that patterns name in braces: `{refund_words}`.
struct WordList {
    struct Entry {
        std::string text;
        std::uint32_t line = 0;
    };
    std::string name;
    std::string file;
    std::vector<Entry> entries;
};

/// What a folder's `changes.yaml` took out of the folders before it.
struct DeletedRule {
    std::string id;
    Location where;
};

/// All packs, lists and brands as read, before compiling. The order of `rules` is the RuleIndex.
struct RuleBook {
    std::vector<std::string> labels;
    std::vector<Pack> packs;
    std::vector<Rule> rules;
    std::vector<WordList> lists;  ///< by name
    std::vector<Brand> brands;
    std::vector<DeletedRule> deleted = {};
};

}  // namespace hark
