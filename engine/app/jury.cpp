#include "app/jury.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "app/labelled_posts.hpp"

namespace hark::app {

Jury::Jury(const std::shared_ptr<const match::RuleSet>& rules) : walk_(rules) {
    const auto& labels = book().labels;
    for (std::size_t i = 0; i < labels.size(); ++i) ids_[labels[i]] = static_cast<LabelId>(i);
}

void Jury::hear(const learn::LabelledPost& post) {
    const auto mention = mention_of(post);
    (void)walk_.names_brand(mention);
    verdict_ = &walk_.judge(mention);
    lang_ = post.lang;
}

learn::Judged Jury::of(const std::string& label, bool truth) const {
    const auto id = ids_.at(label);
    const bool given = std::any_of(verdict_->labels.begin(), verdict_->labels.end(),
                                   [&](const LabelScore& score) { return score.label == id; });
    return {static_cast<double>(walk_.probability(id)), given, truth};
}

std::vector<RuleIndex> Jury::fired(const std::string& label) const {
    const auto id = ids_.at(label);
    std::vector<RuleIndex> rules;
    for (const auto rule : walk_.fired_rules()) {
        const auto& pack = book().packs[book().rules[rule].pack];
        if (pack.label == id && (pack.lang == lang_ || pack.lang == "any")) rules.push_back(rule);
    }
    std::sort(rules.begin(), rules.end());
    return rules;
}

bool Jury::given_without(RuleIndex rule) const {
    const auto& one = book().rules[rule];
    const auto& pack = book().packs[one.pack];
    const auto probability = static_cast<double>(walk_.probability(pack.label));
    const double odds =
        probability / (1 - probability) * std::exp(-static_cast<double>(one.weight));
    return odds / (1 + odds) >= static_cast<double>(pack.threshold);
}

std::vector<std::string> Jury::sublabels(const std::string& label) const {
    std::vector<std::string> names;
    const auto add = [&](RuleIndex index) {
        const auto& rule = book().rules[index];
        if (book().packs[rule.pack].label != ids_.at(label)) return;
        auto name = rule.sublabel.empty() ? rule.pii_type : rule.sublabel;
        for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        if (!name.empty()) names.push_back(std::move(name));
    };
    for (const auto& evidence : verdict_->evidence) add(evidence.rule);
    for (const auto& finding : verdict_->pii) add(finding.rule);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::string Jury::reasons(const std::string& label) const {
    std::string text;
    for (const auto rule : fired(label)) {
        const auto& one = book().rules[rule];
        if (one.weight == 0 && one.pii_type.empty()) continue;
        char weight[32];
        std::snprintf(weight, sizeof weight, " %+.2f ", static_cast<double>(one.weight));
        text += weight + one.id;
    }
    return text;
}

void EvalRow::add(const learn::LabelledPost& post, std::size_t number, const std::string& label,
                  bool truth, const Jury& jury) {
    const auto verdict = jury.of(label, truth);
    judged.push_back(verdict);
    if (verdict.given != truth)
        wrong.push_back({std::abs(verdict.probability - (truth ? 1 : 0)), number});
    for (const auto rule : jury.fired(label)) {
        const auto& one = jury.book().rules[rule];
        if (one.weight == 0 || !one.pii_type.empty() || jury.given_without(rule) == verdict.given)
            continue;
        auto& effect = effects[rule];
        ++(verdict.given == truth ? effect.helped : effect.hurt);
    }
    const bool annotated = std::find(post.with_sublabels.begin(), post.with_sublabels.end(),
                                     label) != post.with_sublabels.end();
    const auto has = [&](const std::string& name) {
        return std::find(post.sublabels.begin(), post.sublabels.end(), label + "/" + name) !=
               post.sublabels.end();
    };
    if (verdict.given) {
        for (const auto& name : jury.sublabels(label)) {
            auto& count = sublabels[name];
            ++count.given;
            count.of_label += truth ? 1 : 0;
            count.annotated += annotated ? 1 : 0;
            count.right += annotated && has(name) ? 1 : 0;
        }
    }
    for (const auto& one : post.sublabels) {
        if (one.starts_with(label + "/")) ++sublabels[one.substr(label.size() + 1)].truth;
    }
}

std::vector<EvalRow::Wrong> EvalRow::worst(std::size_t most) const {
    auto all = wrong;
    std::stable_sort(all.begin(), all.end(),
                     [](const Wrong& a, const Wrong& b) { return a.surprise > b.surprise; });
    if (all.size() > most) all.resize(most);
    return all;
}

std::vector<std::pair<RuleIndex, RuleEffect>> EvalRow::harmful() const {
    std::vector<std::pair<RuleIndex, RuleEffect>> rules;
    for (const auto& one : effects) {
        if (one.second.hurt > one.second.helped) rules.push_back(one);
    }
    const auto loss = [](const auto& one) { return one.second.hurt - one.second.helped; };
    std::stable_sort(rules.begin(), rules.end(),
                     [&](const auto& a, const auto& b) { return loss(a) > loss(b); });
    return rules;
}

}  // namespace hark::app
