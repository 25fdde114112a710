#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// What we show to a platform to be let in: one token, or two while it is being changed. When one
/// is refused the next is shown.
class Tokens {
public:
    explicit Tokens(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}

    [[nodiscard]] bool empty() const noexcept { return tokens_.empty(); }
    [[nodiscard]] const std::string& current() const { return tokens_[at_]; }
    template <typename Test>
    [[nodiscard]] bool all(Test test) const {
        return std::all_of(tokens_.begin(), tokens_.end(), test);
    }

    /// What a reply's status means, a refused token being a lasting problem only when all of them
    /// are.
    [[nodiscard]] Outcome judge(unsigned status) {
        auto outcome = outcome_of(status);
        if (status == 401) outcome.lasting = refused();
        else if (outcome.problem.empty()) accepted();
        return outcome;
    }
    /// The current one was refused. True: as all were.
    [[nodiscard]] bool refused() noexcept {
        at_ = (at_ + 1) % tokens_.size();
        return ++refusals_ >= tokens_.size();
    }
    void accepted() noexcept { refusals_ = 0; }

private:
    std::vector<std::string> tokens_;
    std::size_t at_ = 0;
    std::size_t refusals_ = 0;
};

}  // namespace hark::platforms
