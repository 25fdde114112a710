#include "platforms/slack/text.hpp"

#include <algorithm>
#include <cstring>

#include "platforms/markup.hpp"

namespace hark::platforms::slack {

namespace {

/// What stands between `<` and `>`: a sign that says what it is, the thing, and its label.
void put_reference(std::string_view inside, char*& at, std::vector<std::string_view>& links) {
    const auto put = [&at](std::string_view text) {
        std::memcpy(at, text.data(), text.size());
        at += text.size();
    };
    const auto bar = inside.find('|');
    const auto thing = inside.substr(0, bar);
    const auto label = bar == std::string_view::npos ? std::string_view() : inside.substr(bar + 1);
    const char sign = thing.empty() ? '\0' : thing.front();
    const bool special = sign == '@' || sign == '#' || sign == '!';
    if (!special) {
        put(label.empty() ? thing : label);
        if (!label.empty() && label != thing) links.push_back(thing);
        return;
    }
    const auto name = label.empty() ? thing.substr(1, thing.find('^') - 1) : label;
    // A date's label is a text of its own; groups bring their sign along.
    const bool whole = thing.starts_with("!date") || name.starts_with('@') || name.starts_with('#');
    if (!whole) put(sign == '#' ? "#" : "@");
    put(name);
}

}  // namespace

std::string_view plain_text(std::string_view mrkdwn, Arena& arena,
                            std::vector<std::string_view>& links) {
    if (mrkdwn.find('<') == std::string_view::npos) return unescape_references(mrkdwn, arena);
    // What stands for a reference is no longer than it: its two brackets are gone, a sign may come.
    char* const begin = arena.allocate(mrkdwn.size());
    char* at = begin;
    const auto first_link = links.size();
    while (!mrkdwn.empty()) {
        const auto plain = std::min(mrkdwn.find('<'), mrkdwn.size());
        std::memcpy(at, mrkdwn.data(), plain);
        at += plain;
        mrkdwn.remove_prefix(plain);
        if (mrkdwn.empty()) break;
        const auto end = mrkdwn.find('>');
        if (end == std::string_view::npos) {
            *at++ = '<';
            mrkdwn.remove_prefix(1);
            continue;
        }
        put_reference(mrkdwn.substr(1, end - 1), at, links);
        mrkdwn.remove_prefix(end + 1);
    }
    for (auto i = first_link; i < links.size(); ++i)
        links[i] = unescape_references(links[i], arena);
    return unescape_references({begin, static_cast<std::size_t>(at - begin)}, arena);
}

}  // namespace hark::platforms::slack
