#pragma once

#include <string>
#include <vector>

#include "platforms/json.hpp"
#include "platforms/platform.hpp"
#include "platforms/tokens.hpp"

namespace hark::platforms::x {

/// A rule of the filtered stream.
struct StreamRule {
    std::string value;
    std::string tag;
    friend bool operator==(const StreamRule&, const StreamRule&) = default;
};

/// The streams of API v2: where each is, with whose token, and the rules of the filtered one.
class Outbound {
public:
    explicit Outbound(Settings& source);

    /// What comes was chosen by our rules or subscriptions, or has no words to choose by.
    [[nodiscard]] bool is_ours() const noexcept { return is_ours_; }

    /// Rules first, once: what is missing at X is added, what the configuration does not name any
    /// more is deleted; rules that others made are left alone.
    [[nodiscard]] Step next(const Progress& progress) const;
    Outcome replied(const HttpResponse& response);
    /// `problem`: X reported an error in place of a post; `too_many`: of our connections.
    [[nodiscard]] std::optional<Reaction> react(Moment moment, bool problem, bool too_many);

private:
    enum Purpose : std::uint32_t { kStream = 0, kListRules, kAddRules, kDeleteRules };

    void read_rules(Settings& source);
    [[nodiscard]] Outcome compare_rules(std::string_view body);
    void compare_rule(const std::string& id, const StreamRule& there);
    [[nodiscard]] StreamRequest stream_request(const Progress& progress) const;
    [[nodiscard]] Call rules_call(Purpose purpose, std::string body) const;

    std::string base_;
    std::string path_;
    std::string query_;
    bool is_ours_ = false;
    std::size_t backfill_minutes_ = 0;
    Tokens tokens_;
    std::vector<StreamRule> rules_;
    bool listed_ = false;                 ///< what stands at X is known
    std::vector<StreamRule> to_add_;      ///< not added yet
    std::vector<std::string> to_delete_;  ///< ids not deleted yet
    JsonParser parser_;
};

}  // namespace hark::platforms::x
