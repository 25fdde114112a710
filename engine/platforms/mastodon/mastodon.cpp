#include "platforms/mastodon/mastodon.hpp"

#include <algorithm>
#include <array>

#include "platforms/mastodon/mention.hpp"
#include "platforms/percent.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

constexpr std::array<std::string_view, 12> kStreams = {
    "public",         "public:media",        "public:local", "public:local:media",
    "public:remote",  "public:remote:media", "hashtag",      "hashtag:local",
    "user",           "user:notification",   "list",         "direct",
};

class Mastodon final : public JsonPlatform {
public:
    explicit Mastodon(Settings& source) {
        url_ = source.text("url", "");
        stream_ = source.one_of("stream", kStreams, "public");
        tag_ = source.text("tag", "");
        list_ = source.text("list", "");
        static constexpr std::array<std::string_view, 2> kTransports = {"sse", "websocket"};
        sse_ = source.one_of("transport", kTransports, "sse") == "sse";
        streaming_url_ = source.text("streaming_url", "");
        if (const auto tokens = source.secrets("access_token"); !tokens.empty())
            token_ = tokens.front();
        check(source);
    }

    [[nodiscard]] std::optional<StreamRequest> stream(const Cursor&) const override {
        if (url_.empty()) return std::nullopt;
        StreamRequest request;
        request.framing = sse_ ? Framing::enveloped_events : Framing::websocket;
        request.url = sse_ ? sse_address() : websocket_address();
        request.headers.emplace_back("Authorization", "Bearer " + token_);
        return request;
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        event_.clear();
        const auto member = [&](std::string_view key, JsonValue value) {
            return mastodon::read_member(key, value, reader, *batch.arena, event_);
        };
        auto broken = json_members(root, member);
        if (broken == Errc::ok && mastodon::has_status(event_.name)) {
            broken = json_document(payload_parser_, event_.payload, [&](JsonValue inside) {
                return json_raw(inside).starts_with('{') ? json_members(inside, member)
                                                         : Errc::wrong_type;
            });
        }
        if (broken == Errc::ok) mastodon::add_event(event_, host_, known_, reader, batch);
        return broken;
    }

private:
    void check(Settings& source) {
        if (url_.empty()) return;
        check_host(source, "url", url_);
        if (streaming_url_.empty()) streaming_url_ = url_;
        else check_host(source, "streaming_url", streaming_url_);
        host_ = url_.substr(std::min(url_.find("://") + 3, url_.size()));
        if (token_.empty() && !source.has("access_token"))
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
    std::string token_;
    bool sse_ = true;
    mastodon::Event event_;
    mastodon::KnownStatuses known_;
    simdjson::ondemand::parser payload_parser_;
};

}  // namespace

std::unique_ptr<Platform> make_mastodon(Settings& source) {
    return std::make_unique<Mastodon>(source);
}

}  // namespace hark::platforms
