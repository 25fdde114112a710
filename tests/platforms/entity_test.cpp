// Where a platform says that names, tags and addresses stand, counted in its own unit, there they
// stand in the text of the mention too. Bluesky's facets are in bluesky_test.cpp.

#include <gtest/gtest.h>
#include <simdjson.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

enum class Unit { utf16, code_point };

/// `text` from one place to another.
std::string slice(std::string_view text, std::uint64_t from, std::uint64_t to, Unit unit) {
    std::string out;
    std::uint64_t at = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const bool continues = (byte & 0xC0) == 0x80;
        if (continues ? at > from && at <= to : at >= from && at < to) out += c;
        if (!continues) at += unit == Unit::utf16 && byte >= 0xF0 ? 2 : 1;
    }
    return out;
}

TEST(Entities, OfTelegramCountUtf16) {
    const auto body = read("payloads/telegram/message_group_reply.json");
    const auto text = decode(*make("telegram", read("payloads/telegram/settings.json")), body)
                          .at("mentions[0].text");
    simdjson::dom::parser parser;
    const auto update = parser.parse(simdjson::padded_string(body)).value();
    std::vector<std::string> slices;
    for (const auto entity : update["message"]["entities"].get_array()) {
        const auto from = entity["offset"].get_uint64().value();
        slices.push_back(slice(text, from, from + entity["length"].get_uint64(), Unit::utf16));
    }
    EXPECT_EQ(slices,
              (std::vector<std::string>{"@example_store_bot", "/pay", "https://example.com/x"}));
}

/// The slices of X's entities under `path`, in the order mentions, hashtags, addresses.
std::vector<std::string> x_slices(const std::string& name, std::string_view path) {
    const auto body = read("payloads/x/" + name + ".json");
    const auto text =
        decode(*make("x", read("payloads/x/settings.json")), body).at("mentions[0].text");
    simdjson::dom::parser parser;
    const auto entities =
        parser.parse(simdjson::padded_string(body)).value().at_pointer(path).value();
    std::vector<std::string> slices;
    for (const auto* kind : {"mentions", "user_mentions", "hashtags", "urls"}) {
        simdjson::dom::array items;
        if (entities[kind].get(items) != simdjson::SUCCESS) continue;
        for (const auto item : items) {
            const bool v2 = item["start"].error() == simdjson::SUCCESS;
            const auto from = v2 ? item["start"] : item.at_pointer("/indices/0");
            const auto to = v2 ? item["end"] : item.at_pointer("/indices/1");
            slices.push_back(slice(text, from.get_uint64(), to.get_uint64(), Unit::code_point));
        }
    }
    return slices;
}

TEST(Entities, OfXCountCodePoints) {
    using Slices = std::vector<std::string>;
    EXPECT_EQ(x_slices("stream_post", "/data/entities"),
              (Slices{"@ExampleStore", "#outage", "https://t.co/AbCdEfGhIj"}));
    EXPECT_EQ(x_slices("xaa_post_mention", "/data/payload/entities"), Slices{"@example_store"});
    EXPECT_EQ(x_slices("aaa_tweet_create", "/tweet_create_events/0/extended_tweet/entities"),
              Slices{"@example_store"});
}

}  // namespace
}  // namespace hark::platforms::testing
