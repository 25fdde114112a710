#include "publish/kafka/kafka_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "publish/kafka/broker.hpp"
#include "publish/kafka/topic_reader.hpp"
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

/// What the constructor's exception says; empty when there is none.
std::string refusal(const KafkaOptions& options) {
    telemetry::Metrics metrics;
    try {
        const KafkaSink sink(options, metrics);
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return {};
}

std::string refusal(const std::string& property, const std::string& value) {
    auto options = options_for({"test.never"});
    options.properties = {{property, value}};
    return refusal(options);
}

TEST(KafkaSink, DeliversKeyValueAndHeaders) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    KafkaSink sink(options_for({topic}), metrics);
    EXPECT_EQ(sink.not_ready(), "");
    PortHarness shard(sink);
    shard.offer(0, {{"vk:1", "{\"n\":1}"}});
    ASSERT_TRUE(shard.wait_for(1, 20s));
    EXPECT_EQ(shard.fates()[0], std::pair(std::uint64_t{0}, Errc::ok));
    EXPECT_FALSE(shard.told_within_offer());
    const auto found = read_topic(topic);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].key, "vk:1");
    EXPECT_EQ(found[0].value, "{\"n\":1}");
    const std::map<std::string, std::string> headers = {{"ce_specversion", "1.0"},
                                                        {"ce_id", "vk:1"},
                                                        {"ce_source", "/hark/test"},
                                                        {"ce_type", "hark.mention.created"},
                                                        {"ce_time", "2026-11-22T10:00:01.250Z"},
                                                        {"content-type", "application/json"}};
    EXPECT_EQ(found[0].headers, headers);
}

/// The hashes are those of org.apache.kafka.common.utils.Utils.murmur2, from the Java client's own
/// UtilsTest; the partition is its DefaultPartitioner's arithmetic.
TEST(KafkaSink, PutsKeysWhereJavaDoes) {
    const std::map<std::string, std::int32_t> hashes = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107}};
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.partitions = 7;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    for (const auto& [key, hash] : hashes) shard.offer(0, {{key, "{}"}});
    ASSERT_TRUE(shard.wait_for(hashes.size(), 20s));
    const auto found = read_topic(topic);
    ASSERT_EQ(found.size(), hashes.size());
    for (const auto& one : found) {
        EXPECT_EQ(one.partition, (hashes.at(one.key) & 0x7fffffff) % 7) << one.key;
    }
}

TEST(KafkaSink, MakesTheTopicsThatAreMissing) {
    const auto there = fresh_topic();
    const auto missing = fresh_topic();
    create_topic(there, 2);
    EXPECT_EQ(refusal(options_for({there, missing})), "");
    EXPECT_EQ(partitions_of(there), 2);
    EXPECT_EQ(partitions_of(missing), 3);
}

TEST(KafkaSink, SaysWhichTopicIsMissingWhenItMustNotMakeIt) {
    auto options = options_for({fresh_topic()});
    options.create_topics = false;
    EXPECT_THAT(refusal(options), HasSubstr("topic " + options.topics[0] + " does not exist"));
}

TEST(KafkaSink, SaysWhyATopicCannotBeMade) {
    auto options = options_for({fresh_topic()});
    options.replication = 3;
    EXPECT_THAT(refusal(options),
                testing::AllOf(HasSubstr("cannot create topic " + options.topics[0]),
                               HasSubstr("replication 3"), HasSubstr("replication factor")));
}

TEST(KafkaSink, RefusesPropertiesThatBreakThePromise) {
    for (const std::string name :
         {"acks", "request.required.acks", "enable.idempotence", "queue.buffering.max.messages",
          "delivery.report.only.error", "partitioner", "transactional.id", "message.timeout.ms",
          "bootstrap.servers", "test.mock.num.brokers"}) {
        EXPECT_THAT(refusal(name, "1"), HasSubstr("property `" + name + "` cannot be set"));
    }
}

TEST(KafkaSink, NamesAPropertyThatDoesNotExist) {
    EXPECT_EQ(refusal("sasl.pasword", "x"), "kafka: librdkafka knows no property `sasl.pasword`");
}

TEST(KafkaSink, NamesABadValueButNeverASecret) {
    EXPECT_THAT(refusal("socket.timeout.ms", "soon"), HasSubstr("socket.timeout.ms"));
    auto options = options_for({"test.never"});
    options.properties = {{"security.protocol", "ssl"}, {"ssl.key.pem", "hunter2"}};
    EXPECT_THAT(refusal(options),
                testing::AllOf(HasSubstr("ssl.key.pem"), testing::Not(HasSubstr("hunter2"))));
}

TEST(KafkaSink, RefusesWhatIsTooLargeForTheClient) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.properties = {{"message.max.bytes", "10000"}};
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    shard.offer(0, {{"a", "{}"}, {"b", std::string(20'000, 'x')}, {"c", "{}"}});
    ASSERT_TRUE(shard.wait_for(3, 20s));
    EXPECT_FALSE(shard.told_within_offer());
    for (const auto& [token, outcome] : shard.fates()) {
        EXPECT_EQ(outcome, token == 1 ? Errc::sink_refused : Errc::ok) << token;
    }
}

/// The broker refuses a whole batch for one message that is too large: the others must arrive.
TEST(KafkaSink, RefusesOnlyWhatIsTooLargeForTheTopic) {
    const auto topic = fresh_topic();
    create_topic(topic, 1, {{"max.message.bytes", "3000"}});
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.linger = 200ms;
    options.compression = "none";
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    std::vector<std::pair<std::string, std::string>> messages;
    for (int i = 0; i < 50; ++i) {
        messages.emplace_back("k" + std::to_string(i), std::string(i == 20 ? 5000 : 100, 'x'));
    }
    shard.offer(0, messages);
    ASSERT_TRUE(shard.wait_for(50, 30s));
    for (const auto& [token, outcome] : shard.fates()) {
        EXPECT_EQ(outcome, token == 20 ? Errc::sink_refused : Errc::ok) << token;
    }
    std::set<std::string> keys;
    for (const auto& one : read_topic(topic)) keys.insert(one.key);
    EXPECT_EQ(keys.size(), 49U);
}

TEST(KafkaSink, SendsWhatWasOfferedBeforeThePortGoes) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    auto options = options_for({topic});
    options.linger = 1000ms;
    KafkaSink sink(options, metrics);
    PortHarness shard(sink);
    std::vector<std::pair<std::string, std::string>> messages(500, {"k", "{}"});
    shard.offer(0, messages);
    shard.close();
    EXPECT_EQ(read_topic(topic).size(), 500U);
}

TEST(KafkaSink, ServesManyShards) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    KafkaSink sink(options_for({topic}), metrics);
    PortHarness one(sink);
    PortHarness other(sink);
    const std::vector<std::pair<std::string, std::string>> messages(5000, {"k", "{\"n\":1}"});
    one.offer(0, messages);
    other.offer(0, messages);
    ASSERT_TRUE(one.wait_for(5000, 30s));
    ASSERT_TRUE(other.wait_for(5000, 30s));
    EXPECT_EQ(read_topic(topic).size(), 10'000U);
}

TEST(TopicReader, ReadsAllThatATopicHeldAndNoMore) {
    const auto topic = fresh_topic();
    telemetry::Metrics metrics;
    KafkaSink sink(options_for({topic}), metrics);
    PortHarness shard(sink);
    shard.offer(0, {{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", "4"}, {"a", "5"}});
    ASSERT_TRUE(shard.wait_for(5, 20s));
    std::map<int, std::vector<std::int64_t>> offsets;
    std::string of_a;
    std::size_t read = 0;
    read_whole_topic(options_for({}), topic,
                     [&](std::string_view value, std::int32_t partition, std::int64_t offset) {
                         ++read;
                         offsets[partition].push_back(offset);
                         if (value == "1" || value == "3" || value == "5") of_a += value;
                         // What comes while it reads is not waited for.
                         if (read == 1)
                             shard.offer(0, {{"a", "late"}, {"b", "late"}, {"c", "late"}});
                     });
    EXPECT_EQ(read, 5U);
    EXPECT_EQ(of_a, "135");
    for (const auto& [partition, all] : offsets) {
        EXPECT_EQ(all.front(), 0) << partition;
        EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
    }
}

TEST(TopicReader, ATopicThatIsNotThereIsAnError) {
    try {
        read_whole_topic(options_for({}), "test.nowhere", [](auto, auto, auto) {});
        FAIL() << "no error";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("test.nowhere"));
    }
}

}  // namespace
}  // namespace hark::publish
