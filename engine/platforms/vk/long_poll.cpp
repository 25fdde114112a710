#include "platforms/vk/long_poll.hpp"

#include "platforms/percent.hpp"

namespace hark::platforms::vk {

namespace {

using namespace std::chrono_literals;

enum Purpose : std::uint32_t { kServer = 1, kEvents };

// How long the server waits for an event, and some seconds for the way.
constexpr std::chrono::seconds kWait = 25s;
constexpr std::chrono::seconds kWay = 10s;
// A server that sends us elsewhere again and again is not asked more often than this.
constexpr std::chrono::milliseconds kBetweenFailures = 1s;

}  // namespace

LongPoll::LongPoll(Api api, std::string group_id)
    : api_(std::move(api)), group_id_(std::move(group_id)) {}

Step LongPoll::next(const Progress& progress) const {
    if (key_.empty())
        return method_call(api_, "groups.getLongPollServer", "group_id=" + group_id_, kServer);
    const std::string cursor(progress.cursor.text());
    const auto& ts = !restart_ts_.empty() ? restart_ts_ : !cursor.empty() ? cursor : first_ts_;
    Call call;
    call.url = server_ + "?act=a_check&key=" + percent_encode(key_) + "&ts=" + percent_encode(ts) +
               "&wait=" + std::to_string(kWait.count());
    call.purpose = kEvents;
    call.timeout = kWait + kWay;
    return call;
}

Outcome LongPoll::replied(const HttpResponse& response) {
    return response.purpose == kEvents ? take_events(response) : take_server(response);
}

Outcome LongPoll::take_server(const HttpResponse& response) {
    Reply reply;
    auto outcome = replies_.read_method(response, reply);
    if (!outcome.problem.empty()) return outcome;
    const bool is_address = reply.server.starts_with("https://") ||
                            (api_.is_plain() && reply.server.starts_with("http://"));
    if (!is_address || reply.key.empty() || reply.ts.empty()) {
        outcome.problem = "groups.getLongPollServer gave no server, key and ts";
        return outcome;
    }
    server_ = reply.server;
    key_ = reply.key;
    first_ts_ = reply.ts;
    if (history_lost_) restart_ts_ = first_ts_;
    history_lost_ = false;
    return outcome;
}

Outcome LongPoll::take_events(const HttpResponse& response) {
    auto outcome = outcome_of(response.status);
    if (!outcome.problem.empty()) {
        key_.clear();  // another server may be meant for us by now
        return outcome;
    }
    Reply reply;
    const auto error = replies_.read(response.body, reply);
    if (error != Errc::ok || reply.failed.empty()) return outcome;
    outcome.decode = false;
    outcome.wait = kBetweenFailures;
    if (reply.failed == "1" && !reply.ts.empty()) {
        restart_ts_ = reply.ts;
    } else {
        key_.clear();
        history_lost_ = reply.failed != "2";
    }
    if (reply.failed != "2") outcome.gap = GapNotice{"cursor_too_old"};
    return outcome;
}

}  // namespace hark::platforms::vk
