#pragma once

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/limits.hpp"
#include "core/settings.hpp"
#include "platforms/platform.hpp"

/// What the fuzz targets of the platforms share: an HTTP body to mentions, and what must hold of
/// every mention whatever the body was.
namespace hark::platforms::fuzz {

/// A platform whose secrets are all `x`, and whose texts are `text` but for `values`.
inline std::unique_ptr<Platform> make(
    std::string_view name, std::initializer_list<std::string_view> secret_keys,
    std::initializer_list<std::string_view> text_keys,
    std::initializer_list<std::pair<std::string_view, std::string_view>> values = {}) {
    ::setenv("HARK_FUZZ_SECRET", "x", 1);
    SettingNode node;
    node.type = SettingNode::Type::map;
    const auto add = [&](std::string_view key, std::string value) {
        SettingNode scalar;
        scalar.type = SettingNode::Type::scalar;
        scalar.scalar = std::move(value);
        node.members.emplace_back(key, std::move(scalar));
    };
    for (const auto key : secret_keys) add(key, "${HARK_FUZZ_SECRET}");
    for (const auto key : text_keys) add(key, "text");
    for (const auto& [key, value] : values) add(key, std::string(value));
    SettingsReport report;
    Settings settings(node, report);
    auto platform = make_platform(name, settings);
    HARK_CHECK(platform && report.faults.empty());
    return platform;
}

inline void check_text(std::string_view text, std::size_t limit) {
    HARK_CHECK(text.size() <= limit);
    HARK_CHECK(simdjson::validate_utf8(text.data(), text.size()));
}

inline void check(const Mentions& mentions, std::string_view body) {
    HARK_CHECK(mentions.list.size() <= limits::kMentionsPerFrame);
    std::size_t links = 0;
    for (const auto& mention : mentions.list) {
        HARK_CHECK(!mention.platform.empty() && !mention.id.empty());
        HARK_CHECK(mention.links_begin == links);
        links += mention.links_count;
        for (const auto id : {mention.id, mention.event_id, mention.thread, mention.parent,
                              mention.author.id, mention.author.handle, mention.lang}) {
            check_text(id, limits::kIdBytes);
        }
        for (const auto text : {mention.text, mention.url, mention.author.name}) {
            check_text(text, limits::kTextBytes);
        }
    }
    HARK_CHECK(links == mentions.links.size());
    for (const auto link : mentions.links) check_text(link, limits::kTextBytes);
    for (const auto& refusal : mentions.refused) {
        HARK_CHECK(refusal.reason != Errc::ok);
        HARK_CHECK(refusal.bytes.data() >= body.data());
        HARK_CHECK(refusal.bytes.data() + refusal.bytes.size() <= body.data() + body.size());
    }
}

/// Decodes the body twice, as a warm platform would, into the same result.
inline void decode(Platform& platform, const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const std::unique_ptr<char[]> padded(new char[size + limits::kFramePadding]);
    std::copy(bytes.begin(), bytes.end(), padded.get());
    // What follows a body in a real buffer is anybody's: here it closes whatever is open.
    std::fill_n(padded.get() + size, limits::kFramePadding, '}');
    Arena arena;
    Frame frame;
    frame.bytes = {padded.get(), size};
    std::size_t count = 0;
    for (int round = 0; round < 2; ++round) {
        Mentions mentions;
        const auto error = platform.decode(frame, arena, mentions);
        check(mentions, frame.bytes);
        HARK_CHECK(error == Errc::ok || mentions.list.empty());
        HARK_CHECK(round == 0 || mentions.list.size() == count);
        count = mentions.list.size();
    }
}

}  // namespace hark::platforms::fuzz
