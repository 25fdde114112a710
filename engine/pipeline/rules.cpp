#include "pipeline/rules.hpp"

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <filesystem>

#include "match/compiler.hpp"
#include "match/pack_reader.hpp"
#include "pipeline/walk.hpp"
#include "text/folder.hpp"
#include "triage/pii.hpp"

namespace hark::pipeline {

namespace {

/// Tries the examples of one rule set's rules.
class Examples {
public:
    explicit Examples(std::shared_ptr<const match::RuleSet> rules)
        : rules_(*rules), walk_(std::move(rules)) {}

    void run(RuleIndex index, std::vector<Fault>& faults) {
        const auto& rule = rules_.book().rules[index];
        for (const auto& example : rule.hit) {
            if (!fires(index, example.text))
                faults.push_back({place_of(example, rule),
                                  "rule `" + rule.id + "` does not fire in its own example `" +
                                      example.text + "`"});
        }
        for (const auto& example : rule.miss) {
            if (fires(index, example.text))
                faults.push_back(
                    {place_of(example, rule),
                     "rule `" + rule.id + "` fires in its counter-example `" + example.text + "`"});
        }
        count_ += rule.hit.size() + rule.miss.size();
        if (rule.hit.empty() && !rule.learned)
            faults.push_back(
                {rule.where, "rule `" + rule.id + "` has no example: add `hit: [...]`"});
    }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

private:
    static Location place_of(const PlacedText& example, const Rule& rule) {
        return {rule.where.file, example.line, example.column};
    }

    bool fires(RuleIndex index, const std::string& text) {
        Mention mention;
        mention.platform = "text";
        mention.text = text;
        // What the rule's own conditions ask of the mention itself, not of its text.
        for (const auto& test : rules_.book().rules[index].when.facts) {
            if (test.fact == Fact::kind && test.compare == Compare::equal)
                mention.kind = static_cast<Kind>(test.value);
            if (test.fact == Fact::is_reply &&
                (test.value > 0) == (test.compare != Compare::not_equal))
                mention.parent = "parent";
            if (test.fact == Fact::media && test.compare != Compare::at_most)
                mention.media = static_cast<std::uint16_t>(test.value);
            if (test.fact == Fact::author_is_brand)
                mention.author.is_brand = (test.value > 0) == (test.compare != Compare::not_equal);
            if (test.fact == Fact::account_age_days) {
                mention.author.created_at = Timestamp{} + std::chrono::days(1);
                mention.created_at = mention.author.created_at + std::chrono::days(test.value);
            }
        }
        return walk_.fires(index, mention);
    }

    const match::RuleSet& rules_;
    Walk walk_;
    std::size_t count_ = 0;
};

}  // namespace

std::string fold_words(std::string_view words) {
    thread_local text::Folder folder;
    return std::string(folder.fold(words).bytes);
}

std::shared_ptr<const match::RuleSet> load_rules(const RuleSources& sources,
                                                 std::vector<Fault>& faults) {
    const auto before = faults.size();
    auto book = match::read_packs(sources.folders, faults);
    for (const auto& rule : book.rules) {
        const auto fault = triage::fault_of(rule);
        if (!fault.empty()) faults.push_back({rule.where, "rule `" + rule.id + "`: " + fault});
    }
    if (faults.size() > before) return nullptr;
    book.brands = sources.brands;
    auto rules = match::compile(std::move(book), fold_words, {sources.cache_folder}, faults);
    // Compiling needs as much again as what is kept, which the library would hold for later.
    ::malloc_trim(0);
    return rules;
}

std::size_t check_examples(const std::shared_ptr<const match::RuleSet>& rules,
                           std::vector<Fault>& faults) {
    Examples examples(rules);
    for (RuleIndex i = 0; i < rules->book().rules.size(); ++i) examples.run(i, faults);
    return examples.count();
}

std::string to_string(const Fault& fault) {
    auto text = fault.where.file;
    if (fault.where.line > 0) text += ":" + std::to_string(fault.where.line);
    if (fault.where.column > 0) text += ":" + std::to_string(fault.where.column);
    return text + ": " + fault.what;
}

/// Beside the program or library that this code is in, at whatever depth its folder lies; else in
/// the source tree.
std::string shipped_rules() {
    namespace fs = std::filesystem;
    std::error_code error;
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void*>(&shipped_rules), &info) != 0 &&
        info.dli_fname != nullptr) {
        auto folder = fs::canonical(info.dli_fname, error).parent_path();
        for (int up = 0; up < 4 && folder.has_relative_path();
             ++up, folder = folder.parent_path()) {
            const auto candidate = folder / "share/hark/rules";
            if (fs::is_directory(candidate, error)) return candidate.string();
        }
    }
    return fs::is_directory(HARK_RULES_FOLDER, error) ? HARK_RULES_FOLDER : std::string{};
}

}  // namespace hark::pipeline
