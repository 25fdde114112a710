#include "triage/least_digits.hpp"

#include <gtest/gtest.h>

namespace hark::triage::testing {
namespace {

TEST(LeastDigitsTest, CountsWhatEveryFindingHas) {
    EXPECT_EQ(least_digits("[0-9]{6}\\b"), 6U);
    EXPECT_EQ(least_digits("(?:[Xx]{4}[\\- ]|[*]{4}[\\- ]){3}[0-9]{4}\\b"), 4U);
    EXPECT_EQ(least_digits("\\b[A-Z9]{5}[0-9][0156][0-3]7[A-Z0-9]\\b"), 4U);
    EXPECT_EQ(least_digits("(?i:lat)? ?[0-9]{1,2}\\.[0-9]{4,}?|[0-9]{3}[NS]"), 3U);
    EXPECT_EQ(least_digits("([0-9]{2}(1|23)){2}"), 6U);
    EXPECT_EQ(least_digits("[0-9]+[0-9]*[0-9]?"), 1U);
}

TEST(LeastDigitsTest, WhatMayBeSomethingElseIsNone) {
    EXPECT_EQ(least_digits("[^0-9][0-9a][-0-9][]0-9]\\d."), 0U);
    EXPECT_EQ(least_digits("[0-9]{3}|"), 0U);
    EXPECT_EQ(least_digits("[0-9]{0,9}"), 0U);
}

TEST(LeastDigitsTest, WhatIsNotUnderstoodAsksForNone) {
    for (const auto* expression :
         {"(?=[0-9]{3})", "(?x)[0-9]", "\\x31[0-9]", "[[:digit:]][0-9]", "([0-9]{3}", "[0-9]{,3}",
          "[0-9])", "[0-9", "[0-9]\\", "\\Q[0-9]\\E[0-9]", "{3}[0-9]"})
        EXPECT_EQ(least_digits(expression), 0U) << expression;
}

}  // namespace
}  // namespace hark::triage::testing
