#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <algorithm>
#include <set>

#include "publish/kafka/broker.hpp"
#include "publish/kafka/handles.hpp"
#include "publish/kafka/kafka_sink.hpp"
#include "publish/kafka/port.hpp"
#include "publish/port_harness.hpp"

namespace hark::publish {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

KafkaOptions options_for(const std::vector<std::string>& topics) {
    KafkaOptions options;
    options.brokers = TestBroker::instance().address();
    options.topics = topics;
    options.partitions = 3;
    return options;
}

std::vector<std::pair<std::string, std::string>> numbered(int first, int count) {
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = first; i < first + count; ++i) {
        all.emplace_back("thread" + std::to_string(i % 5), std::to_string(i));
    }
    return all;
}

/// Every number below `count` is there. Repeats are allowed; but for them, each key's are in order.
void expect_all_in_order(const std::string& topic, int count) {
    std::map<std::string, std::vector<int>> by_key;
    std::set<int> all;
    for (const auto& one : read_topic(topic)) {
        const int number = std::stoi(one.value);
        if (all.insert(number).second) by_key[one.key].push_back(number);
        EXPECT_EQ(one.headers.size(), 6U);
    }
    EXPECT_EQ(all.size(), static_cast<std::size_t>(count));
    for (const auto& [key, numbers] : by_key) {
        EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end())) << key;
    }
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds time = 20s) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

TEST(KafkaTrouble, ABrokerThatRestartsLosesNothing) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    KafkaSink sink(options_for({topic}), metrics);
    PortHarness shard(sink);
    for (int i = 0; i < 10; ++i) shard.offer(0, numbered(i * 100, 100));
    TestBroker::instance().kill();
    EXPECT_TRUE(eventually([&] { return !sink.not_ready().empty(); }));
    for (int i = 10; i < 20; ++i) shard.offer(0, numbered(i * 100, 100));
    TestBroker::instance().start();
    ASSERT_TRUE(shard.wait_for(2000, 60s));
    EXPECT_EQ(shard.count(Errc::ok), 2000U);
    EXPECT_EQ(sink.not_ready(), "");
    expect_all_in_order(topic, 2000);
}

TEST(KafkaTrouble, ABrokerAwayForLongerThanTheTimeoutLosesNothing) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.message_timeout = 1000ms;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 100));
    ASSERT_TRUE(shard.wait_for(100, 20s));
    TestBroker::instance().kill();
    for (int i = 1; i < 40; ++i) {
        shard.offer(0, numbered(i * 100, 100));
        std::this_thread::sleep_for(100ms);
    }
    EXPECT_NE(sink.not_ready(), "");
    EXPECT_EQ(shard.fates().size(), 100U);
    TestBroker::instance().start();
    ASSERT_TRUE(shard.wait_for(4000, 60s));
    EXPECT_EQ(shard.count(Errc::ok), 4000U);
    EXPECT_EQ(shard.fates().size(), 4000U);  // each told once
    EXPECT_GT(metrics.total("hark_kafka_offered_again_total"), 0U);
    EXPECT_GT(metrics.total("hark_kafka_renewals_total"), 0U);
    EXPECT_TRUE(eventually([&] { return sink.not_ready().empty(); }));
    expect_all_in_order(topic, 4000);
}

/// Nothing is left to be delivered by the new producer, so no delivery can tell that all is well.
TEST(KafkaTrouble, IsReadyAgainWhenAllWasAcknowledgedWhileTheProducerWasRenewed) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.message_timeout = 1000ms;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 100));
    ASSERT_TRUE(shard.wait_for(100, 20s));
    TestBroker::instance().stall();
    shard.offer(0, numbered(100, 100));
    const auto renewals = [&] { return metrics.total("hark_kafka_renewals_total"); };
    EXPECT_TRUE(eventually([&] { return renewals() > 0; }));
    TestBroker::instance().wake();
    ASSERT_TRUE(shard.wait_for(200, 20s));
    EXPECT_EQ(metrics.total("hark_kafka_offered_again_total"), 0U);
    EXPECT_TRUE(eventually([&] { return sink.not_ready().empty(); }));
    EXPECT_EQ(renewals(), 1U);
    expect_all_in_order(topic, 200);
}

/// A broker that says "duplicate sequence" of what it may never have taken: see
/// KafkaPort::is_placed(). librdkafka's own mock of a broker says so once, of 1,500 messages.
TEST(KafkaTrouble, WhatABrokerCallsADuplicateIsOfferedAgain) {
    telemetry::Metrics metrics;
    auto options = options_for({"test.mock"});
    const KafkaHandle owner(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0));
    auto* const broker = rd_kafka_mock_cluster_new(owner.get(), 1);
    options.brokers = rd_kafka_mock_cluster_bootstraps(broker);
    options.create_topics = false;
    options.linger = 200ms;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors(broker, kProduce, 1,
                                      RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    std::vector<std::pair<std::string, std::string>> all(1500, {"one thread", "text"});
    shard.offer(0, all);
    ASSERT_TRUE(shard.wait_for(1500, 30s));
    EXPECT_EQ(shard.count(Errc::ok), 1500U);
    EXPECT_EQ(metrics.total("hark_kafka_offered_again_total"), 1500U);
    shard.close();
    rd_kafka_mock_cluster_destroy(broker);
}

TEST(KafkaTrouble, StartsWithoutABrokerAndMakesTheTopicsWhenItIsThere) {
    const auto topic = fresh_topic();
    auto options = options_for({topic});
    options.start_timeout = 300ms;
    TestBroker::instance().kill();
    telemetry::Metrics metrics;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    PortHarness other(sink);
    EXPECT_THAT(sink.not_ready(), HasSubstr("kafka: "));
    shard.offer(0, numbered(0, 50));
    EXPECT_FALSE(shard.wait_for(1, 500ms));
    TestBroker::instance().start();
    ASSERT_TRUE(shard.wait_for(50, 60s));
    EXPECT_EQ(partitions_of(topic), 3);
    EXPECT_TRUE(eventually([&] { return sink.not_ready().empty(); }));
    expect_all_in_order(topic, 50);
}

TEST(KafkaTrouble, AForbiddenTopicIsWaitedFor) {
    const auto good = fresh_topic();
    const auto bad = fresh_topic();
    telemetry::Metrics metrics;
    KafkaSink sink(options_for({good, bad}), metrics);
    PortHarness shard(sink);
    forbid_writing(bad);
    shard.offer(1, numbered(0, 100));
    ASSERT_TRUE(eventually([&] { return !sink.not_ready().empty(); }));
    EXPECT_THAT(sink.not_ready(), HasSubstr("kafka: " + bad + ": "));
    shard.offer(0, numbered(0, 100));
    EXPECT_TRUE(shard.wait_for(100, 20s));  // the other topic goes on
    EXPECT_EQ(read_topic(bad).size(), 0U);
    allow_writing(bad);
    ASSERT_TRUE(shard.wait_for(200, 60s));
    EXPECT_EQ(shard.count(Errc::ok), 200U);
    EXPECT_TRUE(eventually([&] { return sink.not_ready().empty(); }));
    expect_all_in_order(good, 100);
    expect_all_in_order(bad, 100);
}

/// The library gives a producer up for good; the port does not.
TEST(KafkaTrouble, AFatalErrorBringsANewProducer) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.linger = 100ms;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 1000));
    shard.on_shard([&] {
        auto& port = dynamic_cast<KafkaPort&>(shard.port());
        rd_kafka_test_fatal_error(port.producer(), RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER,
                                  "forced by a test");
    });
    shard.offer(0, numbered(1000, 1000));
    ASSERT_TRUE(shard.wait_for(2000, 30s));
    EXPECT_EQ(shard.count(Errc::ok), 2000U);
    EXPECT_EQ(metrics.total("hark_kafka_renewals_total"), 1U);
    EXPECT_EQ(sink.not_ready(), "");
    expect_all_in_order(topic, 2000);
}

TEST(KafkaTrouble, EndsSoonThoughTheBrokerIsAway) {
    auto options = options_for({"test.never"});
    options.brokers = "127.0.0.1:1";
    options.start_timeout = 100ms;
    telemetry::Metrics metrics;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, numbered(0, 100));
    EXPECT_NE(sink.not_ready(), "");
    const auto begin = std::chrono::steady_clock::now();
    shard.close();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
}  // namespace hark::publish
