#include <algorithm>
#include <array>

#include "platforms/markup.hpp"
#include "platforms/x/event.hpp"

namespace hark::platforms::x {

namespace {

/// Pseudo codes for posts without words (`und`, `zxx`, `qme`, …) say nothing.
std::string_view lang_of(std::string_view lang) {
    const bool pseudo = lang == "und" || lang == "zxx" || lang == "art" ||
                        (lang.size() == 3 && lang.starts_with('q'));
    return pseudo ? std::string_view() : lang;
}

/// `Mon Mar 02 09:41:07 +0000 2026` of v1.1; always UTC.
std::optional<Timestamp> parse_v1_time(std::string_view text) {
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != 30) return std::nullopt;
    const auto month = kMonths.find(text.substr(4, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    const auto number = static_cast<char>(month / 3 + 1);
    // 2026-03-02T09:41:07Z
    std::array<char, 20> iso;
    const auto put = [&iso](std::size_t at, std::string_view part) {
        std::copy(part.begin(), part.end(), iso.begin() + static_cast<std::ptrdiff_t>(at));
    };
    put(0, text.substr(26, 4));
    put(4, "-0");
    iso[5] = static_cast<char>('0' + number / 10);
    iso[6] = static_cast<char>('0' + number % 10);
    put(7, "-");
    put(8, text.substr(8, 2));
    put(10, "T");
    put(11, text.substr(11, 8));
    put(19, "Z");
    return parse_rfc3339({iso.data(), iso.size()});
}

const Post* post_of(const Event& event, std::string_view id) {
    for (const auto& post : event.posts) {
        if (post.id == id) return &post;
    }
    return nullptr;
}

/// A retweet's own text is the original's, cut off.
std::string_view text_of(const Post& post, const Event& event) {
    if (!post.retweeted_id.empty()) {
        if (!post.original_text.empty()) return post.original_text;
        if (const auto* original = post_of(event, post.retweeted_id)) {
            return original->full_text.empty() ? original->text : original->full_text;
        }
    }
    return post.full_text.empty() ? post.text : post.full_text;
}

void fill_author(const Event& event, Author& author) {
    author.is_brand |= !event.for_user_id.empty() && author.id == event.for_user_id;
    if (!author.handle.empty()) return;
    for (const auto& user : event.users) {
        if (user.id.empty() || user.id != author.id) continue;
        author.handle = user.username;
        author.name = user.name;
        author.created_at = time_of(user.created_at).value_or(Timestamp{});
        return;
    }
}

void add_compliance(const Compliance& compliance, EventReader& reader, const Batch& batch) {
    auto& arena = *batch.arena;
    auto mention = to_deletion(compliance.post_id, compliance.author_id, arena);
    if (compliance.name.starts_with("user_")) {
        // Everything that this author wrote.
        mention.id = join_id("x:user:", compliance.user_id, arena);
        mention.thread = mention.id;
        mention.author.id = compliance.user_id;
        mention.all_of_author = true;
        mention.event_id = arena.join(compliance.name, ":", compliance.event_at);
    } else if (compliance.name.ends_with("_edit")) {
        // The words it has now are not told.
        mention = to_deletion(compliance.first_id, compliance.author_id, arena);
        mention.action = Action::edited;
        mention.event_id = compliance.post_id;
    }
    batch.add(mention, reader);
}

bool is_post_event(std::string_view type) {
    return type == "post.create" || type == "post.mention.create" || type == "post.reply.create" ||
           type == "post.quote.create" || type == "post.repost.create";
}

void add_activity(const Event& event, EventReader& reader, const Batch& batch) {
    auto& arena = *batch.arena;
    const auto& out = *batch.out;
    const bool nothing = out.list.empty() && out.refused.empty() && out.ignored == 0;
    if (event.event_type == "post.delete") {
        batch.add(to_deletion(event.post.id, event.post.author_id, arena), reader);
    } else if (is_post_event(event.event_type)) {
        auto mention = to_mention(event.post, event, reader, arena);
        if (event.event_type == "post.mention.create") mention.kind = Kind::mention;
        batch.add(mention, reader);
    } else if (!event.event_type.starts_with("dm.") || nothing) {
        // Messages were added as they were read; encrypted ones (chat.*) have no words to read.
        batch.ignore(reader);
    }
}

}  // namespace

Mention to_deletion(std::string_view id, std::string_view author_id, Arena& arena) {
    Mention mention;
    mention.platform = "x";
    mention.action = Action::deleted;
    mention.id = join_id("x:", id, arena);
    mention.author.id = author_id;
    return mention;
}

std::optional<Timestamp> time_of(std::string_view written) noexcept {
    return written.size() == 30 ? parse_v1_time(written) : parse_rfc3339(written);
}

Mention to_mention(const Post& post, const Event& event, EventReader& reader, Arena& arena) {
    Mention mention;
    mention.platform = "x";
    // An edited post has a new id; the history begins with the one that everybody knows.
    const bool edited = !post.first_id.empty() && !post.id.empty() && post.first_id != post.id;
    mention.id = join_id("x:", edited ? post.first_id : post.id, arena);
    if (edited) {
        mention.action = Action::edited;
        mention.event_id = post.id;
    }
    mention.kind = post.replied_id.empty() ? Kind::post : Kind::comment;
    const auto created_at = time_of(post.created_at);
    if (!created_at && !post.created_at.empty()) reader.note(Errc::number_range);
    mention.created_at = created_at.value_or(Timestamp{});
    mention.url = join_id("https://x.com/i/status/", post.id, arena);
    mention.lang = lang_of(post.lang);
    mention.author.id = post.author_id;
    const auto answered = !post.replied_id.empty()  ? post.replied_id
                          : !post.quoted_id.empty() ? post.quoted_id
                                                    : post.retweeted_id;
    mention.parent = join_id("x:", answered, arena);
    // v1.1 names no conversation: an answer goes with what it answers.
    const bool first = post.conversation_id.empty() || post.conversation_id == post.id;
    mention.thread = !first                    ? join_id("x:", post.conversation_id, arena)
                     : post.replied_id.empty() ? mention.id
                                               : mention.parent;
    mention.text = unescape_references(text_of(post, event), arena);
    mention.media = post.media;
    return mention;
}

Mention to_mention(const DirectMessage& message, Arena& arena) {
    Mention mention;
    mention.platform = "x";
    mention.kind = Kind::message;
    mention.id = join_id("x:dm:", message.id, arena);
    mention.created_at = message.created_at;
    mention.author.id = message.sender_id;
    // The same for both directions.
    const auto& [one, other] = std::minmax(message.sender_id, message.recipient_id);
    mention.thread = arena.join("x:dm:", one, "-", other);
    mention.text = unescape_references(message.text, arena);
    mention.media = message.media;
    return mention;
}

void finish_event(const Event& event, EventReader& reader, const Batch& batch) {
    auto& out = *batch.out;
    if (!event.event_type.empty()) {
        add_activity(event, reader, batch);
    } else if (!event.compliance.name.empty()) {
        add_compliance(event.compliance, reader, batch);
    } else if (event.has_data) {
        const bool is_post = !event.post.id.empty() || !event.post.text.empty();
        const auto make = [&] { return to_mention(event.post, event, reader, *batch.arena); };
        if (is_post) batch.make(make, reader);
        else batch.ignore(reader);  // a compliance event of another kind
    } else if (event.has_problem) {
        reader.note(Errc::unknown_platform_error);
    } else if (!event.has_activity && event.for_user_id.empty()) {
        reader.note(Errc::missing_member);
    }
    const bool messages = event.event_type.starts_with("dm.");
    for (auto& mention : out.list) {
        fill_author(event, mention.author);
        // Messages are told only to the account whose they are.
        if (messages && !event.filter_user_id.empty())
            mention.author.is_brand |= mention.author.id == event.filter_user_id;
    }
}

}  // namespace hark::platforms::x
