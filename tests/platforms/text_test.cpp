// Lines of plain text.

#include <gtest/gtest.h>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {
namespace {

class TextLines : public ::testing::Test {
protected:
    Fields decode(std::string_view line) { return testing::decode(*platform_, line); }
    std::unique_ptr<Platform> platform_ = make("text", "{}");
};

TEST_F(TextLines, AreTheTextAsItStands) {
    const auto fields = decode(R"( {"text":"\u0041"} ąć)");
    EXPECT_EQ(fields.at("mentions[0].text"), R"( {"text":"\u0041"} ąć)");
    EXPECT_EQ(fields.at("mentions[0].platform"), "text");
    EXPECT_EQ(fields.count("error"), 0U);
}

TEST_F(TextLines, HaveTheIdOfTheirBytes) {
    const auto id = decode("hi").at("mentions[0].id");
    EXPECT_EQ(decode("hi").at("mentions[0].id"), id);
    EXPECT_NE(decode("hi ").at("mentions[0].id"), id);
    EXPECT_EQ(id.substr(0, 5), "text:");
    EXPECT_EQ(id.size(), 37U);
}

TEST_F(TextLines, MustBeUtf8) {
    for (const auto* bad : {"\x80", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80"}) {
        EXPECT_EQ(decode(bad), (Fields{{"error", "invalid_utf8"}}));
    }
}

TEST_F(TextLines, AreBounded) {
    EXPECT_EQ(decode(std::string(limits::kTextBytes, 'x')).count("error"), 0U);
    EXPECT_EQ(decode(std::string(limits::kTextBytes + 1, 'x')), (Fields{{"error", "too_large"}}));
}

}  // namespace
}  // namespace hark::platforms::testing
