#include "platforms/mention/mention.hpp"

#include "core/limits.hpp"
#include "platforms/event.hpp"
#include "platforms/json.hpp"
#include "platforms/line_id.hpp"
#include "platforms/members.hpp"
#include "platforms/words.hpp"

namespace hark::platforms {

namespace {

constexpr Members<Mention, 14> kMention = {{
    {"platform", &Mention::platform, Form::text},
    {"id", &Mention::id, Form::text},
    {"event_id", &Mention::event_id, Form::text},
    {"url", &Mention::url, Form::text},
    {"lang", &Mention::lang, Form::text},
    {"thread", &Mention::thread, Form::text},
    {"parent", &Mention::parent, Form::text},
    {"text", &Mention::text, Form::text},
    {"created_at", &Mention::created_at, Form::time},
    {"restored", &Mention::restored},
    {"kind"},
    {"action"},
    {"scope"},
    {"author"},
}};
constexpr Members<Author, 5> kAuthor = {{
    {"id", &Author::id},
    {"handle", &Author::handle, Form::text},
    {"name", &Author::name, Form::text},
    {"is_brand", &Author::is_brand},
    {"created_at", &Author::created_at, Form::time},
}};

class MentionLines final : public Platform {
public:
    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        EventReader reader(arena);
        Mention mention;
        const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
            if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
            return json_members(root, [&](std::string_view key, JsonValue value) {
                return read_member(key, value, reader, mention);
            });
        });
        if (broken != Errc::ok) return broken;
        if (reader.fault() != Errc::ok) return reader.fault();
        if (mention.text.data() == nullptr && mention.action != Action::deleted)
            return Errc::missing_member;
        if (mention.platform.empty()) mention.platform = "mention";
        if (mention.id.empty()) mention.id = line_id("mention", frame.bytes, arena);
        return admit(mention, out);
    }

private:
    static Errc read_member(std::string_view key, JsonValue value, EventReader& reader,
                            Mention& mention) {
        switch (kMention.read(key, value, reader, mention)) {
            case kMention["author"]: return kAuthor.read_all(value, reader, mention.author);
            case kMention["kind"]:
            case kMention["action"]: read_word(key, value, reader, mention); break;
            case kMention["scope"]: {
                std::string_view scope;
                reader.text(value, scope);
                mention.all_of_author = scope == "author";
                break;
            }
            default: break;
        }
        return Errc::ok;
    }

    static void read_word(std::string_view key, JsonValue value, EventReader& reader,
                          Mention& mention) {
        std::string_view word;
        reader.text(value, word);
        if (word.empty()) return;
        const auto kind = kind_of(word);
        const auto action = action_of(word);
        if (key == "kind" && kind) mention.kind = *kind;
        else if (key == "action" && action) mention.action = *action;
        else reader.note(Errc::wrong_type);
    }

    JsonParser parser_;
};

}  // namespace

std::unique_ptr<Platform> make_mention(Settings&) {
    return std::make_unique<MentionLines>();
}

}  // namespace hark::platforms
