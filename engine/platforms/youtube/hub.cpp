#include "platforms/youtube/hub.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "platforms/percent.hpp"

namespace hark::platforms::youtube {

namespace {

using namespace std::chrono_literals;

// Asking again is cheap: what ended a lease unnoticed is mended within a day.
constexpr std::chrono::milliseconds kLongestRenewal = 24h;
// A hub confirms within seconds, to the callback, and says there what it grants. A subscription
// that it never confirmed is none.
constexpr std::chrono::milliseconds kConfirmation = 30s;
constexpr std::chrono::milliseconds kUnconfirmedRenewal = 1h;

/// The address of a channel's feed, which is the topic.
std::string topic_of(const std::string& channel) {
    return "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" + channel;
}

}  // namespace

Subscriber::Subscriber(Subscriptions subscriptions) : subscriptions_(std::move(subscriptions)) {
    for (const auto& channel : subscriptions_.channels) topics_.push_back(topic_of(channel));
    granted_ = std::make_shared<std::vector<std::atomic<std::int64_t>>>(topics_.size());
}

std::size_t Subscriber::channel_of(std::string_view topic) const {
    const auto found = std::find(topics_.begin(), topics_.end(), topic);
    return static_cast<std::size_t>(found - topics_.begin());
}
bool Subscriber::is_ours(std::string_view topic) const {
    return channel_of(topic) < topics_.size();
}

void Subscriber::confirmed(std::string_view topic, std::string_view seconds) {
    const auto channel = channel_of(topic);
    if (channel == topics_.size()) return;
    std::int64_t granted = 0;
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), granted);
    const auto asked = std::chrono::duration_cast<std::chrono::seconds>(subscriptions_.lease);
    if (granted <= 0 || granted > asked.count()) granted = asked.count();
    (*granted_)[channel].store(granted, std::memory_order_relaxed);
}

/// From one round of subscriptions to the next.
std::chrono::milliseconds Subscriber::renewal() const {
    auto shortest = std::min(subscriptions_.lease / 2, kLongestRenewal);
    for (const auto& one : *granted_) {
        const std::chrono::seconds granted(one.load(std::memory_order_relaxed));
        shortest = std::min(
            shortest, granted == 0s ? kUnconfirmedRenewal : std::chrono::milliseconds(granted) / 2);
    }
    return std::max(shortest, limits::kLeaseMin / 2);
}

Step Subscriber::next(const Progress& at) const {
    if (subscriptions_.callback.empty()) return std::monostate{};
    Call call;
    call.method = "POST";
    call.url = subscriptions_.hub;
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(subscriptions_.lease);
    // `hub.verify` is of the older protocol, which Google's hub still speaks; others ignore it.
    call.body = "hub.mode=subscribe&hub.verify=async&hub.callback=" +
                percent_encode(subscriptions_.callback) +
                "&hub.topic=" + percent_encode(topics_[channel_]) +
                "&hub.secret=" + percent_encode(subscriptions_.secret) +
                "&hub.lease_seconds=" + std::to_string(seconds.count());
    if (channel_ == 0) call.delay = left_of(renewal(), round_ended_at_, at.now);
    return call;
}

Outcome Subscriber::replied(const HttpResponse& response) {
    auto outcome = outcome_of(response.status);
    outcome.decode = false;
    if (!outcome.problem.empty()) return outcome;
    channel_ = (channel_ + 1) % topics_.size();
    if (channel_ != 0) return outcome;
    round_ended_at_ = response.received_at;
    outcome.wait = std::min(kConfirmation, subscriptions_.lease / 4);
    return outcome;
}

}  // namespace hark::platforms::youtube
