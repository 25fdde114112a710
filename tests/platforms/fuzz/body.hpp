#pragma once

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
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
    const std::string seen(text);  // read where sanitizers look, which they do not in libraries
    HARK_CHECK(simdjson::validate_utf8(seen.data(), seen.size()));
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

/// A frame's bytes with all the room that one has behind it.
class Padded {
public:
    explicit Padded(std::string_view bytes)
        : storage_(new char[bytes.size() + limits::kFramePadding]), size_(bytes.size()) {
        std::copy(bytes.begin(), bytes.end(), storage_.get());
        // What follows a body in a real buffer is anybody's: here it closes whatever is open.
        std::fill_n(storage_.get() + size_, limits::kFramePadding, '}');
    }
    [[nodiscard]] std::string_view view() const noexcept { return {storage_.get(), size_}; }

private:
    std::unique_ptr<char[]> storage_;
    std::size_t size_;
};

/// Decodes the body, as often again as a warm platform would, and other frames of the same batch
/// between: what the first held is looked at when all are decoded.
inline void decode(Platform& platform, const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    const Padded first(body);
    const Padded second("[" + body + "," + body + "]");
    const Padded* const batch[] = {&first, &second, &first};
    Arena arena;
    Mentions mentions[std::size(batch)];
    for (std::size_t i = 0; i < std::size(batch); ++i) {
        Frame frame;
        frame.bytes = batch[i]->view();
        const auto error = platform.decode(frame, arena, mentions[i]);
        HARK_CHECK(error == Errc::ok || mentions[i].list.empty());
    }
    for (std::size_t i = 0; i < std::size(batch); ++i) check(mentions[i], batch[i]->view());
    HARK_CHECK(mentions[0].list.size() == mentions[2].list.size());
}

}  // namespace hark::platforms::fuzz
