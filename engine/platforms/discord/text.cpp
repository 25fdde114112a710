#include <algorithm>
#include <cstring>

#include "platforms/discord/event.hpp"

namespace hark::platforms::discord {

namespace {

std::string_view name_of(std::string_view id, std::span<const Name> names) noexcept {
    for (const auto& name : names) {
        if (name.id == id && !name.name.empty()) return name.name;
    }
    return id;
}

struct Shown {
    std::string_view sign;
    std::string_view text;
};

/// What is shown for what stands between `<` and `>`; nothing when it is no reference.
Shown shown_for(std::string_view inside, std::span<const Name> names) noexcept {
    if (inside.starts_with("https://") || inside.starts_with("http://")) return {"", inside};
    if (inside.starts_with("@&") || inside.starts_with("@!"))
        return {"@", name_of(inside.substr(2), names)};
    if (inside.starts_with('@')) return {"@", name_of(inside.substr(1), names)};
    if (inside.starts_with('#')) return {"#", name_of(inside.substr(1), names)};
    if (inside.starts_with("a:")) inside.remove_prefix(1);
    const auto colon = inside.rfind(':');
    if (inside.starts_with(':') && colon > 0) return {"", inside.substr(0, colon + 1)};
    return {};
}

}  // namespace

std::string_view plain_text(std::string_view content, std::span<const Name> names, Arena& arena) {
    if (content.find('<') == std::string_view::npos) return content;
    // A name may be longer than the reference that it stands for: what does not fit stays an id.
    const auto room = content.size() * 2;
    char* const begin = arena.allocate(room);
    char* at = begin;
    const auto put = [&at](std::string_view text) {
        std::memcpy(at, text.data(), text.size());
        at += text.size();
    };
    while (!content.empty()) {
        const auto plain = std::min(content.find('<'), content.size());
        put(content.substr(0, plain));
        content.remove_prefix(plain);
        if (content.empty()) break;
        const auto end = content.find('>');
        const bool closed = end != std::string_view::npos;
        const auto shown = closed ? shown_for(content.substr(1, end - 1), names) : Shown{};
        const auto left = room - static_cast<std::size_t>(at - begin) - content.size();
        if (shown.text.empty() || shown.sign.size() + shown.text.size() > left + end + 1) {
            put("<");
            content.remove_prefix(1);
            continue;
        }
        put(shown.sign);
        put(shown.text);
        content.remove_prefix(end + 1);
    }
    const auto used = static_cast<std::size_t>(at - begin);
    arena.shrink(room - used);
    return {begin, used};
}

}  // namespace hark::platforms::discord
