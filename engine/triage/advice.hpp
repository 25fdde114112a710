#pragma once

#include <cstdint>
#include <string_view>

namespace hark::triage {

/// What practitioners do with a post when several labels ask for different things.
///
/// Criticism is never hidden: where a label asks for `answer_first` (complaint, urgent), that is
/// the advice, after `move_to_private` if personal data stands in the open. Otherwise the order is
/// `hide`, `report`, `move_to_private`, `leave`, `answer`, `thank`; advice that is none of these
/// comes last.
class AdviceChoice {
public:
    /// `advice` must outlive the choice; empty is ignored.
    void add(std::string_view advice) noexcept;
    [[nodiscard]] std::string_view best() const noexcept;

private:
    std::string_view best_;
    std::uint8_t rank_ = UINT8_MAX;
    std::string_view private_;
    std::string_view answer_first_;
};

}  // namespace hark::triage
