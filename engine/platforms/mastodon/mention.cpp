#include "platforms/mastodon/mention.hpp"

#include "platforms/markup.hpp"

namespace hark::platforms::mastodon {

namespace {

/// A status that only its instance's own id tells of.
std::string_view local_id(std::string_view host, std::string_view id, Arena& arena) {
    return arena.join("mastodon:", host, host.empty() ? "" : "/", id);
}

std::string_view host_of(std::string_view url) noexcept {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    url.remove_prefix(scheme + 3);
    return url.substr(0, url.find('/'));
}

/// `acct` has no domain where the account is the instance's own.
std::string_view handle_of(const Account& account, Arena& arena) {
    const auto host = host_of(account.url);
    if (account.acct.empty() || host.empty() ||
        account.acct.find('@') != std::string_view::npos)
        return account.acct;
    return arena.join(account.acct, "@", host);
}

/// The warning, the text, and what stands at pictures and in a poll, an empty line between them.
std::string_view text_of(const Status& status, const Batch& batch) {
    constexpr std::string_view kBetween = "\n\n";
    const auto content = html_text(status.content, *batch.arena, batch.out->links);
    if (status.spoiler_text.empty() && status.spoken.empty()) return content;
    auto size = status.spoiler_text.size() + kBetween.size() + content.size();
    for (const auto said : status.spoken) size += kBetween.size() + said.size();
    char* const begin = batch.arena->allocate(size);
    char* at = begin;
    const auto put = [&](std::string_view part) {
        if (part.empty()) return;
        if (at != begin) at += kBetween.copy(at, kBetween.size());
        at += part.copy(at, part.size());
    };
    put(status.spoiler_text);
    put(content);
    for (const auto said : status.spoken) put(said);
    const auto used = static_cast<std::size_t>(at - begin);
    batch.arena->shrink(size - used);
    return {begin, used};
}

class MentionMaker {
public:
    MentionMaker(std::string_view host, KnownStatuses& known, EventReader& reader,
                 const Batch& batch)
        : host_(host), known_(known), reader_(reader), batch_(batch) {}

    void add(const Status& status, const Status* original, bool is_mention) {
        auto& arena = *batch_.arena;
        Mention mention;
        mention.platform = "mastodon";
        mention.id = join_id("mastodon:", status.uri, arena);
        mention.created_at = status.created_at;
        mention.url = status.url.empty() ? status.uri : status.url;
        mention.lang = original != nullptr ? original->language : status.language;
        fill_author(status.account, mention.author);
        if (!status.edited_at.empty()) {
            mention.action = Action::edited;
            mention.event_id = status.edited_at;
        }
        place(status, original, mention);
        mention.kind = status.visibility == "direct"     ? Kind::message
                       : !status.in_reply_to_id.empty()  ? Kind::comment
                       : is_mention                      ? Kind::mention
                                                         : Kind::post;
        // A boost has no words of its own.
        const auto& words = original != nullptr ? *original : status;
        mention.text = text_of(words, batch_);
        mention.media = words.media;
        if (reader_.fault() == Errc::ok) known_.put(status.id, {mention.id, mention.thread});
        batch_.add(mention, reader_);
    }

    void add_deletion(std::string_view id) {
        if (id.empty()) return reader_.note(Errc::missing_member);
        auto& arena = *batch_.arena;
        const auto known = known_.find(id);
        Mention mention;
        mention.platform = "mastodon";
        mention.action = Action::deleted;
        mention.id = known.id.empty() ? local_id(host_, id, arena) : arena.copy(known.id);
        mention.thread = known.id.empty() ? mention.id : arena.copy(known.thread);
        batch_.add(mention, reader_);
    }

private:
    void fill_author(const Account& account, Author& author) const {
        author.id = account.url.empty() ? account.uri : account.url;
        author.handle = handle_of(account, *batch_.arena);
        author.name = account.display_name.empty() ? account.username : account.display_name;
        author.created_at = account.created_at;
    }

    /// What it answers, and in which conversation.
    void place(const Status& status, const Status* original, Mention& mention) const {
        auto& arena = *batch_.arena;
        mention.thread = mention.id;
        if (!status.in_reply_to_id.empty()) {
            const auto answered = known_.find(status.in_reply_to_id);
            const bool is_known = !answered.id.empty();
            mention.parent = is_known ? arena.copy(answered.id)
                                      : local_id(host_, status.in_reply_to_id, arena);
            mention.thread = is_known ? arena.copy(answered.thread) : mention.parent;
        } else if (original != nullptr) {
            mention.parent = join_id("mastodon:", original->uri, arena);
        } else {
            mention.parent = join_id("mastodon:", status.quoted_uri, arena);
        }
    }

    std::string_view host_;
    KnownStatuses& known_;
    EventReader& reader_;
    const Batch& batch_;
};

/// Notifications that bring words of somebody else; the others tell what happened to one's own.
bool brings_words(std::string_view type) noexcept {
    for (const auto* name : {"mention", "status", "update", "quote", "quoted_update"}) {
        if (type == name) return true;
    }
    return false;
}

}  // namespace

bool has_status(std::string_view event_name) noexcept {
    for (const auto* name : {"update", "status.update", "notification", "conversation"}) {
        if (event_name == name) return true;
    }
    return false;
}

void add_event(const Event& event, std::string_view host, KnownStatuses& known,
               EventReader& reader, const Batch& batch) {
    MentionMaker maker(host, known, reader, batch);
    if (event.name == "delete") return maker.add_deletion(event.payload);
    if (!event.name.empty() && !has_status(event.name)) return batch.ignore(reader);
    if (event.name.empty() && !event.error.empty())
        return reader.note(Errc::unknown_platform_error);
    // A notification is told by its type, and has no status when somebody follows; a conversation
    // has none when its last one is gone.
    const bool is_wrapper =
        event.name == "notification" || event.name == "conversation" || !event.type.empty();
    if (!is_wrapper && !event.has_inner)
        return maker.add(event.status, event.has_original ? &event.original : nullptr, false);
    if (!event.has_inner || (!event.type.empty() && !brings_words(event.type)))
        return batch.ignore(reader);
    maker.add(event.inner, nullptr, event.type == "mention");
}

}  // namespace hark::platforms::mastodon
