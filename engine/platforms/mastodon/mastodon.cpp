#include "platforms/mastodon/mastodon.hpp"

#include <algorithm>
#include <array>

#include "platforms/mastodon/backlog.hpp"
#include "platforms/mastodon/mention.hpp"
#include "platforms/percent.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kInstance = 1;

constexpr std::array<std::string_view, 12> kStreams = {
    "public",        "public:media",        "public:local", "public:local:media",
    "public:remote", "public:remote:media", "hashtag",      "hashtag:local",
    "user",          "user:notification",   "list",         "direct",
};

class Mastodon final : public Platform {
public:
    explicit Mastodon(Settings& source) {
        url_ = source.text("url", "");
        stream_ = source.one_of("stream", kStreams, "public");
        tag_ = source.text("tag", "");
        list_ = source.text("list", "");
        static constexpr std::array<std::string_view, 2> kTransports = {"sse", "websocket"};
        sse_ = source.one_of("transport", kTransports, "sse") == "sse";
        streaming_url_ = source.text("streaming_url", "");
        tokens_ = source.secrets("access_token");
        silence_ = source.duration("silence_timeout", 10min, 0s, 24h);
        check(source);
        backlog_ = mastodon::Backlog(timeline());
    }

    [[nodiscard]] bool is_ours() const override {
        return stream_.starts_with("user") || stream_ == "direct";
    }

    [[nodiscard]] Step next(const Progress& progress) override {
        if (url_.empty()) return {};
        backlog_.saw(progress.cursor.text());
        if (streaming_url_.empty()) {
            Call call;
            call.url = url_ + "/api/v2/instance";
            call.purpose = kInstance;
            return call;
        }
        StreamRequest request;
        request.framing = sse_ ? Framing::enveloped_events : Framing::websocket;
        request.url = sse_ ? sse_address() : websocket_address();
        request.headers = authorization();
        request.resumes = false;
        request.may_be_quiet = true;  // silence_timeout watches instead
        return request;
    }

    Outcome replied(const HttpResponse& response) override {
        auto outcome = outcome_of(response.status);
        if (response.purpose == kInstance) {
            outcome.decode = false;
            if (!outcome.problem.empty() && response.status != 404) return outcome;
            // Servers of another make may not tell: they stream where they are.
            streaming_url_ = streaming_host(response).value_or(url_);
            return {};
        }
        if (response.status == 401 && token_ + 1 < tokens_.size()) {
            // The other of two that are given while one is rotated.
            ++token_;
            outcome.lasting = false;
        } else if (response.status == 401) {
            token_ = 0;
        }
        return outcome;
    }

    [[nodiscard]] std::optional<Reaction> react(Moment moment) override {
        Reaction reaction;
        switch (moment) {
            case Moment::opened:
                was_heard_ = true;
                reaction.heartbeat = backlog_.is_possible() ? silence_ : 0s;
                reaction.call = backlog_.begin(authorization());
                break;
            case Moment::message: was_heard_ = true; return std::nullopt;
            case Moment::heartbeat:
                // A server whose queue is broken keeps the connection alive and says nothing.
                if (!std::exchange(was_heard_, false)) reaction.reconnect = "no event for so long";
                break;
            case Moment::reply:
                reaction.call = backlog_.next(authorization());
                if (!reaction.call && backlog_.is_cut())
                    reaction.gap = GapNotice{"too_long_to_fill"};
                break;
        }
        return reaction;
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        const Batch batch{&arena, &out};
        EventReader reader(arena);
        const bool is_page = frame.purpose == mastodon::Backlog::kPurpose;
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            if (is_page) {
                return reader.array(root, [&](JsonValue item) { return read_item(item, batch); });
            }
            return root.first() == '{' ? read(root, reader, batch) : Errc::wrong_type;
        });
        const auto error = settle(broken != Errc::ok ? broken : reader.fault(), out);
        if (error != Errc::ok || is_page) return error;
        if (event_.name == "update" || event_.name == "notification") backlog_.saw(cursor_id());
        if (!backlog_.newest().empty()) out.cursor = Cursor(backlog_.newest());
        return error;
    }

private:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) {
        event_.clear();
        const auto read_object = [&](JsonValue object) {
            return mastodon::read_event(object, reader, *batch.arena, event_);
        };
        auto broken = read_object(root);
        if (broken == Errc::ok && mastodon::has_status(event_.name)) {
            broken = json_document(payload_parser_, event_.payload, [&](JsonValue inside) {
                return inside.first() == '{' ? read_object(inside) : Errc::wrong_type;
            });
        }
        if (broken == Errc::ok) mastodon::add_event(event_, host_, known_, reader, batch);
        return broken;
    }

    /// One status or notification of a page.
    Errc read_item(JsonValue item, const Batch& batch) {
        return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
            const auto broken = read(object, reader, batch);
            backlog_.saw_in_page(event_.status.id);
            return broken;
        });
    }

    /// The id that the stream's timeline goes by: of what came by, and of no status inside it.
    [[nodiscard]] std::string_view cursor_id() const noexcept {
        const bool is_of_timeline = (event_.name == "notification") == is_notifications();
        return is_of_timeline ? event_.status.id : std::string_view{};
    }
    [[nodiscard]] bool is_notifications() const noexcept { return stream_ == "user:notification"; }

    [[nodiscard]] Headers authorization() const {
        return {{"Authorization", "Bearer " + tokens_.at(token_)}};
    }

    /// `configuration.urls.streaming` of an instance, if the token may go there.
    std::optional<std::string> streaming_host(const HttpResponse& response) {
        const std::string said =
            token_behind(parser_, response.body, {"configuration", "urls", "streaming"});
        const std::string_view address = said;
        const bool is_plain = url_.starts_with("http://");
        const bool is_safe =
            address.starts_with("wss://") || (is_plain && address.starts_with("ws://"));
        if (!is_safe) return std::nullopt;
        const auto begin = address.find("://") + 3;
        const auto host = address.substr(begin, address.find_first_of("/?#", begin) - begin);
        return "http" + std::string(address.substr(2, begin - 2)) + std::string(host);
    }

    /// With a query to which more can be added; empty: what the stream brings has no timeline.
    [[nodiscard]] std::string timeline() const {
        const auto path = url_ + "/api/v1/timelines/";
        const bool is_local = stream_.find(":local") != std::string::npos;
        std::string query = is_local ? "?local=true&" : "?";
        if (stream_.find(":remote") != std::string::npos) query += "remote=true&";
        if (stream_.ends_with(":media")) query += "only_media=true&";
        if (stream_.starts_with("public")) return path + "public" + query;
        if (!tag_.empty()) return path + "tag/" + percent_encode(tag_) + query;
        if (!list_.empty()) return path + "list/" + percent_encode(list_) + query;
        if (stream_ == "user") return path + "home" + query;
        if (is_notifications()) return url_ + "/api/v1/notifications" + query;
        return {};
    }

    void check(Settings& source) {
        if (url_.empty()) return;
        check_host(source, "url", url_);
        if (!streaming_url_.empty()) check_host(source, "streaming_url", streaming_url_);
        host_ = url_.substr(std::min(url_.find("://") + 3, url_.size()));
        if (tokens_.empty() && !source.has("access_token"))
            source.fault("access_token", "`access_token` is required: every stream asks for one");
        if (stream_.starts_with("hashtag") == tag_.empty())
            source.fault("tag", "`tag` is what a stream `hashtag` is of, and no other");
        if ((stream_ == "list") == list_.empty())
            source.fault("list", "`list` is what a stream `list` is of, and no other");
    }

    static void check_host(Settings& source, std::string_view key, std::string& url) {
        while (url.ends_with('/')) url.pop_back();
        const auto scheme = url.find("://");
        const bool is_http = url.starts_with("https://") || url.starts_with("http://");
        if (!is_http || url.find_first_of("/?#", scheme + 3) != std::string::npos)
            source.fault(key, "`" + std::string(key) + "` is `https://` and a host");
    }

    /// `public:local:media` is `public/local?only_media=true` here.
    [[nodiscard]] std::string sse_address() const {
        constexpr std::string_view kMedia = ":media";
        const bool only_media = stream_.ends_with(kMedia);
        auto path = stream_.substr(0, stream_.size() - (only_media ? kMedia.size() : 0));
        std::replace(path.begin(), path.end(), ':', '/');
        auto url = streaming_url_ + "/api/v1/streaming/" + path;
        if (only_media) url += "?only_media=true";
        if (!tag_.empty()) url += "?tag=" + percent_encode(tag_);
        if (!list_.empty()) url += "?list=" + percent_encode(list_);
        return url;
    }

    [[nodiscard]] std::string websocket_address() const {
        const std::string scheme_and_host = "ws" + streaming_url_.substr(4);
        auto url = scheme_and_host + "/api/v1/streaming?stream=" + percent_encode(stream_);
        if (!tag_.empty()) url += "&tag=" + percent_encode(tag_);
        if (!list_.empty()) url += "&list=" + percent_encode(list_);
        return url;
    }

    std::string url_;
    std::string streaming_url_;
    std::string host_;
    std::string stream_;
    std::string tag_;
    std::string list_;
    std::vector<std::string> tokens_;
    std::size_t token_ = 0;
    bool sse_ = true;
    bool was_heard_ = false;
    std::chrono::milliseconds silence_{};
    mastodon::Backlog backlog_;
    mastodon::Event event_;
    mastodon::KnownStatuses known_;
    JsonParser parser_;
    JsonParser payload_parser_;
};

}  // namespace

std::unique_ptr<Platform> make_mastodon(Settings& source) {
    return std::make_unique<Mastodon>(source);
}

}  // namespace hark::platforms
