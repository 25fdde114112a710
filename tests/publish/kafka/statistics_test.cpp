#include "publish/kafka/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::publish {
namespace {

TEST(KafkaStatistics, BecomeMetrics) {
    telemetry::Metrics metrics;
    KafkaStatistics statistics(metrics, 3);
    EXPECT_TRUE(statistics.read(R"({"msg_cnt":12,"msg_size":3456,"brokers":{
        "a:1/1":{"state":"UP","rtt":{"avg":1500}},
        "b:1/2":{"state":"UP","rtt":{"avg":2500}},
        "c:1/3":{"state":"DOWN","rtt":{"avg":99000}}}})"));
    const auto text = metrics.text();
    EXPECT_THAT(text, testing::HasSubstr("hark_kafka_queue_messages 12\n"));
    EXPECT_THAT(text, testing::HasSubstr("hark_kafka_queue_bytes 3456\n"));
    EXPECT_THAT(text, testing::HasSubstr("hark_kafka_round_trip_seconds{shard=\"3\"} 0.0025\n"));
    EXPECT_THAT(text, testing::HasSubstr("hark_kafka_brokers_up{shard=\"3\"} 2\n"));
}

TEST(KafkaStatistics, WithoutABrokerThatIsUp) {
    telemetry::Metrics metrics;
    KafkaStatistics statistics(metrics, 0);
    EXPECT_FALSE(statistics.read(R"({"brokers":{"a:1/1":{"state":"TRY_CONNECT"}}})"));
    EXPECT_FALSE(statistics.read("not JSON"));
    EXPECT_FALSE(statistics.read("{}"));
}

}  // namespace
}  // namespace hark::publish
