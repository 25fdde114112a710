#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hark::bench {

/// A number with three significant digits at most and its thousands told by letters: 12.3k.
[[nodiscard]] std::string brief(double value);

/// A line plot as one <figure> with an inline SVG that scales to the page's width.
class Plot {
public:
    struct Axis {
        std::string title;
        bool logarithmic = false;  ///< what is not above 0 is left out
    };
    using Points = std::vector<std::pair<double, double>>;

    Plot(std::string caption, Axis x, Axis y)
        : caption_(std::move(caption)), x_(std::move(x)), y_(std::move(y)) {}

    void line(const std::string& name, Points points);
    /// A dashed line over the whole height, e.g. the knee.
    void mark_x(double x, const std::string& name) { marks_.emplace_back(x, name); }
    /// Empty when there is nothing to draw.
    [[nodiscard]] std::string figure() const;

private:
    struct Range {
        double low = 0;
        double high = 1;
        bool logarithmic = false;
        [[nodiscard]] double share(double value) const;
        [[nodiscard]] std::vector<double> ticks() const;
    };
    [[nodiscard]] Range range(bool of_x) const;
    [[nodiscard]] bool shows(const std::pair<double, double>& point) const;
    void draw_axes(std::string& out, const Range& x, const Range& y) const;
    void draw_lines(std::string& out, const Range& x, const Range& y) const;

    std::string caption_;
    Axis x_;
    Axis y_;
    std::vector<std::pair<std::string, Points>> lines_;
    std::vector<std::pair<double, std::string>> marks_;
};

/// Named bars of one unit, the longest as long as the page is wide.
struct Bar {
    std::string name;
    double value = 0;
    bool limit = false;  ///< a naked limit: drawn pale
};
[[nodiscard]] std::string bars(const std::string& caption, const std::vector<Bar>& bars,
                               const std::string& unit);

}  // namespace hark::bench
