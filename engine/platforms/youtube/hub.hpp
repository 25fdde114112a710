#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
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

/// Subscribes to one channel after the other, and again long before the leases end. One a shard;
/// what the hub grants is heard on any of them.
class Subscriber {
public:
    explicit Subscriber(Subscriptions subscriptions);
    /// Before anything else.
    void share_with(const Subscriber& first) { granted_ = first.granted_; }

    [[nodiscard]] Step next(const Progress& at) const;
    Outcome replied(const HttpResponse& response);
    /// The hub says for how long it subscribes us to the topic, in seconds; empty: it does not say.
    /// A topic of others changes nothing. Any shard.
    void confirmed(std::string_view topic, std::string_view seconds);
    [[nodiscard]] bool is_ours(std::string_view topic) const;

private:
    [[nodiscard]] std::size_t channel_of(std::string_view topic) const;
    [[nodiscard]] std::chrono::milliseconds renewal() const;

    Subscriptions subscriptions_;
    std::vector<std::string> topics_;
    /// In seconds, by channel; 0: the hub has not confirmed it.
    std::shared_ptr<std::vector<std::atomic<std::int64_t>>> granted_;
    std::size_t channel_ = 0;
    Timestamp round_ended_at_{};
};

}  // namespace hark::platforms::youtube
