#pragma once

#include <cstdint>
#include <string_view>

namespace hark::triage {

/// What practitioners do with a post when several labels ask for different things.
///
/// Criticism is never hidden: where a label asks for `answer_first` (complaint, urgent), that is
/// the advice, after `move_to_private` if personal data stands in the open. Otherwise the order is
/// `hide`, `report`, `move_to_private`, `leave`, `answer`, `thank`; advice that is none of these
/// comes last. Beside `move_to_private`, `hide` counts only if nobody asks (`answer`) and the label
/// does not hang on the very digits that stand exposed: a customer who leaves a number is no
/// spammer.
class AdviceChoice {
public:
    /// `advice` must outlive the choice; empty is ignored. `by_digits`: its label would not be
    /// given but for how many digits the post has.
    void add(std::string_view advice, bool by_digits = false) noexcept;
    [[nodiscard]] std::string_view best() const noexcept;

private:
    std::string_view best_;  ///< of what is not `hide`
    std::uint8_t rank_ = UINT8_MAX;
    std::string_view hide_;
    std::string_view hide_by_digits_;
    std::string_view private_;
    bool asks_ = false;
    std::string_view answer_first_;
};

}  // namespace hark::triage
