#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platforms/platform.hpp"
#include "platforms/youtube/comments.hpp"

namespace hark::platforms::youtube {

/// How comments are asked for.
struct CommentSettings {
    std::string api_url;
    std::string api_key;
    std::vector<std::string> channels;
    std::uint64_t quota = 0;  ///< calls a day
};

/// Asks for the newest comments of one channel after the other, back to what was known of it. Calls
/// are spread evenly over the day, so that the quota lasts, restarts included. The cursor is the
/// time of the newest comment of all rounds, by YouTube's clock.
class CommentPoll final : public Platform {
public:
    explicit CommentPoll(CommentSettings settings);

    /// Comments below videos of the channels that were named.
    [[nodiscard]] bool is_ours() const override { return true; }
    Step next(const Progress& at) override;
    Outcome replied(const HttpResponse& response) override;
    std::optional<Reaction> react(Moment moment) override;
    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override;

private:
    /// What is known of a channel; times are YouTube's.
    struct Channel {
        std::string id;
        Timestamp known{};   ///< everything up to here was heard; zero: nothing is known
        Timestamp newest{};  ///< seen in this round
    };

    void turn_page(const Comments& page, Cursor& cursor);
    void end_channel(Cursor& cursor);
    [[nodiscard]] Outcome refusal(const HttpResponse& response);

    CommentSettings settings_;
    std::chrono::milliseconds spacing_;
    std::vector<Channel> channels_;
    std::size_t channel_ = 0;
    std::string page_;  ///< token of the next page of this channel
    std::size_t pages_ = 0;
    Timestamp newest_{};  ///< of all channels
    Timestamp asked_at_{};
    std::optional<GapNotice> gap_;
    bool unread_ = false;  ///< the last reply was no page of comments
    Comments comments_;
};

}  // namespace hark::platforms::youtube
