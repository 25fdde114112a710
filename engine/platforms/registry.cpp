#include <algorithm>
#include <array>

#include "platforms/bluesky/bluesky.hpp"
#include "platforms/discord/discord.hpp"
#include "platforms/generic/generic.hpp"
#include "platforms/intercom/intercom.hpp"
#include "platforms/line/line.hpp"
#include "platforms/linkedin/linkedin.hpp"
#include "platforms/mastodon/mastodon.hpp"
#include "platforms/max/max.hpp"
#include "platforms/mention/mention.hpp"
#include "platforms/meta/meta.hpp"
#include "platforms/ok/ok.hpp"
#include "platforms/platform.hpp"
#include "platforms/reddit/reddit.hpp"
#include "platforms/slack/slack.hpp"
#include "platforms/telegram/telegram.hpp"
#include "platforms/tiktok/tiktok.hpp"
#include "platforms/viber/viber.hpp"
#include "platforms/vk/vk.hpp"
#include "platforms/wechat/wechat.hpp"
#include "platforms/x/x.hpp"
#include "platforms/youtube/youtube.hpp"
#include "platforms/zendesk/zendesk.hpp"

namespace hark::platforms {

namespace {

struct Entry {
    std::string_view name;
    std::unique_ptr<Platform> (*make)(Settings& source);
    bool takes_webhooks = true;
};

// Sorted by name.
// clang-format off
constexpr std::array kPlatforms = {
    Entry{"bluesky", make_bluesky, false},
    Entry{"discord", make_discord},
    Entry{"generic", make_generic},
    Entry{"intercom", make_intercom},
    Entry{"line", make_line},
    Entry{"linkedin", make_linkedin},
    Entry{"mastodon", make_mastodon, false},
    Entry{"max", make_max},
    Entry{"mention", make_mention, false},
    Entry{"meta", make_meta},
    Entry{"ok", make_ok},
    Entry{"reddit", make_reddit, false},
    Entry{"slack", make_slack},
    Entry{"telegram", make_telegram},
    Entry{"text", make_text, false},
    Entry{"tiktok", make_tiktok},
    Entry{"viber", make_viber},
    Entry{"vk", make_vk},
    Entry{"wechat", make_wechat},
    Entry{"x", make_x},
    Entry{"youtube", make_youtube},
    Entry{"zendesk", make_zendesk},
};
// clang-format on

constexpr auto kNames = [] {
    std::array<std::string_view, kPlatforms.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kPlatforms[i].name;
    return names;
}();

}  // namespace

std::unique_ptr<Platform> make_platform(std::string_view name, Settings& source) {
    for (const auto& entry : kPlatforms) {
        if (entry.name == name) return entry.make(source);
    }
    return nullptr;
}

bool takes_webhooks(std::string_view name) noexcept {
    return std::any_of(kPlatforms.begin(), kPlatforms.end(), [&](const Entry& entry) {
        return entry.name == name && entry.takes_webhooks;
    });
}

std::span<const std::string_view> platform_names() noexcept {
    return kNames;
}

}  // namespace hark::platforms
