#include "match/explain.hpp"

#include <algorithm>

#include "match/vocabulary.hpp"
#include "match/word_groups.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kShown = 20;  // words of a group, alternatives of a pattern

class Explainer {
public:
    Explainer(const WordGroups& groups, std::span<const std::string> readings)
        : groups_(groups), readings_(readings) {}

    std::string run(const Pattern& pattern) {
        if (!pattern.expression.empty())
            return "expression /" + pattern.expression + "/ over folded text, by Hyperscan\n";
        std::vector<const Sequence*> all;
        for (const auto& sequence : pattern.sequences) all.push_back(&sequence);
        const auto others = std::stable_partition(
            all.begin(), all.end(), [this](const Sequence* one) { return stands(*one); });
        const auto standing = static_cast<std::size_t>(others - all.begin());
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (i < kShown) show(*all[i], i < standing);
            note_groups(*all[i]);
        }
        if (all.size() > kShown)
            lines_ += "and " + std::to_string(all.size() - kShown) + " more alternatives\n";
        for (const auto group : shown_) show(groups_.all()[group]);
        if (!readings_.empty() && standing == 0) show_nearest(pattern);
        return lines_;
    }

private:
    void note_groups(const Sequence& sequence) {
        for (const auto& element : sequence) {
            const auto same = [&](GroupNumber shown) { return element.group == shown; };
            if (element.group && std::none_of(shown_.begin(), shown_.end(), same))
                shown_.push_back(*element.group);
        }
    }

    [[nodiscard]] std::string text_of(const Element& element) const {
        if (element.group) return groups_.all()[*element.group].name;
        return (element.open_left ? "*" : "") + element.word + (element.open_right ? "*" : "");
    }

    [[nodiscard]] std::string text_of(const Sequence& sequence) const {
        std::string text;
        for (const auto& element : sequence) {
            if (!text.empty()) text += " ";
            if (element.gap_before > 0) text += "~" + std::to_string(element.gap_before) + " ";
            text += text_of(element);
        }
        return text;
    }

    void show(const Sequence& sequence, bool standing) {
        lines_ += text_of(sequence);
        lines_ += Vocabulary::takes(sequence) ? "  by the table of words"
                  : has_group(sequence)       ? "  by Hyperscan, an expression for each of the list"
                                        : "  by Hyperscan as /" + to_expression(sequence) + "/";
        if (standing) lines_ += "  stands in the text";
        lines_ += "\n";
    }

    void show(const WordGroups::Group& group) {
        const auto size = group.closed.size() + group.open.size();
        lines_ += group.name + " is any of " + std::to_string(size) + ":";
        std::size_t shown = 0;
        for (const auto* part : {&group.closed, &group.open}) {
            for (const auto& sequence : *part) {
                if (++shown <= kShown) lines_ += (shown > 1 ? ", " : " ") + text_of(sequence);
            }
        }
        lines_ += size > kShown ? ", …\n" : "\n";
    }

    /// Of the alternatives, none of which stands in the text, the one of which most does.
    void show_nearest(const Pattern& pattern) {
        const Sequence* nearest = nullptr;
        std::size_t most = 0;
        for (const auto& sequence : pattern.sequences) {
            const auto here = static_cast<std::size_t>(std::count_if(
                sequence.begin(), sequence.end(),
                [this](const Element& element) { return stands(Sequence{element}); }));
            if (nearest == nullptr || here > most) {
                nearest = &sequence;
                most = here;
            }
        }
        if (nearest == nullptr) return;
        lines_ += "nearest to standing in the text is: " + text_of(*nearest) + "\n";
        for (const auto& element : *nearest)
            lines_ += "  " + text_of(element) +
                      (stands(Sequence{element}) ? "  is there\n" : "  is not\n");
        if (most == nearest->size())
            lines_ += "  but not in this order with so few words between\n";
    }

    [[nodiscard]] static bool has_group(const Sequence& sequence) {
        return std::any_of(sequence.begin(), sequence.end(),
                           [](const Element& element) { return element.group.has_value(); });
    }

    [[nodiscard]] bool stands(const Sequence& sequence) const {
        return std::any_of(readings_.begin(), readings_.end(),
                           [&](const std::string& reading) { return stands(sequence, reading); });
    }

    [[nodiscard]] bool stands(Sequence sequence, std::string_view folded) const {
        sequence.front().gap_before = 0;
        std::vector<Sequence> all{sequence};
        if (has_group(sequence)) {
            all.clear();
            // The vocabulary's own view: each group's entries in turn, no product of them.
            Vocabulary vocabulary;
            for (const auto& element : sequence) add_group(element, vocabulary);
            if (Vocabulary::takes(sequence)) vocabulary.add(sequence, 0);
            vocabulary.finish();
            Vocabulary::Scratch scratch;
            bool hit = false;
            vocabulary.scan(folded, scratch, [&hit](Target, Span) { hit = true; });
            if (hit) return true;
            (void)groups_.expand(sequence, all);
            std::erase_if(all, has_group);
        }
        return std::any_of(all.begin(), all.end(), [&](const Sequence& one) {
            return one.size() <= kSequenceWords && find_sequence(one, folded).has_value();
        });
    }

    void add_group(const Element& element, Vocabulary& vocabulary) const {
        if (!element.group) return;
        for (const auto& entry : groups_.all()[*element.group].closed)
            vocabulary.add_to_group(entry, *element.group);
    }

    const WordGroups& groups_;
    std::span<const std::string> readings_;
    std::string lines_;
    std::vector<GroupNumber> shown_;
};

}  // namespace

std::string explain(const std::string& pattern, const FoldFunction& fold,
                    std::vector<Fault>& faults, const ExplainOptions& options,
                    std::span<const std::string> readings) {
    const auto before = faults.size();
    WordGroups groups(options.lists, fold, options.dictionary_folder, faults);
    const auto group = [&](std::string_view name, bool forms, std::string& why) {
        return groups.find(name, forms, options.lang, why);
    };
    PatternFault fault;
    const auto parsed = parse_pattern(pattern, fold, fault, group);
    if (!parsed) {
        const auto column = static_cast<std::uint32_t>(characters_before(pattern, fault.at) + 1);
        faults.push_back({{"pattern", 1, column}, fault.what});
    }
    if (faults.size() > before) return {};
    return Explainer(groups, readings).run(*parsed);
}

}  // namespace hark::match
