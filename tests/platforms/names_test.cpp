// Which of some names a key is.

#include "platforms/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hark::platforms {
namespace {

constexpr std::string_view kAll[] = {
    "d",     "id",      "url",       "uri",        "text",
    "title", "message", "from_user", "created_at", "in_reply_to_status_id_str"};
constexpr Names kNames(kAll);

TEST(Names, KnowEachByItsPlace) {
    for (std::size_t i = 0; i < kNames.size(); ++i) EXPECT_EQ(kNames.of(kAll[i]), i) << kAll[i];
    EXPECT_EQ(kNames["text"], 4U);
}

TEST(Names, AreNothingThatDiffersInOneByte) {
    EXPECT_EQ(kNames.of(""), kNames.size());
    for (const auto listed : kAll) {
        const std::string name(listed);
        EXPECT_EQ(kNames.of(name + "x"), kNames.size());
        if (name != "id") {
            EXPECT_EQ(kNames.of(name.substr(1)), kNames.size()) << name;
        }
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                auto other = name;
                other[at] = static_cast<char>(byte);
                const bool same = other == name || other == "url" || other == "uri";
                EXPECT_EQ(kNames.of(other) < kNames.size(), same) << other;
            }
        }
    }
}

}  // namespace
}  // namespace hark::platforms
