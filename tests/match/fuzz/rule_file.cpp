// Any bytes as a pack: faults, each with its place, or a rule set that scans; never a crash.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/check.hpp"
#include "match/compiler.hpp"
#include "match/matcher.hpp"
#include "match/pack_reader.hpp"
#include "text/folder.hpp"

namespace {

// Hyperscan takes its time over nested repeats: a fuzzer would look for nothing else.
constexpr std::size_t kRules = 16;
constexpr std::size_t kExpressionBytes = 64;

bool is_small(const hark::RuleBook& book) {
    if (book.rules.size() > kRules) return false;
    for (const auto& rule : book.rules) {
        const bool raw = !rule.pii_type.empty() || rule.pattern.starts_with("re:");
        if (rule.pattern.size() > (raw ? kExpressionBytes : 4 * kExpressionBytes)) return false;
    }
    return true;
}

void scan(std::string_view text, const std::shared_ptr<const hark::match::RuleSet>& rules) {
    hark::text::Folder folder;
    hark::match::Matcher matcher;
    hark::Matches matches;
    const auto folded = folder.fold(text);
    matcher.use(rules);
    matcher.scan(folded, matches);
    matcher.scan_raw(text, matches);
    for (const auto rule : matches.rules) {
        const auto place = matcher.locate(rule, folded);
        HARK_CHECK(place && place->begin < place->end && place->end <= folded.bytes.size());
    }
    for (const auto& [rule, span] : matches.candidates) {
        HARK_CHECK(rule < rules->book().rules.size());
        HARK_CHECK(span.begin <= span.end && span.end <= text.size());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    hark::RuleBook book;
    std::vector<hark::Fault> faults;
    hark::match::read_pack(text, "any.yaml", book, faults);
    for (const auto& fault : faults) HARK_CHECK(fault.where.line > 0 && !fault.what.empty());
    if (!faults.empty() || !is_small(book)) return 0;
    const auto fold = [](std::string_view words) {
        hark::text::Folder folder;
        return std::string(folder.fold(words).bytes);
    };
    const auto rules = hark::match::compile(std::move(book), fold, {}, faults);
    HARK_CHECK((rules == nullptr) == !faults.empty());
    if (rules != nullptr) scan(text, rules);
    return 0;
}
