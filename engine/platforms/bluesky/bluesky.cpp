#include "platforms/bluesky/bluesky.hpp"

#include <array>
#include <charconv>

#include "core/limits.hpp"
#include "platforms/bluesky/dictionaries.hpp"
#include "platforms/bluesky/event.hpp"

namespace hark::platforms {

namespace {

using bluesky::Event;

constexpr std::string_view kHost = "wss://jetstream2.us-east.bsky.network";
constexpr std::string_view kPathV1 = "/subscribe";
constexpr std::string_view kPathV2 = "/xrpc/network.bsky.jetstream.subscribeEvents";
constexpr auto kClockSlack =
    std::chrono::hours(1);  // an author's clock that is further off is not believed

std::string percent_encode(std::string_view text) {
    static constexpr char kHex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
        if (plain) out += c;
        else out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
    return out;
}

class Bluesky final : public Platform {
public:
    explicit Bluesky(Settings& source) {
        static constexpr std::array<std::string_view, 2> kProtocols = {"v1", "v2"};
        v2_ = source.one_of("protocol", kProtocols, "v1") == "v2";
        url_ = source.text("url", std::string(kHost) + std::string(v2_ ? kPathV2 : kPathV1));
        collections_ = source.texts("collections");
        if (collections_.empty()) collections_.emplace_back(bluesky::kPosts);
        compress_ = source.boolean("compress", true);
        if (!url_.starts_with("ws://") && !url_.starts_with("wss://")) {
            source.fault("url", "`url` is a wss:// address");
        }
    }

    [[nodiscard]] std::optional<StreamRequest> stream(const Cursor& from) const override {
        StreamRequest request;
        char separator = url_.find('?') == std::string::npos ? '?' : '&';
        request.url = url_;
        const auto add = [&](std::string_view name, std::string_view value) {
            request.url.append({separator}).append(name).append("=").append(percent_encode(value));
            separator = '&';
        };
        for (const auto& collection : collections_)
            add(v2_ ? "collections" : "wantedCollections", collection);
        if (v2_) add("kinds", "commit");
        if (const auto cursor = resume_at(from); !cursor.empty()) add("cursor", cursor);
        if (compress_) {
            add(v2_ ? "zstdDictionary" : "compress", v2_ ? bluesky::kDictionaryV2 : "true");
            request.zstd_dictionary = v2_ ? bluesky::dictionary_v2() : bluesky::dictionary_v1();
        }
        // Servers refuse it together with zstd, and v2 does not offer it.
        request.permessage_deflate = !compress_ && !v2_;
        return request;
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        EventReader reader(arena);
        Event event;
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return bluesky::read_event(root, reader, out, event);
        });
        const auto error = broken != Errc::ok ? broken : add(event, reader, frame, arena, out);
        drop_loose_links(out);
        return error;
    }

private:
    /// v1 counts microseconds of a server's own clock: some seconds are stepped back, and what
    /// comes twice is recognised. A v2 sequence number is exact.
    [[nodiscard]] std::string resume_at(const Cursor& from) const {
        const auto text = from.text();
        std::int64_t position = 0;
        std::from_chars(text.data(), text.data() + text.size(), position);
        if (position <= 0) return {};
        if (!v2_) position = std::max<std::int64_t>(1, position - limits::kCursorOverlap.count());
        return std::to_string(position);
    }

    static Errc add(const Event& event, const EventReader& reader, const Frame& frame, Arena& arena,
                    Mentions& out) {
        if (event.is_error) return Errc::unknown_platform_error;
        if (reader.fault() != Errc::ok) return reader.fault();
        if (!event.position.empty() && event.position.size() <= Cursor::kMaxBytes)
            out.cursor = Cursor(event.position);
        if (event.type != "commit" || event.collection != bluesky::kPosts) {
            ++out.ignored;
            return event.type.empty() && event.position.empty() && event.did.empty()
                       ? Errc::missing_member
                       : Errc::ok;
        }
        if (event.did.empty() || event.rkey.empty()) return Errc::missing_member;
        Mention mention;
        mention.platform = "bluesky";
        mention.id =
            arena.join({"bluesky:at://", event.did, "/", event.collection, "/", event.rkey});
        mention.event_id = event.rev;
        mention.kind = event.parent.empty() ? Kind::post : Kind::comment;
        mention.action = event.operation == "delete"   ? Action::deleted
                         : event.operation == "update" ? Action::edited
                                                       : Action::created;
        mention.created_at = created_at(event, frame.received_at);
        mention.url = arena.join({"https://bsky.app/profile/", event.did, "/post/", event.rkey});
        mention.lang = event.lang;
        mention.author.id = event.did;
        mention.thread = event.root.empty() ? mention.id : arena.join({"bluesky:", event.root});
        if (!event.parent.empty()) mention.parent = arena.join({"bluesky:", event.parent});
        mention.text = event.text;
        mention.media = event.media;
        return admit(mention, out);
    }

    /// The author's clock where it can be believed, else the server's.
    static Timestamp created_at(const Event& event, Timestamp received_at) {
        const auto claimed = parse_rfc3339(event.created_at);
        const bool believable = claimed &&
                                *claimed > Timestamp{std::chrono::hours(24 * 365 * 52)} &&
                                *claimed < received_at + kClockSlack;
        return believable ? *claimed : event.time;
    }

    std::string url_;
    std::vector<std::string> collections_;
    bool v2_ = false;
    bool compress_ = true;
    simdjson::ondemand::parser parser_;
};

}  // namespace

std::unique_ptr<Platform> make_bluesky(Settings& source) {
    return std::make_unique<Bluesky>(source);
}

}  // namespace hark::platforms
