#include "hark_bench/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "core/html.hpp"

namespace hark::bench {

namespace {

constexpr double kWidth = 480;
constexpr double kHeight = 300;
constexpr double kLeft = 58;
constexpr double kRight = 12;
constexpr double kTop = 30;
constexpr double kBottom = 42;
// Told apart by those who see no red and green too.
constexpr std::array kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"};

std::string fixed(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", value);
    return text;
}

std::string label(double x, double y, const char* anchor, const std::string& text,
                  const std::string& more = {}) {
    return "<text x=\"" + fixed(x) + "\" y=\"" + fixed(y) + "\" text-anchor=\"" + anchor + "\"" +
           more + ">" + html_escaped(text) + "</text>\n";
}

std::string segment(double x1, double y1, double x2, double y2, const std::string& style) {
    return "<path d=\"M" + fixed(x1) + " " + fixed(y1) + "L" + fixed(x2) + " " + fixed(y2) + "\" " +
           style + "/>\n";
}

double to_x(double share) {
    return kLeft + share * (kWidth - kLeft - kRight);
}

double to_y(double share) {
    return kHeight - kBottom - share * (kHeight - kTop - kBottom);
}

}  // namespace

std::string brief(double value) {
    constexpr std::array kLetters = {"", "k", "M", "G"};
    std::size_t letter = 0;
    while (std::abs(value) >= 9999.5 && letter + 1 < kLetters.size()) {
        value /= 1000;
        ++letter;
    }
    char text[32];
    std::snprintf(text, sizeof text, std::abs(value) >= 100 ? "%.0f%s" : "%.3g%s", value,
                  kLetters[letter]);
    return text;
}

void Plot::line(const std::string& name, Points points) {
    std::erase_if(points, [this](const auto& point) { return !shows(point); });
    if (!points.empty()) lines_.emplace_back(name, std::move(points));
}

bool Plot::shows(const std::pair<double, double>& point) const {
    return std::isfinite(point.first) && std::isfinite(point.second) &&
           !(x_.logarithmic && point.first <= 0) && !(y_.logarithmic && point.second <= 0);
}

double Plot::Range::share(double value) const {
    if (logarithmic) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
}

std::vector<double> Plot::Range::ticks() const {
    std::vector<double> out;
    if (logarithmic) {
        const bool few = high / low > 1e3;
        for (double decade = std::pow(10, std::floor(std::log10(low))); decade <= high;
             decade *= 10) {
            for (const double step : {1., 2., 5.}) {
                const double tick = decade * step;
                if (tick >= low && tick <= high && (step < 2 || !few)) out.push_back(tick);
            }
        }
        return out;
    }
    const double raw = (high - low) / 5;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    const double step = power * (raw / power < 1.5 ? 1 : raw / power < 3.5 ? 2 : 5);
    for (double tick = std::ceil(low / step) * step; tick <= high + step / 1e6; tick += step)
        out.push_back(tick);
    return out;
}

Plot::Range Plot::range(bool of_x) const {
    const auto& axis = of_x ? x_ : y_;
    Range out;
    out.logarithmic = axis.logarithmic;
    bool first = true;
    for (const auto& [name, points] : lines_) {
        for (const auto& point : points) {
            const double value = of_x ? point.first : point.second;
            out.low = first ? value : std::min(out.low, value);
            out.high = first ? value : std::max(out.high, value);
            first = false;
        }
    }
    if (!axis.logarithmic && !of_x) out.low = std::min(0.0, out.low);
    if (axis.logarithmic) {
        out.low /= 1.2;
        out.high *= 1.2;
    }
    if (out.high <= out.low) out.high = out.low + 1;
    return out;
}

void Plot::draw_axes(std::string& out, const Range& x, const Range& y) const {
    const std::string grid = "stroke=\"#ddd\" fill=\"none\"";
    for (const double tick : x.ticks()) {
        out += segment(to_x(x.share(tick)), to_y(0), to_x(x.share(tick)), to_y(1), grid);
        out += label(to_x(x.share(tick)), to_y(0) + 14, "middle", brief(tick));
    }
    for (const double tick : y.ticks()) {
        out += segment(to_x(0), to_y(y.share(tick)), to_x(1), to_y(y.share(tick)), grid);
        out += label(to_x(0) - 5, to_y(y.share(tick)) + 4, "end", brief(tick));
    }
    out += label(to_x(0.5), kHeight - 8, "middle", x_.title);
    const double middle = to_y(0.5);
    out += label(12, middle, "middle", y_.title,
                 " transform=\"rotate(-90 12 " + fixed(middle) + ")\"");
    for (const auto& [place, name] : marks_) {
        if (place < x.low || place > x.high || (x.logarithmic && place <= 0)) continue;
        const double at = to_x(x.share(place));
        out += segment(at, to_y(0), at, to_y(1), "stroke=\"#333\" stroke-dasharray=\"4 3\"");
        out += label(at - 4, to_y(1) + 12, "end", name);
    }
}

void Plot::draw_lines(std::string& out, const Range& x, const Range& y) const {
    double legend = kLeft;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        const auto& [name, points] = lines_[i];
        const std::string colour = kColours[i % kColours.size()];
        std::string path;
        for (const auto& [px, py] : points)
            path += (path.empty() ? "M" : "L") + fixed(to_x(x.share(px))) + " " +
                    fixed(to_y(y.share(py)));
        out += "<path d=\"" + path + "\" fill=\"none\" stroke-width=\"1.8\" stroke=\"" + colour +
               "\"/>\n";
        constexpr std::size_t kFewPoints = 40;
        for (const auto& [px, py] : points) {
            if (points.size() > kFewPoints) break;
            out += "<circle r=\"2.6\" fill=\"" + colour + "\" cx=\"" + fixed(to_x(x.share(px))) +
                   "\" cy=\"" + fixed(to_y(y.share(py))) + "\"/>\n";
        }
        out += segment(legend, 14, legend + 14, 14, "stroke-width=\"3\" stroke=\"" + colour + "\"");
        out += label(legend + 18, 18, "start", name);
        legend += 34 + 6.6 * static_cast<double>(name.size());
    }
}

std::string Plot::figure() const {
    if (lines_.empty()) return {};
    const auto x = range(true);
    const auto y = range(false);
    std::string out = "<figure><svg role=\"img\" viewBox=\"0 0 480 300\"><title>" +
                      html_escaped(caption_) + "</title>\n";
    draw_axes(out, x, y);
    draw_lines(out, x, y);
    return out + "</svg><figcaption>" + html_escaped(caption_) + "</figcaption></figure>\n";
}

std::string bars(const std::string& caption, const std::vector<Bar>& bars,
                 const std::string& unit) {
    if (bars.empty()) return {};
    double most = 0;
    for (const auto& bar : bars) most = std::max(most, bar.value);
    std::string out = "<figure class=\"bars\"><table>\n";
    for (const auto& bar : bars) {
        char width[16];
        std::snprintf(width, sizeof width, "%.1f%%", most > 0 ? 100 * bar.value / most : 0);
        out += "<tr><td>" + html_escaped(bar.name) + "<td class=\"bar\"><div" +
               (bar.limit ? " class=\"limit\"" : "") + " style=\"width:" + width + "\"></div><td>" +
               brief(bar.value) + " " + html_escaped(unit) + "\n";
    }
    return out + "</table><figcaption>" + html_escaped(caption) + "</figcaption></figure>\n";
}

}  // namespace hark::bench
