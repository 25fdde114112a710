#include "platforms/bluesky/bluesky.hpp"

#include <array>
#include <charconv>
#include <cstring>

#include "core/limits.hpp"
#include "platforms/bluesky/dictionaries.hpp"
#include "platforms/bluesky/event.hpp"
#include "platforms/percent.hpp"

namespace hark::platforms {

namespace {

using bluesky::Event;

constexpr std::string_view kHost = "wss://jetstream2.us-east.bsky.network";
constexpr std::string_view kPathV1 = "/subscribe";
constexpr std::string_view kPathV2 = "/xrpc/network.bsky.jetstream.subscribeEvents";
// Authors choose `createdAt`. Before the first posts of the network, or further ahead than a clock
// goes wrong, it is not believed.
constexpr auto kFirstPosts = std::chrono::sys_days(std::chrono::year(2022) / 1 / 1);
constexpr auto kClockSlack = std::chrono::hours(1);
// Sequence numbers stay below, microseconds since 1970 above (the servers' own rule).
constexpr std::int64_t kFirstMicroseconds = 1'000'000'000'000'000;

char* put(char* at, std::string_view part) noexcept {
    std::memcpy(at, part.data(), part.size());
    return at + part.size();
}

/// `<head><did><middle><rkey>`.
std::string_view address(std::string_view head, const Event& event, std::string_view middle,
                         Arena& arena) {
    const auto size = head.size() + event.did.size() + middle.size() + event.rkey.size();
    char* const begin = arena.allocate(size);
    put(put(put(put(begin, head), event.did), middle), event.rkey);
    return {begin, size};
}

std::string_view id_of(std::string_view uri, Arena& arena) {
    constexpr std::string_view kHead = "bluesky:";
    char* const begin = arena.allocate(kHead.size() + uri.size());
    put(put(begin, kHead), uri);
    return {begin, kHead.size() + uri.size()};
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
        add("maxMessageSizeBytes", std::to_string(limits::kStreamMessageBytes));
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
        links_.clear();
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return bluesky::read_event(root, frame.bytes, reader, links_, event);
        });
        if (broken != Errc::ok) return broken;
        if (event.is_error) return Errc::unknown_platform_error;
        const bool is_commit = event.type == "commit";
        if (event.type.empty() || (is_commit && event.collection.empty()))
            return reader.fault() != Errc::ok ? reader.fault() : Errc::missing_member;
        if (!event.position.empty() && event.position.size() <= Cursor::kMaxBytes)
            out.cursor = Cursor(event.position);
        const auto action = action_of(event.operation);
        // A record of another collection may look like anything: what was wrong with it is nothing.
        if (!is_commit || event.collection != bluesky::kPosts || !action) {
            ++out.ignored;
            return Errc::ok;
        }
        if (reader.fault() != Errc::ok) return reader.fault();
        return add(event, *action, frame.received_at, arena, out);
    }

private:
    static std::optional<Action> action_of(std::string_view operation) noexcept {
        if (operation == "create") return Action::created;
        if (operation == "update") return Action::edited;
        if (operation == "delete") return Action::deleted;
        return std::nullopt;
    }

    /// v1 counts microseconds of a server's own clock: some seconds are stepped back, and what
    /// comes twice is recognised. A v2 sequence number is exact. A cursor of the other protocol
    /// means nothing.
    [[nodiscard]] std::string resume_at(const Cursor& from) const {
        const auto text = from.text();
        std::int64_t position = 0;
        std::from_chars(text.data(), text.data() + text.size(), position);
        if (position <= 0 || (position < kFirstMicroseconds) != v2_) return {};
        if (!v2_) position -= limits::kCursorOverlap.count();
        return std::to_string(position);
    }

    Errc add(const Event& event, Action action, Timestamp received_at, Arena& arena,
             Mentions& out) const {
        const bool has_record = event.text.data() != nullptr || event.created_at.data() != nullptr;
        if (event.did.empty() || event.rkey.empty() || (action != Action::deleted && !has_record))
            return Errc::missing_member;
        Mention mention;
        mention.platform = "bluesky";
        mention.id = address("bluesky:at://", event, "/app.bsky.feed.post/", arena);
        mention.event_id = event.rev;
        mention.kind = event.parent.empty() ? Kind::post : Kind::comment;
        mention.action = action;
        mention.created_at = created_at(event, received_at);
        mention.url = address("https://bsky.app/profile/", event, "/post/", arena);
        mention.lang = event.lang;
        mention.author.id = event.did;
        mention.thread = event.root.empty() ? mention.id : id_of(event.root, arena);
        const auto answered = event.parent.empty() ? quoted_post(event) : event.parent;
        if (!answered.empty())
            mention.parent = answered == event.root ? mention.thread : id_of(answered, arena);
        mention.text = event.text;
        mention.media = event.media;
        add_links(event, out);
        const auto error = admit(mention, out);
        if (error != Errc::ok) drop_loose_links(out);
        return error;
    }

    /// Lists, feeds and starter packs can be shown below a post too; those it does not answer.
    static std::string_view quoted_post(const Event& event) noexcept {
        const bool is_post = event.quoted.find(bluesky::kPosts) != std::string_view::npos;
        return is_post ? event.quoted : std::string_view{};
    }

    /// A link card and the words that lead to the same place are one link.
    void add_links(const Event& event, Mentions& out) const {
        if (!event.card.empty()) out.links.push_back(event.card);
        for (const auto& link : links_) {
            if (bluesky::is_shown(link, event.text) && link.uri != event.card)
                out.links.push_back(link.uri);
        }
    }

    /// The author's clock where it can be believed, else the server's.
    static Timestamp created_at(const Event& event, Timestamp received_at) {
        const auto claimed = parse_rfc3339(event.created_at);
        const bool believable =
            claimed && *claimed >= kFirstPosts && *claimed < received_at + kClockSlack;
        return believable ? *claimed : event.time;
    }

    std::string url_;
    std::vector<std::string> collections_;
    bool v2_ = false;
    bool compress_ = true;
    simdjson::ondemand::parser parser_;
    std::vector<bluesky::FacetLink> links_;  ///< of the message in hand
};

}  // namespace

std::unique_ptr<Platform> make_bluesky(Settings& source) {
    return std::make_unique<Bluesky>(source);
}

}  // namespace hark::platforms
