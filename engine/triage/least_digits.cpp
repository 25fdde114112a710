#include "triage/least_digits.hpp"

#include <algorithm>

#include "triage/surroundings.hpp"

namespace hark::triage {

namespace {

constexpr std::uint32_t kMost = 1000;  // more is as good as that, and nothing overflows
constexpr int kDeepest = 32;

/// What every finding of a branch has is the sum over its parts; of branches, the least.
class Reading {
public:
    explicit Reading(std::string_view expression) : rest_(expression) {}

    std::uint32_t run() noexcept {
        const auto digits = branches(0);
        return understood_ && rest_.empty() ? digits : 0;
    }

private:
    [[nodiscard]] bool next_is(char c) const noexcept { return rest_.starts_with(c); }
    [[nodiscard]] bool take(char c) noexcept {
        const bool is_there = next_is(c);
        if (is_there) rest_.remove_prefix(1);
        return is_there;
    }

    std::uint32_t branches(int depth) noexcept {
        auto least = kMost;
        if (depth > kDeepest) understood_ = false;
        do {
            std::uint32_t sum = 0;
            while (understood_ && !rest_.empty() && !next_is('|') && !next_is(')')) {
                const auto one = part(depth);
                sum = std::min(kMost, sum + one * repeats());
            }
            least = std::min(least, sum);
        } while (understood_ && take('|'));
        return least;
    }

    std::uint32_t part(int depth) noexcept {
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '(') return group(depth);
        if (c == '[') return set();
        if (c == '\\') return escaped();
        if (c == '{') understood_ = false;
        return is_digit(c) ? 1 : 0;
    }

    /// `(?i:` is a group as any other; what looks ahead or behind, or sets flags for what follows,
    /// is not understood.
    std::uint32_t group(int depth) noexcept {
        if (take('?')) {
            while (take('i') || take('s') || take('m')) {
            }
            understood_ = understood_ && take(':');
        }
        const auto digits = branches(depth + 1);
        understood_ = understood_ && take(')');
        return digits;
    }

    /// One digit, if nothing else may stand there.
    std::uint32_t set() noexcept {
        bool only_digits = !next_is('^');
        (void)take('^');
        bool first = true;
        for (; !rest_.empty() && (first || !next_is(']')); first = false) {
            const char c = rest_.front();
            understood_ = understood_ && c != '[';  // `[:alpha:]`
            const bool is_range = c == '-' && !first && rest_.size() > 1 && rest_[1] != ']';
            only_digits = only_digits && (is_digit(c) || is_range);
            rest_.remove_prefix(std::min(rest_.size(), std::size_t{c == '\\' ? 2U : 1U}));
        }
        understood_ = understood_ && take(']');
        return only_digits ? 1 : 0;
    }

    /// `\d` may be a digit of another script. Others may be followed by digits that are no text.
    std::uint32_t escaped() noexcept {
        constexpr std::string_view kAlone = "bBdDsSwWnrt";
        if (rest_.empty()) {
            understood_ = false;
            return 0;
        }
        const char c = rest_.front();
        rest_.remove_prefix(1);
        if (is_ascii_alnum(c) && kAlone.find(c) == std::string_view::npos) understood_ = false;
        return 0;
    }

    /// At least how often the part before stands there.
    std::uint32_t repeats() noexcept {
        std::uint32_t least = 1;
        if (take('?') || take('*')) {
            least = 0;
        } else if (take('{')) {
            least = 0;
            understood_ = understood_ && !rest_.empty() && is_digit(rest_.front());
            for (; !rest_.empty() && is_digit(rest_.front()); rest_.remove_prefix(1))
                least = std::min(kMost, least * 10 + static_cast<std::uint32_t>(rest_[0] - '0'));
            if (take(',')) {
                while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
            }
            understood_ = understood_ && take('}');
        } else if (!take('+')) {
            return 1;
        }
        if (!take('?')) (void)take('+');
        return least;
    }

    std::string_view rest_;
    bool understood_ = true;
};

}  // namespace

std::uint32_t least_digits(std::string_view expression) noexcept {
    return Reading(expression).run();
}

}  // namespace hark::triage
