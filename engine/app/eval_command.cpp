#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "app/commands.hpp"
#include "app/labelled_posts.hpp"
#include "learn/measures.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"

namespace hark::app {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

/// One line of the report. Sets are never pooled.
struct Key {
    std::string source, label, lang;
    auto operator<=>(const Key&) const = default;
};

struct Wrong {
    double surprise = 0;  ///< how far the probability is from the truth
    std::size_t post = 0;
};

struct Row {
    std::vector<learn::Judged> judged;
    std::vector<learn::Judged> other;  ///< the same posts by the rules of --against
    std::vector<Wrong> wrong;
};

std::shared_ptr<const match::RuleSet> rules_of(const std::vector<std::string>& folders) {
    pipeline::RuleSources sources;
    sources.folders = folders;
    if (sources.folders.empty()) sources.folders.push_back(pipeline::shipped_rules());
    std::vector<Fault> faults;
    auto rules = pipeline::load_rules(sources, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    return rules;
}

/// Judges posts by one rule set.
class Jury {
public:
    explicit Jury(const std::shared_ptr<const match::RuleSet>& rules) : walk_(rules) {
        for (const auto& label : rules->book().labels) labels_.push_back(label);
    }

    const Verdict& hear(const learn::LabelledPost& post) {
        const auto mention = mention_of(post);
        (void)walk_.names_brand(mention);
        verdict_ = &walk_.judge(mention);
        return *verdict_;
    }
    [[nodiscard]] bool knows(const std::string& label) const {
        return std::find(labels_.begin(), labels_.end(), label) != labels_.end();
    }
    [[nodiscard]] learn::Judged of(const std::string& label, bool truth) const {
        const auto id = static_cast<LabelId>(std::find(labels_.begin(), labels_.end(), label) -
                                             labels_.begin());
        const bool given = std::any_of(verdict_->labels.begin(), verdict_->labels.end(),
                                       [&](const LabelScore& score) { return score.label == id; });
        return {static_cast<double>(walk_.probability(id)), given, truth};
    }
    [[nodiscard]] std::string reasons(const std::string& label) const {
        std::string text;
        for (const auto& evidence : verdict_->evidence) {
            if (labels_[evidence.label] != label) continue;
            char weight[32];
            std::snprintf(weight, sizeof weight, " %+.2f ", static_cast<double>(evidence.weight));
            text += weight + walk_.rules().book().rules[evidence.rule].id;
        }
        return text;
    }

private:
    pipeline::Walk walk_;
    std::vector<std::string> labels_;
    const Verdict* verdict_ = nullptr;
};

void print_json(const std::map<Key, Row>& rows) {
    for (const auto& [key, row] : rows) {
        const auto m = learn::measure(row.judged);
        rapidjson::StringBuffer out;
        Json json(out);
        json.SetMaxDecimalPlaces(4);
        json.StartObject();
        const auto text = [&](const char* name, const std::string& value) {
            json.Key(name);
            json.String(value.c_str());
        };
        const auto number = [&](const char* name, double value) {
            json.Key(name);
            json.Double(value);
        };
        text("set", key.source);
        text("label", key.label);
        text("lang", key.lang);
        number("posts", static_cast<double>(m.posts));
        number("positives", static_cast<double>(m.positives));
        number("precision", m.precision);
        number("recall", m.recall);
        number("f1", m.f1);
        number("f1_low", m.f1_low);
        number("f1_high", m.f1_high);
        number("auc", m.auc);
        number("calibration_error", m.calibration_error);
        number("precision_at_recall_90", m.precision_at_recall_90);
        number("recall_at_precision_90", m.recall_at_precision_90);
        number("best_f1", m.best_f1);
        number("best_threshold", m.best_threshold);
        json.EndObject();
        std::puts(out.GetString());
    }
}

void print_against(const Row& row) {
    std::size_t better = 0, worse = 0;
    for (std::size_t i = 0; i < row.judged.size(); ++i) {
        const bool right = row.judged[i].given == row.judged[i].truth;
        const bool other = row.other[i].given == row.other[i].truth;
        better += right && !other ? 1 : 0;
        worse += !right && other ? 1 : 0;
    }
    std::printf("   f1 %.2f -> %.2f, %zu better, %zu worse, p=%.3f", learn::measure(row.other).f1,
                learn::measure(row.judged).f1, better, worse, learn::mcnemar(better, worse));
}

void print_text(const std::map<Key, Row>& rows, bool against) {
    std::printf("%-26s %-9s %-4s %6s %6s  %5s %5s %5s %-12s %5s %5s %5s %5s\n", "set", "label",
                "lang", "posts", "with", "prec", "rec", "F1", "95 %", "AUC", "ECE", "p@r.9",
                "r@p.9");
    for (const auto& [key, row] : rows) {
        const auto m = learn::measure(row.judged);
        std::printf(
            "%-26s %-9s %-4s %6zu %6zu  %5.2f %5.2f %5.2f %.2f-%.2f    %5.2f %5.2f %5.2f %5.2f",
            key.source.c_str(), key.label.c_str(), key.lang.c_str(), m.posts, m.positives,
            m.precision, m.recall, m.f1, m.f1_low, m.f1_high, m.auc, m.calibration_error,
            m.precision_at_recall_90, m.recall_at_precision_90);
        if (against) print_against(row);
        std::printf("\n");
    }
}

void print_errors(const std::map<Key, Row>& rows, const std::vector<learn::LabelledPost>& posts,
                  std::size_t most, Jury& jury) {
    for (const auto& [key, row] : rows) {
        auto wrong = row.wrong;
        std::sort(wrong.begin(), wrong.end(),
                  [](const Wrong& a, const Wrong& b) { return a.surprise > b.surprise; });
        if (wrong.size() > most) wrong.resize(most);
        std::printf("\n%s %s %s: the worst errors\n", key.source.c_str(), key.label.c_str(),
                    key.lang.c_str());
        for (const auto& one : wrong) {
            const auto& post = posts[one.post];
            (void)jury.hear(post);
            auto text = post.text;
            std::replace(text.begin(), text.end(), '\n', ' ');
            const auto judged = jury.of(key.label, post.label(key.label) == 1);
            std::printf("  %s %.2f %s\n      %s\n", judged.truth ? "missed" : "false ",
                        judged.probability, jury.reasons(key.label).c_str(), text.c_str());
        }
    }
}

}  // namespace

int eval(const EvalOptions& options) {
    const auto rules = rules_of(options.rules);
    if (rules == nullptr) return kConfiguration;
    Jury jury(rules);
    std::optional<Jury> other;
    if (!options.against.empty()) {
        const auto rival = rules_of(options.against);
        if (rival == nullptr) return kConfiguration;
        other.emplace(rival);
    }
    const auto posts = read_posts(options.data, options.part);
    if (posts.empty()) {
        std::fprintf(stderr, "hark: no labelled post to judge\n");
        return kBadInput;
    }
    std::map<Key, Row> rows;
    for (std::size_t i = 0; i < posts.size(); ++i) {
        (void)jury.hear(posts[i]);
        if (other) (void)other->hear(posts[i]);
        for (const auto& [label, truth] : posts[i].labels) {
            if (!jury.knows(label)) continue;
            auto& row = rows[{posts[i].source, label, posts[i].lang}];
            row.judged.push_back(jury.of(label, truth));
            if (other) row.other.push_back(other->of(label, truth));
            const auto& judged = row.judged.back();
            if (judged.given != truth)
                row.wrong.push_back({std::abs(judged.probability - (truth ? 1 : 0)), i});
        }
    }
    if (options.json) print_json(rows);
    else print_text(rows, other.has_value());
    if (options.errors > 0) print_errors(rows, posts, options.errors, jury);
    return kFine;
}

}  // namespace hark::app
