#include "platforms/youtube/comment_poll.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platforms/percent.hpp"

namespace hark::platforms::youtube {

namespace {

using namespace std::chrono_literals;

// Of one channel in one round: 5,000 comments since the last. Beyond it the day's quota would go
// into the past.
constexpr std::size_t kPages = 50;
// After a restart only the newest time of all channels is known: a round may have been under way.
constexpr auto kOverlap = 1h;
// Quotas begin anew at midnight in California, which is this in winter, and an hour before in
// summer.
constexpr auto kQuotaHour = 8h;
constexpr std::array<std::string_view, 2> kQuotaReasons = {"quotaExceeded", "dailyLimitExceeded"};

std::chrono::milliseconds until_quota(Timestamp now) {
    const auto since_midnight = now - std::chrono::floor<std::chrono::days>(now);
    const auto wait = (kQuotaHour - since_midnight + 24h) % std::chrono::microseconds(24h);
    return std::chrono::ceil<std::chrono::milliseconds>(wait) + 1min;
}

bool says(std::string_view body, std::string_view reason) {
    const auto at = body.find(reason);
    return at != std::string_view::npos && at > 0 && body[at - 1] == '"' &&
           body.substr(at + reason.size()).starts_with('"');
}

Cursor cursor_of(Timestamp time) {
    const auto text = format_rfc3339(time);
    return Cursor({text.data(), text.size()});
}

}  // namespace

CommentPoll::CommentPoll(CommentSettings settings)
    : settings_(std::move(settings)),
      spacing_(std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(24h) /
                                                            settings_.quota)) {
    for (const auto& id : settings_.channels) channels_.push_back({.id = id});
}

Step CommentPoll::next(const Progress& at) {
    const auto resumed = parse_rfc3339(at.cursor.text());
    if (resumed && newest_ == Timestamp{}) {
        newest_ = *resumed;
        for (auto& channel : channels_) channel.known = *resumed - kOverlap;
    }
    Call call;
    call.url = settings_.api_url +
               "/commentThreads?part=snippet%2Creplies&order=time&maxResults=100"
               "&textFormat=plainText&allThreadsRelatedToChannelId=" +
               percent_encode(channels_[channel_].id);
    if (!page_.empty()) call.url += "&pageToken=" + percent_encode(page_);
    call.headers = {{"X-Goog-Api-Key", settings_.api_key}};
    call.delay = left_of(spacing_, asked_at_, at.now);
    return call;
}

Outcome CommentPoll::replied(const HttpResponse& response) {
    asked_at_ = response.received_at;
    return response.status >= 200 && response.status < 300 ? outcome_of(response.status)
                                                            : refusal(response);
}

Outcome CommentPoll::refusal(const HttpResponse& response) {
    auto outcome = outcome_of(response.status);
    const auto has = [&](std::string_view reason) { return says(response.body, reason); };
    if (response.status == 403 && std::any_of(kQuotaReasons.begin(), kQuotaReasons.end(), has)) {
        outcome.problem = "the quota of this day is used up";
        outcome.lasting = false;
        outcome.wait = until_quota(response.received_at);
    } else if (response.status == 403 && has("rateLimitExceeded")) {
        outcome.problem = "asked too often";
        outcome.lasting = false;
    } else if (response.status == 400 && !page_.empty()) {
        // A page's token does not live for ever: from the front again.
        outcome.lasting = false;
        page_.clear();
    } else if (channels_.size() > 1 && (response.status == 404 || has("commentsDisabled"))) {
        // The other channels are not to wait for this one.
        outcome.problem += ": channel " + channels_[channel_].id;
        outcome.lasting = false;
        page_.clear();
        channel_ = (channel_ + 1) % channels_.size();
    }
    return outcome;
}

std::optional<Reaction> CommentPoll::react(Moment) {
    Reaction reaction;
    reaction.gap = std::exchange(gap_, std::nullopt);
    if (std::exchange(unread_, false)) reaction.reconnect = "the reply is no page of comments";
    return reaction;
}

Errc CommentPoll::decode(const Frame& frame, Arena& arena, Mentions& out) {
    const auto error = comments_.decode(frame, arena, out);
    unread_ = error != Errc::ok;
    if (!unread_) turn_page(comments_, out.cursor);
    return error;
}

/// On to the next page while comments are newer than what is known, else to the next channel.
void CommentPoll::turn_page(const Comments& page, Cursor& cursor) {
    auto& channel = channels_[channel_];
    channel.newest = std::max(channel.newest, page.newest());
    const bool first_time = channel.known == Timestamp{};
    const bool reached = page.oldest() <= channel.known;
    page_ = page.next_page();
    if (first_time || reached || page_.empty()) return end_channel(cursor);
    if (++pages_ < kPages) return;
    gap_ = GapNotice{"too_many_comments", channel.known, page.oldest()};
    end_channel(cursor);
}

void CommentPoll::end_channel(Cursor& cursor) {
    auto& channel = channels_[channel_];
    channel.known = std::max(channel.known, channel.newest);
    newest_ = std::max(newest_, channel.newest);
    page_.clear();
    pages_ = 0;
    channel_ = (channel_ + 1) % channels_.size();
    if (channel_ == 0 && newest_ != Timestamp{}) cursor = cursor_of(newest_);
}

}  // namespace hark::platforms::youtube
