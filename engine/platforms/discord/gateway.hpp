#pragma once

#include <random>
#include <string>

#include "platforms/platform.hpp"

namespace hark::platforms::discord {

/// What a frame of the gateway said of the connection itself. Views are the frame's.
struct Control {
    std::string_view op;
    std::string_view sequence;
    std::string_view heartbeat_ms;
    std::string_view session_id;  ///< of a READY
    std::string_view resume_url;
    std::string_view user_id;
    bool resumable = false;  ///< of an invalid session
};

/// The gateway (discord.com/developers/docs/events/gateway): greeted, kept alive by heartbeats, and
/// resumed where it broke off, for as long as Discord keeps the session.
class Gateway {
public:
    explicit Gateway(Settings& source);

    [[nodiscard]] Step next(const Progress& progress);
    /// After each frame, in their order. The position to go on from; empty before the greeting.
    [[nodiscard]] Cursor heard(const Control& control);
    [[nodiscard]] std::optional<Reaction> react(Moment moment);

    [[nodiscard]] const std::string& bot_id() const noexcept { return bot_id_; }

private:
    [[nodiscard]] Reaction greet(std::string_view heartbeat_ms);
    [[nodiscard]] Reaction leave(std::string reason) const;
    [[nodiscard]] std::string heartbeat() const;

    std::string base_;
    std::string token_;  ///< empty: this source is no gateway
    std::uint32_t intents_ = 0;
    std::string session_id_;
    std::string resume_url_;
    std::string sequence_;
    std::string bot_id_;
    std::string op_;  ///< of the last frame
    std::string heartbeat_ms_;
    bool invalid_ = false;  ///< the session was refused for good
    bool answered_ = true;  ///< the last heartbeat
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace hark::platforms::discord
