#include <algorithm>

#include "core/limits.hpp"
#include "platforms/members.hpp"
#include "platforms/x/event.hpp"

namespace hark::platforms::x {

namespace {

constexpr Members<Post, 27> kPost = {{
    {"author_id", &Post::author_id},
    {"conversation_id", &Post::conversation_id},
    {"created_at", &Post::created_at, Form::text},
    {"edit_history_tweet_ids"},
    {"id"},  // v1.1 has a number here, beside the text
    {"lang", &Post::lang},
    {"possibly_sensitive", Form::none},
    {"public_metrics", Form::none},
    {"reply_settings", Form::none},
    {"text", &Post::text, Form::text},
    {"in_reply_to_user_id", Form::none},
    {"referenced_tweets"},
    {"entities"},
    {"attachments"},
    {"note_tweet"},
    {"edit_history_post_ids"},
    {"referenced_posts"},
    {"note_post"},
    {"id_str", &Post::id},
    {"in_reply_to_tweet_id", &Post::replied_id},
    {"in_reply_to_post_id", &Post::replied_id},
    {"in_reply_to_status_id_str", &Post::replied_id},
    {"quoted_status_id_str", &Post::quoted_id},
    {"full_text", &Post::full_text, Form::text},
    {"extended_tweet"},
    {"extended_entities"},
    {"retweeted_status"},
}};
constexpr Members<User, 9> kUser = {{
    {"id", &User::id},  // v1.1 has the number, which comes first, and the same as text
    {"id_str", &User::id},
    {"name", &User::name, Form::text},
    {"username", &User::username, Form::text},
    {"created_at", &User::created_at, Form::text},
    {"verified", Form::none},
    {"protected", Form::none},
    {"screen_name", &User::username, Form::text},
    {"data"},
}};
constexpr Members<DirectMessage, 4> kDirectMessage = {{
    {"id", &DirectMessage::id},
    {"type", &DirectMessage::type},
    {"created_timestamp", &DirectMessage::created_at, Form::milliseconds},
    {"message_create"},
}};
constexpr Members<Compliance, 2> kDeletedPost = {{
    {"id", &Compliance::post_id},
    {"author_id", &Compliance::author_id},
}};
constexpr Members<Compliance, 6> kCompliance = {{
    {"event_at", &Compliance::event_at},
    {"initial_tweet_id", &Compliance::first_id},
    {"initial_post_id", &Compliance::first_id},
    {"user"},
    {"tweet"},
    {"post"},
}};
constexpr Members<Event, 12> kRoot = {{
    {"data"},
    {"includes"},
    {"matching_rules", Form::none},
    {"users"},
    {"tweet_create_events"},
    {"direct_message_events"},
    {"errors"},
    {"for_user_id", &Event::for_user_id},
    {"connection_issue"},
    {"title"},
    {"user_event"},
    {"replay_job_status"},
}};

enum class Version : std::uint8_t { v1, v2 };

/// What reads posts. A post beside the one that is meant (`links` null) leaves its addresses out.
class PostReader {
public:
    PostReader(Version version, EventReader& reader, Mentions* links, Post& post) noexcept
        : version_(version), reader_(&reader), links_(links), post_(&post) {}

    /// Calls `use(key, value)` for each member that no post has.
    template <typename Use>
    Errc read(JsonValue value, Use use) {
        return kPost.read_each(
            value, *reader_, *post_, [&](auto place, JsonValue member, std::string_view key) {
                return place == kPost.size() ? use(key, member) : read_member(place, member);
            });
    }
    Errc read(JsonValue value) {
        return read(value, [](std::string_view, JsonValue) { return Errc::ok; });
    }

private:
    Errc read_member(std::size_t place, JsonValue value) {
        switch (place) {
            case kPost["id"]:
                if (version_ == Version::v2) reader_->token(value, post_->id);
                break;
            case kPost["note_tweet"]:
            case kPost["note_post"]: return read_note(value);
            case kPost["extended_tweet"]: return read(value);
            case kPost["referenced_tweets"]:
            case kPost["referenced_posts"]: return read_references(value);
            case kPost["edit_history_tweet_ids"]:
            case kPost["edit_history_post_ids"]: return read_history(value);
            case kPost["entities"]: return read_entities(value);
            case kPost["attachments"]:
            case kPost["extended_entities"]: return read_attachments(value);
            case kPost["retweeted_status"]: return read_original(value);
            default: break;
        }
        return Errc::ok;
    }

    Errc read_references(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) { return read_reference(item); });
    }

    Errc read_history(JsonValue value) {
        return reader_->array(value, [this](JsonValue item) {
            reader_->token(item, post_->first_id);
            return Errc::ok;
        });
    }

    Errc read_note(JsonValue value) {
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            if (key == "text") reader_->text(member, post_->full_text);
            else if (key == "entities") return read_entities(member);
            return Errc::ok;
        });
    }

    Errc read_reference(JsonValue value) {
        std::string_view type;
        std::string_view id;
        const auto broken =
            reader_->object(value, [&, this](std::string_view key, JsonValue member) {
                if (key == "type") reader_->token(member, type);
                else if (key == "id") reader_->token(member, id);
                return Errc::ok;
            });
        if (type == "replied_to") post_->replied_id = id;
        else if (type == "quoted") post_->quoted_id = id;
        else if (type == "retweeted") post_->retweeted_id = id;
        return broken;
    }

    Errc read_original(JsonValue value) {
        Post original;
        PostReader inner(version_, *reader_, nullptr, original);
        const auto broken = inner.read(value);
        post_->retweeted_id = original.id;
        post_->original_text = original.full_text.empty() ? original.text : original.full_text;
        return broken;
    }

    Errc read_attachments(JsonValue value) {
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            if (key != "media_keys" && key != "media") return Errc::ok;
            return reader_->array(member, [this](JsonValue) {
                count_media(post_->media);
                return Errc::ok;
            });
        });
    }

    Errc read_entities(JsonValue value) {
        if (links_ == nullptr) return Errc::ok;
        return reader_->object(value, [this](std::string_view key, JsonValue member) {
            if (key != "urls") return Errc::ok;
            return reader_->array(member, [this](JsonValue item) { return read_url(item); });
        });
    }

    Errc read_url(JsonValue value) {
        std::string_view address;
        bool is_media = false;
        const auto broken =
            reader_->object(value, [&, this](std::string_view key, JsonValue member) {
                if (key == "expanded_url") reader_->text(member, address);
                else if (key == "media_key") is_media = true;
                return Errc::ok;
            });
        // Of a post that is cut off, X puts the post itself at its end.
        const bool itself = address.find("/i/web/status/") != std::string_view::npos;
        auto& links = links_->links;
        const bool known = std::find(links.begin(), links.end(), address) != links.end();
        if (!address.empty() && !is_media && !itself && !known) links.push_back(address);
        return broken;
    }

    Version version_;
    EventReader* reader_;
    Mentions* links_;
    Post* post_;
};

/// A user, sometimes wrapped in `data`.
Errc read_user(JsonValue value, EventReader& reader, User& user) {
    return kUser.read_each(value, reader, user, [&](auto place, JsonValue member) {
        return place == kUser["data"] && member.first() == '{'
                   ? kUser.read_all(member, reader, user)
                   : Errc::ok;
    });
}

/// Names are an addition: what is wrong with them spoils nothing.
Errc add_user(JsonValue value, Arena& arena, Event& event) {
    EventReader reader(arena);
    User user;
    const auto broken = read_user(value, reader, user);
    const bool fits = user.username.size() <= limits::kIdBytes &&
                      user.name.size() <= limits::kTextBytes &&
                      event.users.size() < limits::kNamesPerFrame;
    if (broken == Errc::ok && reader.fault() == Errc::ok && fits) event.users.push_back(user);
    return broken;
}

Errc read_users(JsonValue value, EventReader& reader, Arena& arena, Event& event) {
    if (json_raw(value).starts_with('{')) {
        return reader.object(
            value, [&](std::string_view, JsonValue user) { return add_user(user, arena, event); });
    }
    return reader.array(value, [&](JsonValue user) { return add_user(user, arena, event); });
}

/// `posts`: a retweet's original may be needed, since its own text is cut off.
Errc read_includes(JsonValue value, bool posts, EventReader& reader, const Batch& batch,
                   Event& event) {
    return reader.object(value, [&, posts](std::string_view key, JsonValue member) {
        if (key == "users") return read_users(member, reader, *batch.arena, event);
        if (!posts || (key != "tweets" && key != "posts")) return Errc::ok;
        return reader.array(member, [&](JsonValue item) {
            Post post;
            EventReader own(*batch.arena);
            PostReader included(Version::v2, own, nullptr, post);
            const auto broken = included.read(item);
            if (own.fault() == Errc::ok && event.posts.size() < limits::kNamesPerFrame)
                event.posts.push_back(post);
            return broken;
        });
    });
}

// -- Account Activity

Errc read_id_of(JsonValue value, std::string_view name, EventReader& reader,
                std::string_view& out) {
    return reader.object(value, [&](std::string_view key, JsonValue member) {
        if (key == name) reader.token(member, out);
        return Errc::ok;
    });
}

Errc add_v1_post(JsonValue item, const Batch& batch, Event& event) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        Post post;
        User author;
        PostReader posts(Version::v1, reader, batch.out, post);
        const auto broken = posts.read(object, [&](std::string_view key, JsonValue value) {
            return key == "user" ? read_user(value, reader, author) : Errc::ok;
        });
        if (broken != Errc::ok) return broken;
        post.author_id = author.id;
        auto mention = to_mention(post, event, reader, *batch.arena);
        mention.author.handle = author.username;
        mention.author.name = author.name;
        mention.author.created_at = time_of(author.created_at).value_or(Timestamp{});
        batch.add(mention, reader);
        return Errc::ok;
    });
}

Errc add_v1_deletion(JsonValue item, const Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        std::string_view id;
        std::string_view author_id;
        const auto broken = json_members(object, [&](std::string_view key, JsonValue value) {
            if (key != "status") return Errc::ok;
            return reader.object(value, [&](std::string_view name, JsonValue member) {
                if (name == "id") reader.token(member, id);
                else if (name == "user_id") reader.token(member, author_id);
                return Errc::ok;
            });
        });
        if (broken == Errc::ok) batch.add(to_deletion(id, author_id, *batch.arena), reader);
        return broken;
    });
}

Errc read_message_data(JsonValue value, EventReader& reader, const Batch& batch,
                       DirectMessage& message) {
    Post said;  // its text, entities and attachment are those of a post
    PostReader posts(Version::v1, reader, batch.out, said);
    const auto broken = posts.read(value, [&](std::string_view key, JsonValue) {
        if (key == "attachment") count_media(message.media);
        return Errc::ok;
    });
    message.text = said.text;
    return broken;
}

Errc add_direct_message(JsonValue item, const Batch& batch) {
    return read_part(item, batch, [&](JsonObject& object, EventReader& reader) {
        DirectMessage message;
        const auto create = [&](std::string_view name, JsonValue inner) {
            if (name == "sender_id") reader.token(inner, message.sender_id);
            else if (name == "target")
                return read_id_of(inner, "recipient_id", reader, message.recipient_id);
            else if (name == "message_data")
                return read_message_data(inner, reader, batch, message);
            return Errc::ok;
        };
        const auto broken =
            kDirectMessage.read_each(object, reader, message, [&](auto place, JsonValue value) {
                return place == kDirectMessage["message_create"] ? reader.object(value, create)
                                                                 : Errc::ok;
            });
        if (broken != Errc::ok) return broken;
        if (message.type == "message_create") batch.add(to_mention(message, *batch.arena), reader);
        else batch.ignore(reader);
        return Errc::ok;
    });
}

// -- data

Errc read_compliance(std::string_view name, JsonValue value, EventReader& reader,
                     Compliance& compliance) {
    compliance.name = name;
    return kCompliance.read_each(value, reader, compliance, [&](auto place, JsonValue member) {
        switch (place) {
            case kCompliance["user"]: return read_id_of(member, "id", reader, compliance.user_id);
            case kCompliance["tweet"]:
            case kCompliance["post"]: return kDeletedPost.read_all(member, reader, compliance);
            default: return Errc::ok;
        }
    });
}

bool is_compliance(std::string_view key) {
    for (const auto* name : {"delete", "drop", "tweet_edit", "post_edit", "user_delete",
                             "user_suspend", "user_protect"}) {
        if (key == name) return true;
    }
    return false;
}

Errc read_payload(JsonValue value, EventReader& reader, const Batch& batch, Event& event) {
    PostReader posts(Version::v2, reader, batch.out, event.post);
    return posts.read(value, [&](std::string_view key, JsonValue member) {
        if (key == "users") return read_users(member, reader, *batch.arena, event);
        if (key != "direct_message_events") return Errc::ok;
        return reader.array(member,
                            [&](JsonValue item) { return add_direct_message(item, batch); });
    });
}

Errc read_data(JsonValue value, EventReader& reader, const Batch& batch, Event& event) {
    event.has_data = true;
    PostReader posts(Version::v2, reader, batch.out, event.post);
    return posts.read(value, [&](std::string_view key, JsonValue member) {
        if (key == "event_uuid") reader.token(member, event.event_uuid);
        else if (key == "event_type") reader.token(member, event.event_type);
        else if (key == "filter")
            return read_id_of(member, "user_id", reader, event.filter_user_id);
        else if (key == "payload") return read_payload(member, reader, batch, event);
        else if (key == "includes") return read_includes(member, true, reader, batch, event);
        else if (is_compliance(key)) return read_compliance(key, member, reader, event.compliance);
        return Errc::ok;
    });
}

void note_issue(JsonValue value, Event& event) {
    event.too_many_connections |= json_raw(value) == "\"TooManyConnections\"";
}

Errc read_problems(JsonValue value, EventReader& reader, Event& event) {
    event.has_problem = true;
    return reader.array(value, [&](JsonValue item) {
        if (!json_raw(item).starts_with('{')) return Errc::ok;
        return json_members(item, [&](std::string_view key, JsonValue member) {
            if (key == "connection_issue") note_issue(member, event);
            return Errc::ok;
        });
    });
}

}  // namespace

void Event::clear() {
    post = {};
    compliance = {};
    event_uuid = event_type = filter_user_id = for_user_id = {};
    has_data = has_problem = too_many_connections = has_activity = false;
    users.clear();
    posts.clear();
}

Errc read_event(JsonObject& root, EventReader& reader, const Batch& batch, Event& event) {
    const auto use = [&](std::size_t place, JsonValue value, std::string_view key) {
        const auto each = [&](auto add) {
            event.has_activity = true;
            return reader.array(value, add);
        };
        const auto ignore = [&] {
            event.has_activity = true;
            ++batch.out->ignored;
        };
        switch (place) {
            case kRoot["data"]: return read_data(value, reader, batch, event);
            case kRoot["includes"]: {
                const bool no_retweet = event.has_data && event.post.retweeted_id.empty();
                return read_includes(value, !no_retweet, reader, batch, event);
            }
            case kRoot["users"]: return read_users(value, reader, *batch.arena, event);
            case kRoot["tweet_create_events"]:
                return each([&](JsonValue item) { return add_v1_post(item, batch, event); });
            case kRoot["direct_message_events"]:
                return each([&](JsonValue item) { return add_direct_message(item, batch); });
            case kRoot["errors"]: return read_problems(value, reader, event);
            case kRoot["connection_issue"]: note_issue(value, event); break;
            case kRoot["title"]: event.has_problem = true; break;
            case kRoot["user_event"]:
            case kRoot["replay_job_status"]: ignore(); break;
            case kRoot["matching_rules"]: break;
            default:
                if (key == "tweet_delete_events")
                    return each([&](JsonValue item) { return add_v1_deletion(item, batch); });
                if (key.ends_with("_events")) ignore();
        }
        return Errc::ok;
    };
    return kRoot.read_each(root, reader, event, use);
}

}  // namespace hark::platforms::x
