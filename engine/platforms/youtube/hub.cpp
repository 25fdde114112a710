#include "platforms/youtube/hub.hpp"

#include <algorithm>
#include <utility>

#include "platforms/percent.hpp"

namespace hark::platforms::youtube {

namespace {

using namespace std::chrono_literals;

// A hub may grant less than it is asked for, and says so to the callback alone. Asking again is
// cheap: leases of more than two days never end unnoticed, shorter ones if they are asked for.
constexpr std::chrono::milliseconds kLongestRenewal = 24h;

}  // namespace

std::string topic_of(const std::string& channel) {
    return "https://www.youtube.com/xml/feeds/videos.xml?channel_id=" + channel;
}

Subscriber::Subscriber(Subscriptions subscriptions)
    : subscriptions_(std::move(subscriptions)),
      renewal_(std::min(subscriptions_.lease / 2, kLongestRenewal)) {}

Step Subscriber::next(const Progress& at) const {
    if (subscriptions_.callback.empty()) return std::monostate{};
    Call call;
    call.method = "POST";
    call.url = subscriptions_.hub;
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(subscriptions_.lease);
    // `hub.verify` is of the older protocol, which Google's hub still speaks; others ignore it.
    call.body = "hub.mode=subscribe&hub.verify=async&hub.callback=" +
                percent_encode(subscriptions_.callback) + "&hub.topic=" +
                percent_encode(topic_of(subscriptions_.channels[channel_])) +
                "&hub.secret=" + percent_encode(subscriptions_.secret) +
                "&hub.lease_seconds=" + std::to_string(seconds.count());
    if (channel_ == 0) call.delay = left_of(renewal_, round_ended_at_, at.now);
    return call;
}

Outcome Subscriber::replied(const HttpResponse& response) {
    auto outcome = outcome_of(response.status);
    outcome.decode = false;
    if (!outcome.problem.empty()) return outcome;
    channel_ = (channel_ + 1) % subscriptions_.channels.size();
    if (channel_ == 0) round_ended_at_ = response.received_at;
    return outcome;
}

}  // namespace hark::platforms::youtube
