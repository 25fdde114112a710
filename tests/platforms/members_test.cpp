// Which of some members a key names.

#include "platforms/members.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hark::platforms {
namespace {

struct Nothing {};

constexpr std::string_view kAll[] = {
    "d",     "id",      "url",       "uri",        "text",
    "title", "message", "from_user", "created_at", "in_reply_to_status_id_str"};
constexpr Members<Nothing, 10> kMembers = {{{kAll[0]},
                                            {kAll[1]},
                                            {kAll[2]},
                                            {kAll[3]},
                                            {kAll[4]},
                                            {kAll[5]},
                                            {kAll[6]},
                                            {kAll[7]},
                                            {kAll[8]},
                                            {kAll[9]}}};

/// With the bytes around it that a key has in its frame.
std::size_t place_of(const std::string& key) {
    const auto frame = '"' + key + std::string(kKeyBytes, '"');
    return kMembers.of(std::string_view(frame).substr(1, key.size()));
}

TEST(Members, KnowEachByItsPlace) {
    for (std::size_t i = 0; i < kMembers.size(); ++i)
        EXPECT_EQ(place_of(std::string(kAll[i])), i) << kAll[i];
    EXPECT_EQ(kMembers["text"], 4U);
}

TEST(Members, AreNothingThatDiffersInOneByte) {
    EXPECT_EQ(place_of(""), kMembers.size());
    EXPECT_EQ(place_of(std::string(kKeyBytes + 1, 'x')), kMembers.size());
    for (const auto listed : kAll) {
        const std::string name(listed);
        EXPECT_EQ(place_of(name + "x"), kMembers.size());
        if (name != "id") {
            EXPECT_EQ(place_of(name.substr(1)), kMembers.size()) << name;
        }
        for (std::size_t at = 0; at < name.size(); ++at) {
            for (int byte = 0; byte < 256; ++byte) {
                auto other = name;
                other[at] = static_cast<char>(byte);
                const bool same = other == name || other == "url" || other == "uri";
                EXPECT_EQ(place_of(other) < kMembers.size(), same) << other;
            }
        }
    }
}

}  // namespace
}  // namespace hark::platforms
