#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/commands.hpp"
#include "app/jury.hpp"
#include "app/labelled_posts.hpp"
#include "learn/measures.hpp"
#include "pipeline/rules.hpp"

namespace hark::app {

namespace {

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

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

/// Posts that these rules judge rightly and the others not, and the reverse.
std::pair<std::size_t, std::size_t> compare(const EvalRow& row) {
    std::size_t better = 0, worse = 0;
    for (std::size_t i = 0; i < row.judged.size(); ++i) {
        const bool right = row.judged[i].given == row.judged[i].truth;
        const bool other = row.other[i].given == row.other[i].truth;
        better += right && !other ? 1 : 0;
        worse += !right && other ? 1 : 0;
    }
    return {better, worse};
}

template <typename Number>
void add_against(const EvalRow& row, Number&& number) {
    const auto [better, worse] = compare(row);
    number("against_f1", learn::measure(row.other).f1);
    number("better", static_cast<double>(better));
    number("worse", static_cast<double>(worse));
    number("p", learn::mcnemar(better, worse));
}

void print_json(const EvalRows& rows, bool against) {
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
        number("given", static_cast<double>(m.given));
        number("hits", static_cast<double>(m.hits));
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
        if (against) add_against(row, number);
        json.EndObject();
        std::puts(out.GetString());
    }
}

void print_against(const EvalRow& row) {
    const auto [better, worse] = compare(row);
    std::printf("   f1 %.2f -> %.2f, %zu better, %zu worse, p=%.3f", learn::measure(row.other).f1,
                learn::measure(row.judged).f1, better, worse, learn::mcnemar(better, worse));
}

void print_text(const EvalRows& rows, bool against) {
    std::printf("%-26s %-9s %-4s %6s %6s  %5s %5s %5s %-12s %5s %5s %5s %5s %5s\n", "set", "label",
                "lang", "posts", "with", "prec", "rec", "F1", "95 %", "best", "AUC", "ECE", "p@r.9",
                "r@p.9");
    for (const auto& [key, row] : rows) {
        const auto m = learn::measure(row.judged);
        std::printf(
            "%-26s %-9s %-4s %6zu %6zu  %5.2f %5.2f %5.2f %.2f-%.2f    %5.2f %5.2f %5.2f %5.2f "
            "%5.2f",
            key.source.c_str(), key.label.c_str(), key.lang.c_str(), m.posts, m.positives,
            m.precision, m.recall, m.f1, m.f1_low, m.f1_high, m.best_f1, m.auc, m.calibration_error,
            m.precision_at_recall_90, m.recall_at_precision_90);
        if (against) print_against(row);
        std::printf("\n");
    }
}

void print_errors(const EvalRows& rows, const std::vector<learn::LabelledPost>& posts,
                  std::size_t most, Jury& jury) {
    for (const auto& [key, row] : rows) {
        std::printf("\n%s %s %s: the worst errors\n", key.source.c_str(), key.label.c_str(),
                    key.lang.c_str());
        for (const auto& one : row.worst(most)) {
            const auto& post = posts[one.post];
            jury.hear(post);
            auto text = post.text;
            std::replace(text.begin(), text.end(), '\n', ' ');
            const auto judged = jury.of(key.label, post.label(key.label) == 1);
            std::printf("  %s %.2f %s\n      %s\n", judged.truth ? "missed" : "false ",
                        judged.probability, jury.reasons(key.label).c_str(), text.c_str());
        }
        const auto rules = row.harmful();
        for (std::size_t i = 0; i < std::min(most, rules.size()); ++i) {
            const auto& [rule, effect] = rules[i];
            std::printf("  hurts: %s made %zu posts wrong, %zu right\n",
                        jury.book().rules[rule].id.c_str(), effect.hurt, effect.helped);
        }
    }
}

void print_sublabels(const EvalRows& rows) {
    for (const auto& [key, row] : rows) {
        for (const auto& [name, count] : row.sublabels) {
            std::printf("%s %s/%s %s: given %zu, %zu of them to posts with the label",
                        key.source.c_str(), key.label.c_str(), name.c_str(), key.lang.c_str(),
                        count.given, count.of_label);
            if (count.annotated + count.truth > 0)
                std::printf("; %zu of %zu annotated ones right, %zu true", count.right,
                            count.annotated, count.truth);
            std::printf("\n");
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
    bool faulty = false;
    auto posts = read_posts(options.data, faulty);
    if (!options.part.empty())
        std::erase_if(posts, [&](const auto& post) { return !is_of_part(post, options.part); });
    if (posts.empty()) {
        std::fprintf(stderr, "hark: no labelled post to judge\n");
        return kBadInput;
    }
    EvalRows rows;
    for (std::size_t i = 0; i < posts.size(); ++i) {
        jury.hear(posts[i]);
        if (other) other->hear(posts[i]);
        for (const auto& [label, truth] : posts[i].labels) {
            if (!jury.knows(label)) continue;
            auto& row = rows[{posts[i].source, label, posts[i].lang}];
            row.add(posts[i], i, label, truth, jury);
            if (other) row.other.push_back(other->of(label, truth));
        }
    }
    if (rows.empty()) {
        std::fprintf(stderr, "hark: no post says whether it has a label that these rules have\n");
        return kBadInput;
    }
    if (options.json) print_json(rows, other.has_value());
    else print_text(rows, other.has_value());
    if (options.sublabels) print_sublabels(rows);
    if (options.errors > 0) print_errors(rows, posts, options.errors, jury);
    constexpr std::size_t kErrorsOfPage = 10;
    const auto errors = options.errors > 0 ? options.errors : kErrorsOfPage;
    if (!options.page.empty() && !write_eval_page(options.page, rows, posts, errors, jury)) {
        std::fprintf(stderr, "hark: %s cannot be written\n", options.page.c_str());
        return kBadInput;
    }
    return faulty ? kBadInput : kFine;
}

}  // namespace hark::app
