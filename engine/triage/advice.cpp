#include "triage/advice.hpp"

#include <algorithm>
#include <iterator>

namespace hark::triage {

namespace {

constexpr std::string_view kAnswerFirst = "answer_first";
constexpr std::string_view kMoveToPrivate = "move_to_private";
constexpr std::string_view kHide = "hide";
constexpr std::string_view kAnswer = "answer";
constexpr std::string_view kOrder[] = {"report", kMoveToPrivate, "leave", kAnswer, "thank"};

}  // namespace

void AdviceChoice::add(std::string_view advice, bool by_digits) noexcept {
    if (advice.empty()) return;
    if (advice == kHide) {
        (by_digits ? hide_by_digits_ : hide_) = advice;
        return;
    }
    asks_ |= advice == kAnswer;
    if (advice == kAnswerFirst) answer_first_ = advice;
    if (advice == kMoveToPrivate) private_ = advice;
    const auto* const place = std::find(std::begin(kOrder), std::end(kOrder), advice);
    const auto rank = static_cast<std::uint8_t>(place - std::begin(kOrder));
    if (rank < rank_) {
        rank_ = rank;
        best_ = advice;
    }
}

std::string_view AdviceChoice::best() const noexcept {
    if (!answer_first_.empty()) return private_.empty() ? answer_first_ : private_;
    if (!hide_.empty() && !(asks_ && !private_.empty())) return hide_;
    return hide_by_digits_.empty() || !private_.empty() ? best_ : hide_by_digits_;
}

}  // namespace hark::triage
