#include "platforms/x/outbound.hpp"

#include <algorithm>
#include <array>

#include "platforms/event.hpp"
#include "platforms/reception.hpp"

namespace hark::platforms::x {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kFields =
    "tweet.fields=created_at,author_id,lang,conversation_id,in_reply_to_user_id,referenced_tweets,"
    "entities,attachments,edit_history_tweet_ids,note_tweet&expansions=author_id,"
    "referenced_tweets.id,attachments.media_keys&user.fields=username,name,created_at";
// X gives a sign of life every 20 s; whoever takes just that for mute reconnects in vain.
constexpr auto kSilence = 30s;
constexpr std::string_view kRulesPath = "/2/tweets/search/stream/rules";
/// Rules with a tag that begins so are ours.
constexpr std::string_view kTag = "hark";

struct Stream {
    std::string_view name;
    std::string_view path;
    std::uint64_t partitions;  ///< 0: it has none
    bool posts;                ///< takes the fields of posts
    bool ours;
};

constexpr std::array<Stream, 7> kStreams = {{
    {"filtered", "/2/tweets/search/stream", 0, true, true},
    {"sample", "/2/tweets/sample/stream", 0, true, false},
    {"sample10", "/2/tweets/sample10/stream", 2, true, false},
    {"firehose", "/2/tweets/firehose/stream", 20, true, false},
    {"activity", "/2/activity/stream", 0, false, true},
    {"post_compliance", "/2/tweets/compliance/stream", 4, false, true},
    {"user_compliance", "/2/users/compliance/stream", 4, false, true},
}};

std::vector<std::string> bearer_tokens(Settings& source) {
    if (!source.has("stream")) return source.secrets("bearer_token");
    return required_secrets(source, "bearer_token", "the app-only bearer token of your X app");
}

std::string json_string(std::string_view text) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') out.append({'\\', c});
        else if (byte < 0x20) out.append("\\u00").append({kDigits[byte >> 4], kDigits[byte & 15]});
        else out.push_back(c);
    }
    return out + '"';
}

}  // namespace

Outbound::Outbound(Settings& source)
    : base_(source.text("url", "https://api.x.com")),
      backfill_minutes_(source.integer("backfill_minutes", 0, 0, 5)),
      tokens_(bearer_tokens(source)) {
    std::vector<std::string_view> names;
    for (const auto& stream : kStreams) names.push_back(stream.name);
    const auto name = source.has("stream") ? source.one_of("stream", names, "filtered") : "";
    for (const auto& stream : kStreams) {
        if (stream.name != name) continue;
        path_ = stream.path;
        is_ours_ = stream.ours;
        if (stream.posts) query_ = kFields;
        if (stream.partitions == 0) continue;
        const auto partition = source.integer("partition", 1, 1, stream.partitions);
        query_ += (query_.empty() ? "partition=" : "&partition=") + std::to_string(partition);
    }
    if (!base_.starts_with("https://") && !base_.starts_with("http://"))
        source.fault("url", "`url` is an https:// address");
    if (!path_.empty() && source.has("path"))
        source.fault("stream", "a source is a stream or webhooks: leave out `path` or `stream`");
    read_rules(source);
    if (!rules_.empty() && name != "filtered")
        source.fault("rules", "`rules` are those of `stream: filtered`");
    listed_ = rules_.empty();
}

void Outbound::read_rules(Settings& source) {
    for (auto& rule : source.maps("rules")) {
        StreamRule read{rule.required_text("value"), std::string(kTag)};
        if (const auto tag = rule.text("tag", ""); !tag.empty()) read.tag += ":" + tag;
        rule.finish();
        rules_.push_back(std::move(read));
    }
}

Step Outbound::next(const Progress& progress) const {
    if (path_.empty()) return std::monostate{};
    if (!listed_) {
        auto call = rules_call(kListRules, {});
        call.method = "GET";
        return call;
    }
    std::string list;
    if (!to_add_.empty()) {
        for (const auto& rule : to_add_) {
            list += (list.empty() ? "" : ",") + std::string("{\"value\":") +
                    json_string(rule.value) + ",\"tag\":" + json_string(rule.tag) + "}";
        }
        return rules_call(kAddRules, "{\"add\":[" + list + "]}");
    }
    if (!to_delete_.empty()) {
        for (const auto& id : to_delete_) list += (list.empty() ? "" : ",") + json_string(id);
        return rules_call(kDeleteRules, "{\"delete\":{\"ids\":[" + list + "]}}");
    }
    return stream_request(progress);
}

Call Outbound::rules_call(Purpose purpose, std::string body) const {
    Call call;
    call.method = "POST";
    call.url = base_ + std::string(kRulesPath);
    call.headers.emplace_back("Authorization", "Bearer " + tokens_.current());
    if (!body.empty()) call.headers.emplace_back("Content-Type", "application/json");
    call.body = std::move(body);
    call.purpose = purpose;
    return call;
}

/// What was missed is asked for as far as X keeps it; then there is no gap.
StreamRequest Outbound::stream_request(const Progress& progress) const {
    StreamRequest request;
    request.framing = Framing::lines;
    request.headers.emplace_back("Authorization", "Bearer " + tokens_.current());
    request.url = base_ + path_;
    if (!query_.empty()) request.url += '?' + query_;
    request.silence = kSilence;
    request.resumes = false;
    if (backfill_minutes_ == 0 || progress.last_heard == Timestamp{}) return request;
    const auto missed = std::max<Timestamp::duration>(progress.now - progress.last_heard, 0us);
    const auto minutes = static_cast<std::size_t>(missed / 1min) + 1;
    request.resumes = minutes <= backfill_minutes_;
    request.url += (query_.empty() ? "?backfill_minutes=" : "&backfill_minutes=") +
                   std::to_string(std::min(minutes, backfill_minutes_));
    return request;
}

Outcome Outbound::replied(const HttpResponse& response) {
    auto outcome = tokens_.judge(response.status);
    outcome.decode = false;
    const bool fine = outcome.problem.empty();
    if (response.purpose == kListRules && fine) return compare_rules(response.body);
    if (response.purpose == kAddRules && fine) {
        // Those that X did take are heard meanwhile.
        to_add_.clear();
        const auto count = token_behind(parser_, response.body, {"meta", "summary", "invalid"});
        if (!count.empty() && count != "0")
            outcome.problem = "X did not take " + count + " of `rules`";
    }
    if (response.purpose == kDeleteRules && fine) to_delete_.clear();
    if (response.purpose == kAddRules && response.status == 400)
        outcome.problem = "X refused a rule of `rules` (HTTP status 400)";
    return outcome;
}

Outcome Outbound::compare_rules(std::string_view body) {
    to_add_ = rules_;
    to_delete_.clear();
    Arena arena;
    EventReader reader(arena);
    const auto read_rule = [&](JsonValue item) {
        std::string_view id;
        std::string_view value;
        std::string_view tag;
        const auto broken = reader.object(item, [&](std::string_view key, JsonValue member) {
            if (key == "id") reader.token(member, id);
            else if (key == "value") reader.text(member, value);
            else if (key == "tag") reader.text(member, tag);
            return Errc::ok;
        });
        if (broken == Errc::ok) {
            compare_rule(std::string(id), {std::string(value), std::string(tag)});
        }
        return broken;
    };
    const auto broken = json_document(parser_, body, [&](JsonValue root) {
        return reader.object(root, [&](std::string_view key, JsonValue value) {
            return key == "data" ? reader.array(value, read_rule) : Errc::ok;
        });
    });
    Outcome outcome;
    listed_ = broken == Errc::ok && reader.fault() == Errc::ok;
    if (!listed_) outcome.problem = "the list of rules cannot be read";
    return outcome;
}

void Outbound::compare_rule(const std::string& id, const StreamRule& there) {
    const auto wanted = std::find(to_add_.begin(), to_add_.end(), there);
    if (wanted != to_add_.end()) to_add_.erase(wanted);
    else if (there.tag == kTag || there.tag.starts_with(std::string(kTag) + ":"))
        to_delete_.push_back(id);
}

std::optional<Reaction> Outbound::react(Moment moment, bool problem, bool too_many) {
    if (moment == Moment::opened) tokens_.accepted();
    if (moment != Moment::message || !problem) return std::nullopt;
    Reaction reaction;
    reaction.reconnect = too_many ? "X says that there are too many connections"
                                  : "X reported an error inside the stream";
    if (too_many) reaction.wait = limits::kRateLimitWait;
    return reaction;
}

}  // namespace hark::platforms::x
