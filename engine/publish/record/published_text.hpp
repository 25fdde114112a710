#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"

namespace hark::publish {

/// The way from bytes of the original text to code points of the text as published, in which
/// findings of personal data may stand as `[TYPE]` and broken bytes as U+FFFD. Memory is kept from
/// text to text.
class PublishedText {
public:
    /// [begin,end) in code points of the published text.
    struct Range {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
    };

    /// Reads the text through. The findings are taken as replaced by `masks`, of which there are
    /// none or at least as many. The text must outlive the last call of range().
    void read(std::string_view text, const std::vector<PiiFinding>& findings,
              std::span<const std::string> masks);

    /// A piece of the original. Where it reaches into a replaced finding, the range takes the
    /// bracket in whole.
    [[nodiscard]] Range range(Span original) const noexcept;

private:
    struct Bracket {
        Span original;
        Range published;
        std::uint32_t points_at_end = 0;  ///< code points of the original up to its end
    };

    void count(std::string_view text);
    [[nodiscard]] std::uint32_t points_before(std::uint32_t byte) const noexcept;
    [[nodiscard]] std::uint32_t shifted(const Bracket& before, std::uint32_t byte) const noexcept;
    [[nodiscard]] std::uint32_t begin_of(std::uint32_t byte) const noexcept;
    [[nodiscard]] std::uint32_t end_of(std::uint32_t byte) const noexcept;

    std::string_view text_;
    bool ascii_ = true;
    bool valid_ = true;
    /// Code points before each 64th byte of a valid text, before each byte of a broken one.
    std::vector<std::uint32_t> points_;
    std::vector<Bracket> brackets_;
};

}  // namespace hark::publish
