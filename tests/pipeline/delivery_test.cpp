#include "pipeline/delivery.hpp"

#include <gtest/gtest.h>

namespace hark::pipeline {
namespace {

TEST(DeliveryTracker, AFrameIsDoneWithItsLastParcel) {
    DeliveryTracker tracker;
    Frame frame;
    frame.token = 7;
    const auto slot = tracker.open_frame(frame);
    const auto first = tracker.open_parcel(slot);
    const auto second = tracker.open_parcel(slot);
    EXPECT_FALSE(tracker.settle(slot));  // the handling itself
    tracker.close_parcel(second);
    EXPECT_FALSE(tracker.settle(slot));
    EXPECT_EQ(tracker.in_flight(), 1U);
    tracker.close_parcel(first);
    EXPECT_TRUE(tracker.settle(slot));
    EXPECT_EQ(tracker.frame(slot).token, 7U);
    EXPECT_EQ(tracker.in_flight(), 0U);
}

TEST(DeliveryTracker, AFrameWithoutParcelsIsDoneAtOnce) {
    DeliveryTracker tracker;
    const auto slot = tracker.open_frame({});
    EXPECT_TRUE(tracker.settle(slot));
}

TEST(DeliveryTracker, SlotsAreUsedAgain) {
    DeliveryTracker tracker;
    const auto first = tracker.open_frame({});
    EXPECT_TRUE(tracker.settle(first));
    tracker.close_frame(first);
    EXPECT_EQ(tracker.open_frame({}), first);
}

TEST(DeliveryTrackerDeath, SettlingTwiceIsOurBug) {
    DeliveryTracker tracker;
    const auto slot = tracker.open_frame({});
    EXPECT_TRUE(tracker.settle(slot));
    EXPECT_DEATH((void)tracker.settle(slot), "bug");
}

}  // namespace
}  // namespace hark::pipeline
