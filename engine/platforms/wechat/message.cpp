#include "platforms/wechat/message.hpp"

#include <algorithm>
#include <array>

#include "platforms/event.hpp"

namespace hark::platforms::wechat {

namespace {

constexpr std::array<XmlElement<Message>, 12> kElements = {{
    {"ToUserName", &Message::to},
    {"FromUserName", &Message::from},
    {"CreateTime", &Message::create_time},
    {"MsgType", &Message::type},
    {"MsgId", &Message::id},
    {"Content", &Message::content},
    {"Recognition", &Message::recognition},
    {"Label", &Message::label},
    {"Title", &Message::title},
    {"Description", &Message::description},
    {"Url", &Message::url},
    {"Encrypt", &Message::encrypted},
}};

class MessageVisitor final : public XmlVisitor {
public:
    MessageVisitor(Arena& arena, Message& message) : arena_(&arena), message_(&message) {}

    void close(std::size_t depth, std::string_view name, std::string_view text) override {
        if (depth != 2) return;
        const auto field = xml_field(kElements, name);
        if (field == nullptr || (message_->*field).data() != nullptr) return;
        message_->*field = text.empty() ? std::string_view("") : arena_->copy(text);
    }

private:
    Arena* arena_;
    Message* message_;
};

constexpr std::array<std::string_view, 4> kMediaTypes = {"image", "voice", "video", "shortvideo"};

std::string_view words_of(const Message& message, Arena& arena) {
    if (message.type == "text") return message.content;
    if (message.type == "voice") return message.recognition;
    if (message.type == "location") return message.label;
    if (message.type != "link" || message.description.empty()) return message.title;
    if (message.title.empty()) return message.description;
    return arena.join(message.title, "\n", message.description);
}

}  // namespace

Errc read_message(XmlReader& xml, std::string_view bytes, Arena& arena, Message& message) {
    MessageVisitor visitor(arena, message);
    return xml.read(bytes, visitor);
}

Errc add_message(const Message& message, std::string_view platform, Arena& arena, Mentions& out) {
    if (message.type.empty()) return Errc::missing_member;
    const bool media =
        std::find(kMediaTypes.begin(), kMediaTypes.end(), message.type) != kMediaTypes.end();
    if (!media && message.type != "text" && message.type != "location" && message.type != "link") {
        ++out.ignored;
        return Errc::ok;
    }
    if (message.id.empty() || message.from.empty()) return Errc::missing_member;
    Mention mention;
    mention.platform = platform;
    mention.kind = Kind::message;
    const auto account = arena.join(platform, ":", message.to, ":");
    mention.id = arena.join(account, message.id);
    mention.thread = arena.join(account, message.from);
    mention.author.id = message.from;
    const auto created_at = from_epoch(message.create_time, 1);
    if (!message.create_time.empty() && !created_at) return Errc::number_range;
    mention.created_at = created_at.value_or(Timestamp{});
    mention.text = words_of(message, arena);
    mention.media = media ? 1 : 0;
    if (message.type == "link" && !message.url.empty()) out.links.push_back(message.url);
    return admit(mention, out);
}

}  // namespace hark::platforms::wechat
