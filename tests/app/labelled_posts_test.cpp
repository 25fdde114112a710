#include "app/labelled_posts.hpp"

#include <gtest/gtest.h>

namespace hark::app {
namespace {

TEST(LabelledPosts, ASourcesWeightIsANumberBehindTheLastSign) {
    EXPECT_EQ(weight_of_source("written=0.5"), std::pair(std::string("written"), 0.5F));
    EXPECT_EQ(weight_of_source("a=b=3"), std::pair(std::string("a=b"), 3.0F));
    EXPECT_EQ(fault_of_weight("desk=100"), "");
    for (const auto* wrong :
         {"desk", "=2", "desk=", "desk=0", "desk=101", "desk=-1", "desk=2x", "desk=nan"})
        EXPECT_NE(fault_of_weight(wrong), "") << wrong;
}

}  // namespace
}  // namespace hark::app
