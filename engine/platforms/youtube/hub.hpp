#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "platforms/platform.hpp"

namespace hark::platforms::youtube {

/// What is asked of a WebSub hub (w3.org/TR/websub, section 5.1).
struct Subscriptions {
    std::string hub;       ///< its address
    std::string callback;  ///< our own, as the hub sees it; empty: somebody else subscribes
    std::string secret;    ///< what it is to sign with
    std::vector<std::string> channels;
    std::chrono::milliseconds lease{};
};

/// The address of a channel's feed, which is the topic.
[[nodiscard]] std::string topic_of(const std::string& channel);

/// Subscribes to one channel after the other, and again long before the leases end. One a shard.
class Subscriber {
public:
    explicit Subscriber(Subscriptions subscriptions);

    [[nodiscard]] Step next(const Progress& at) const;
    Outcome replied(const HttpResponse& response);

private:
    Subscriptions subscriptions_;
    std::chrono::milliseconds renewal_;
    std::size_t channel_ = 0;
    Timestamp round_ended_at_{};
};

}  // namespace hark::platforms::youtube
