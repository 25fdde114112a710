#include <algorithm>
#include <cstdio>
#include <fstream>

#include "app/jury.hpp"
#include "core/html.hpp"

namespace hark::app {

namespace {

constexpr const char* kHead = R"(<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>How right the labels are</title>
<style>
body{font:15px/1.45 system-ui,sans-serif;margin:1em auto;max-width:70em;padding:0 1em;color:#222}
h2{border-top:1px solid #ccc;padding-top:.6em;font-size:1.15em}
table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{padding:.15em .6em;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
td:first-child,th:first-child{text-align:left}th{border-bottom:1px solid #999}
figure{display:inline-block;margin:.5em 1.5em .5em 0}figcaption{font-size:.85em;color:#555}
svg{width:15em;height:15em;background:#fafafa;border:1px solid #ddd}
li{margin:.5em 0;overflow-wrap:anywhere}small{color:#555}
</style>
<h1>How right the labels are</h1>
<p>A row is one label of one language on the posts of one source; sources are never pooled.
<b>F1</b> with its 95&nbsp;% interval; <b>best</b> is the F1 that the threshold beside it would
give on these very posts. Calibration error is the mean distance between what was said and what was
true.</p>
)";

/// A number with so many decimals.
std::string fixed(double value, int decimals = 2) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", decimals, value);
    return text;
}

/// A square from 0 to 1 on both axes, in hundredths, the origin at the lower left.
class Plot {
public:
    Plot(std::string caption, bool diagonal) : caption_(std::move(caption)) {
        if (diagonal) marks_ += R"(<path d="M0 100L100 0" stroke="#bbb" stroke-width=".5"/>)";
    }
    void dot(double x, double y, double radius) {
        marks_ += "<circle fill=\"#36c\" cx=\"" + fixed(100 * x) + "\" cy=\"" +
                  fixed(100 - 100 * y) + "\" r=\"" + fixed(radius) + "\"/>";
    }
    void line_to(double x, double y) {
        path_ += (path_.empty() ? "M" : "L") + fixed(100 * x) + " " + fixed(100 - 100 * y);
    }
    void write(std::ostream& out) const {
        out << "<figure><svg viewBox=\"-3 -3 106 106\">" << marks_
            << "<path fill=\"none\" stroke=\"#36c\" d=\"" << path_ << "\"/></svg><figcaption>"
            << caption_ << "</figcaption></figure>\n";
    }

private:
    std::string caption_;
    std::string marks_;
    std::string path_;
};

std::string title_of(const EvalKey& key) {
    return html_escaped(key.label + " " + key.lang + " " + key.source);
}

void write_table(std::ostream& out, const EvalRows& rows) {
    out << "<table><tr><th>label, language, source<th>posts<th>with it<th>precision<th>recall<th>"
           "F1<th>95 %<th>best<th>at<th>AUC<th>calibration error\n";
    std::size_t number = 0;
    for (const auto& [key, row] : rows) {
        const auto m = learn::measure(row.judged);
        out << "<tr><td><a href=\"#r" << number++ << "\">" << title_of(key) << "</a><td>" << m.posts
            << "<td>" << m.positives;
        for (const double value : {m.precision, m.recall, m.f1}) out << "<td>" << fixed(value);
        out << "<td>" << fixed(m.f1_low) << " to " << fixed(m.f1_high);
        for (const double value : {m.best_f1, m.best_threshold, m.auc, m.calibration_error})
            out << "<td>" << fixed(value);
        out << '\n';
    }
    out << "</table>\n";
}

void write_plots(std::ostream& out, const EvalRow& row) {
    Plot reliability("Reliability: what was said (right) and what was true (up)", true);
    const auto posts = static_cast<double>(row.judged.size());
    for (const auto& bin : learn::reliability(row.judged)) {
        reliability.dot(bin.said, bin.true_share,
                        1.2 + 4 * std::min(1.0, 3 * static_cast<double>(bin.posts) / posts));
        reliability.line_to(bin.said, bin.true_share);
    }
    reliability.write(out);
    Plot trade("Recall (right) and precision (up) by threshold", false);
    const auto curve = learn::precision_recall(row.judged);
    const auto step = std::max<std::size_t>(1, curve.size() / 200);
    for (std::size_t i = 0; i < curve.size(); i += step)
        trade.line_to(curve[i].recall, curve[i].precision);
    const auto m = learn::measure(row.judged);
    trade.dot(m.recall, m.precision, 2.5);
    trade.write(out);
}

void write_sublabels(std::ostream& out, const EvalRow& row) {
    if (row.sublabels.empty()) return;
    out << "<table><tr><th>sublabel<th>given<th>the label is true<th>annotated<th>right<th>true\n";
    for (const auto& [name, count] : row.sublabels) {
        out << "<tr><td>" << html_escaped(name) << "<td>" << count.given << "<td>" << count.of_label
            << "<td>" << count.annotated << "<td>" << count.right << "<td>" << count.truth << '\n';
    }
    out << "</table>\n";
}

void write_harmful(std::ostream& out, const EvalRow& row, const RuleBook& book, std::size_t most) {
    const auto rules = row.harmful();
    if (rules.empty()) return;
    out << "<table><tr><th>rule that hurts<th>weight<th>posts it made wrong<th>right\n";
    for (std::size_t i = 0; i < std::min(most, rules.size()); ++i) {
        const auto& rule = book.rules[rules[i].first];
        out << "<tr><td>" << html_escaped(rule.id) << "<td>"
            << fixed(static_cast<double>(rule.weight)) << "<td>" << rules[i].second.hurt << "<td>"
            << rules[i].second.helped << '\n';
    }
    out << "</table>\n";
}

void write_errors(std::ostream& out, const EvalKey& key, const EvalRow& row,
                  const std::vector<learn::LabelledPost>& posts, std::size_t most, Jury& jury) {
    const auto worst = row.worst(most);
    if (worst.empty()) return;
    out << "<p>The worst errors:<ul>\n";
    for (const auto& one : worst) {
        const auto& post = posts[one.post];
        jury.hear(post);
        const auto judged = jury.of(key.label, post.label(key.label) == 1);
        out << "<li>" << (judged.truth ? "missed, " : "false, ") << fixed(judged.probability)
            << ": " << html_escaped(post.text) << "<br><small>"
            << html_escaped(jury.reasons(key.label)) << "</small>\n";
    }
    out << "</ul>\n";
}

}  // namespace

bool write_eval_page(const std::string& path, const EvalRows& rows,
                     const std::vector<learn::LabelledPost>& posts, std::size_t errors,
                     Jury& jury) {
    std::ofstream out(path);
    out << kHead;
    write_table(out, rows);
    std::size_t number = 0;
    for (const auto& [key, row] : rows) {
        out << "<h2 id=\"r" << number++ << "\">" << title_of(key) << "</h2>\n";
        write_plots(out, row);
        write_sublabels(out, row);
        write_harmful(out, row, jury.book(), errors);
        write_errors(out, key, row, posts, errors, jury);
    }
    out.close();
    return static_cast<bool>(out);
}

}  // namespace hark::app
