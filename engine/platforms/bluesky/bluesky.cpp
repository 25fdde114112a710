#include "platforms/bluesky/bluesky.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "core/limits.hpp"
#include "platforms/batch.hpp"
#include "platforms/bluesky/dictionaries.hpp"
#include "platforms/bluesky/event.hpp"
#include "platforms/bluesky/relay.hpp"
#include "platforms/percent.hpp"

namespace hark::platforms {

namespace {

using bluesky::Event;

enum Protocol : std::size_t { kV1, kV2, kRelay };
constexpr std::array<std::string_view, 3> kProtocols = {"v1", "v2", "relay"};
constexpr std::array<std::string_view, 3> kAddresses = {
    "wss://jetstream2.us-east.bsky.network/subscribe",
    "wss://jetstream2.us-east.bsky.network/xrpc/network.bsky.jetstream.subscribeEvents",
    "wss://bsky.network/xrpc/com.atproto.sync.subscribeRepos",
};
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
        const auto protocol = source.one_of("protocol", kProtocols, kProtocols[kV1]);
        protocol_ = static_cast<Protocol>(
            std::find(kProtocols.begin(), kProtocols.end(), protocol) - kProtocols.begin());
        url_ = source.text("url", std::string(kAddresses[protocol_]));
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
        const auto cursor = resume_at(from);
        if (protocol_ == kRelay) {
            if (!cursor.empty()) add("cursor", cursor);
            return request;
        }
        const bool v2 = protocol_ == kV2;
        for (const auto& collection : collections_)
            add(v2 ? "collections" : "wantedCollections", collection);
        if (v2) {
            add("kinds", "commit");
            add("kinds", "account");
        }
        add("maxMessageSizeBytes", std::to_string(limits::kStreamMessageBytes));
        if (!cursor.empty()) add("cursor", cursor);
        if (compress_) {
            add(v2 ? "zstdDictionary" : "compress", v2 ? bluesky::kDictionaryV2 : "true");
            request.zstd_dictionary = v2 ? bluesky::dictionary_v2() : bluesky::dictionary_v1();
        }
        // Servers refuse it together with zstd, and v2 does not offer it.
        request.permessage_deflate = !compress_ && !v2;
        return request;
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        const Batch batch{&arena, &out};
        return protocol_ == kRelay ? decode_relay(frame, batch) : decode_event(frame, batch);
    }

    /// The place that was asked for is not there any more, or not known: what is between is lost.
    [[nodiscard]] std::optional<Reaction> react(Moment moment) override {
        if (moment != Moment::message || gap_.empty()) return std::nullopt;
        Reaction reaction;
        reaction.gap = GapNotice{std::string(std::exchange(gap_, {}))};
        return reaction;
    }

private:
    void take_notice(std::string_view notice) {
        if (notice == "OutdatedCursor") gap_ = "cursor_too_old";
    }

    Errc decode_event(const Frame& frame, const Batch& batch) {
        EventReader reader(*batch.arena);
        Event event;
        links_.clear();
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            return bluesky::read_event(root, reader, links_, event);
        });
        if (broken != Errc::ok) return broken;
        if (event.is_error) return Errc::unknown_platform_error;
        if (event.type == "info") take_notice(event.notice);
        const bool is_commit = event.type == "commit";
        if (event.type.empty() || (is_commit && event.collection.empty()))
            return reader.fault() != Errc::ok ? reader.fault() : Errc::missing_member;
        if (!event.position.empty() && event.position.size() <= Cursor::kMaxBytes)
            batch.out->cursor = Cursor(event.position);
        add_event(event, frame.received_at, reader, batch);
        const auto fault = reader.fault();
        if (fault != Errc::ok) drop_loose_links(*batch.out);
        return fault;
    }

    /// A frame has the operations of one commit: what is wrong with one leaves the others alone.
    Errc decode_relay(const Frame& frame, const Batch& batch) {
        auto& message = relay_;
        if (const auto error = bluesky::read_relay_frame(frame.bytes, message); error != Errc::ok)
            return error;
        if (message.type.empty()) {
            // A relay that numbers anew knows nothing of our place in the old count.
            if (message.error == "FutureCursor") {
                forget_cursor_ = true;
                gap_ = "cursor_unknown";
            }
            return message.error.empty() ? Errc::missing_member : Errc::unknown_platform_error;
        }
        take_notice(message.name);
        std::string_view place;
        if (message.seq > 0) {
            forget_cursor_ = false;
            place = position(message.seq, *batch.arena);
            batch.out->cursor = Cursor(place);
        }
        const auto time = parse_rfc3339(message.time).value_or(Timestamp{});
        if (message.type != "#commit") {
            EventReader reader(*batch.arena);
            add_event(begin_event(message, place, time), frame.received_at, reader, batch);
            return reader.fault();
        }
        for (const auto& operation : message.operations) {
            auto event = begin_event(message, place, time);
            const auto error = add_operation(operation, event, frame.received_at, batch);
            if (error != Errc::ok) return settle(error, *batch.out);
        }
        return settle(Errc::ok, *batch.out);
    }

    /// What all events of a frame have alike.
    static Event begin_event(const bluesky::RelayMessage& message, std::string_view place,
                             Timestamp time) {
        Event event;
        event.did = message.did;
        event.rev = message.rev;
        event.time = time;
        event.type = message.type.substr(message.type.find('#') + 1);
        event.status = message.status;
        event.is_active = message.is_active;
        event.position = place;
        return event;
    }

    Errc add_operation(const bluesky::RelayMessage::Operation& operation, Event& event,
                       Timestamp received_at, const Batch& batch) {
        const auto slash = operation.path.find('/');
        event.operation = operation.action;
        event.collection = operation.path.substr(0, slash);
        if (slash != std::string_view::npos) event.rkey = operation.path.substr(slash + 1);
        EventReader reader(*batch.arena);
        links_.clear();
        std::string_view block;
        if (event.collection == bluesky::kPosts && !operation.cid.empty()) {
            block = relay_.find(operation.cid);
            if (!block.empty())
                reader.note(bluesky::read_relay_record(block, reader, links_, event));
        }
        add_event(event, received_at, reader, batch);
        if (reader.fault() == Errc::ok) return Errc::ok;
        drop_loose_links(*batch.out);
        return batch.refuse(reader.fault(), block.empty() ? operation.path : block);
    }

    static std::string_view position(std::uint64_t seq, Arena& arena) {
        constexpr std::size_t kMostDigits = 20;  // all that 64 bits need
        char* const begin = arena.allocate(kMostDigits);
        const auto size =
            static_cast<std::size_t>(std::to_chars(begin, begin + kMostDigits, seq).ptr - begin);
        arena.shrink(kMostDigits - size);
        return {begin, size};
    }

    /// What is wrong with it is noted in `reader`.
    void add_event(const Event& event, Timestamp received_at, EventReader& reader,
                   const Batch& batch) const {
        const bool is_gone = event.type == "account" && !event.is_active &&
                             (event.status == "deleted" || event.status == "takendown");
        if (is_gone) return batch.add(all_of_account(event, *batch.arena), reader);
        const auto action = action_of(event.operation);
        // A record of another collection may look like anything: what was wrong with it is nothing.
        if (event.type != "commit" || event.collection != bluesky::kPosts || !action)
            return batch.ignore(reader);
        if (reader.fault() == Errc::ok && !is_whole(event, *action))
            reader.note(Errc::missing_member);
        const auto make = [&] {
            return to_mention(event, *action, received_at, *batch.arena, *batch.out);
        };
        if (reader.fault() == Errc::ok) batch.make(make, reader);
    }

    /// Everything that the account ever posted is to be dropped.
    static Mention all_of_account(const Event& event, Arena& arena) {
        Mention mention;
        mention.platform = "bluesky";
        mention.id = join_id("bluesky:at://", event.did, arena);
        mention.event_id = event.position;
        mention.action = Action::deleted;
        mention.all_of_author = true;
        mention.created_at = event.time;
        mention.url = join_id("https://bsky.app/profile/", event.did, arena);
        mention.author.id = event.did;
        mention.thread = mention.id;
        return mention;
    }

    static std::optional<Action> action_of(std::string_view operation) noexcept {
        if (operation == "create") return Action::created;
        if (operation == "update") return Action::edited;
        if (operation == "delete") return Action::deleted;
        return std::nullopt;
    }

    /// v1 counts microseconds of a server's own clock: some seconds are stepped back, and what
    /// comes twice is recognised. A sequence number is exact. A cursor of the other sort means
    /// nothing.
    [[nodiscard]] std::string resume_at(const Cursor& from) const {
        const auto text = from.text();
        std::int64_t position = 0;
        std::from_chars(text.data(), text.data() + text.size(), position);
        const bool is_sequence = position < kFirstMicroseconds;
        if (forget_cursor_ || position <= 0 || is_sequence != (protocol_ != kV1)) return {};
        if (protocol_ == kV1) position -= limits::kCursorOverlap.count();
        return std::to_string(position);
    }

    static bool is_whole(const Event& event, Action action) noexcept {
        const bool has_record = event.text.data() != nullptr || event.created_at.data() != nullptr;
        return !event.did.empty() && !event.rkey.empty() &&
               (action == Action::deleted || has_record);
    }

    Mention to_mention(const Event& event, Action action, Timestamp received_at, Arena& arena,
                       Mentions& out) const {
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
        return mention;
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
    Protocol protocol_ = kV1;
    bool compress_ = true;
    bool forget_cursor_ = false;  ///< the relay does not know our place
    std::string_view gap_;        ///< why something was missed, until that is told; static
    JsonParser parser_;
    bluesky::RelayMessage relay_;
    std::vector<bluesky::FacetLink> links_;  ///< of the message in hand
};

}  // namespace

std::unique_ptr<Platform> make_bluesky(Settings& source) {
    return std::make_unique<Bluesky>(source);
}

}  // namespace hark::platforms
