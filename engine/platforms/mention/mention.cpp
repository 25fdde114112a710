#include "platforms/mention/mention.hpp"

#include "core/limits.hpp"
#include "platforms/event.hpp"
#include "platforms/json.hpp"
#include "platforms/line_id.hpp"
#include "platforms/words.hpp"

namespace hark::platforms {

namespace {

constexpr Members<Mention, 8> kTexts = {{
    {"platform", &Mention::platform},
    {"id", &Mention::id},
    {"event_id", &Mention::event_id},
    {"url", &Mention::url},
    {"lang", &Mention::lang},
    {"thread", &Mention::thread},
    {"parent", &Mention::parent},
    {"text", &Mention::text},
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
        if (const auto field = kTexts.field_of(key); field != nullptr) {
            reader.text(value, mention.*field);
        } else if (key == "created_at") {
            reader.time(value, mention.created_at);
        } else if (key == "kind" || key == "action") {
            read_word(key, value, reader, mention);
        } else if (key == "restored") {
            reader.flag(value, mention.restored);
        } else if (key == "scope") {
            std::string_view scope;
            reader.text(value, scope);
            mention.all_of_author = scope == "author";
        } else if (key == "author") {
            return reader.object(value, [&](std::string_view name, JsonValue inside) {
                read_author(name, inside, reader, mention.author);
                return Errc::ok;
            });
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

    static void read_author(std::string_view key, JsonValue value, EventReader& reader,
                            Author& author) {
        if (key == "id") reader.token(value, author.id);
        else if (key == "handle") reader.text(value, author.handle);
        else if (key == "name") reader.text(value, author.name);
        else if (key == "is_brand") reader.flag(value, author.is_brand);
        else if (key == "created_at") reader.time(value, author.created_at);
    }

    JsonParser parser_;
};

}  // namespace

std::unique_ptr<Platform> make_mention(Settings&) {
    return std::make_unique<MentionLines>();
}

}  // namespace hark::platforms
