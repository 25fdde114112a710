#pragma once

#include <string_view>

#include "core/arena.hpp"
#include "core/errc.hpp"
#include "core/mention.hpp"
#include "platforms/xml.hpp"

namespace hark::platforms::wechat {

/// The members of a message that are read, copied into the arena. Of duplicates the first counts.
struct Message {
    std::string_view to;
    std::string_view from;
    std::string_view create_time;
    std::string_view type;
    std::string_view id;
    std::string_view content;
    std::string_view recognition;  ///< what was understood of a voice message
    std::string_view label;
    std::string_view title;
    std::string_view description;
    std::string_view url;
    std::string_view encrypted;
};

[[nodiscard]] Errc read_message(XmlReader& xml, std::string_view bytes, Arena& arena,
                                Message& message);

/// Adds the message, or counts it as ignored when it carries nobody's words. `platform` is `wechat`
/// or `wecom`.
[[nodiscard]] Errc add_message(const Message& message, std::string_view platform, Arena& arena,
                               Mentions& out);

}  // namespace hark::platforms::wechat
