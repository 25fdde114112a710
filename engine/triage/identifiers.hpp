#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/mention.hpp"
#include "core/verdict.hpp"
#include "triage/pii.hpp"

namespace hark::triage {

/// Finds telephone numbers and addresses of mail in what a mention is known by: its ids, its
/// thread, its url, its author. Digits alone are none there, an id is made of them: a number counts
/// with its `+`, in groups between blanks, behind a word like `phone`, or where the platform says
/// that it is one. One a shard, not thread-safe; no allocation once warm.
class Identifiers {
public:
    /// The book must outlive this or the next use().
    void use(const RuleBook& book);

    /// Appends to `out`, by member and then by place.
    void find(const Mention& mention, std::vector<Exposed>& out) noexcept;

private:
    struct Piece {
        std::string_view key;     ///< of a query; else empty
        std::string_view value;   ///< part of the member's own bytes
        bool is_dialled = false;  ///< an international number stands there without its `+`
    };

    void find_in_id(Member member, std::string_view value, std::string_view phone,
                    std::vector<Exposed>& out) noexcept;
    void find_in_url(std::string_view url, std::vector<Exposed>& out) noexcept;
    [[nodiscard]] std::string_view type_in(const Piece& piece) noexcept;
    void search(std::string_view text) noexcept;

    PiiFinder finder_;
    const RuleBook* book_ = nullptr;
    RuleIndex email_ = kNoRule;
    std::string text_;
    std::vector<Candidate> candidates_;
    std::vector<PiiFinding> found_;
};

}  // namespace hark::triage
