#include "pipeline/shard_pipeline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <deque>
#include <tuple>

#include "counting_allocator.hpp"
#include "pipeline/acme_rules.hpp"

namespace hark::pipeline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

struct Sent {
    publish::TopicIndex topic;
    std::string key;
    std::string value;
    std::uint64_t token;
};

/// A sink that keeps what it is offered and acknowledges when the test says so.
struct FakePort final : publish::SinkPort {
    explicit FakePort(std::deque<Sent>& into) : sent(into) {}
    void offer(const publish::Message& message, std::uint64_t token) override {
        sent.push_back(
            {message.topic, std::string(message.key), std::string(message.value), token});
    }
    std::deque<Sent>& sent;
};

/// A sink that copies nothing and acknowledges at the test's word: for counting allocations.
struct CountingPort final : publish::SinkPort {
    void offer(const publish::Message& message, std::uint64_t token) override {
        bytes += message.value.size();
        tokens[count++ % tokens.size()] = token;
    }
    std::array<std::uint64_t, 64> tokens{};
    std::size_t count = 0;
    std::size_t bytes = 0;
};

struct Told final : Acknowledger {
    void acknowledged(std::uint64_t token) noexcept override { tokens.push_back(token); }
    std::vector<std::uint64_t> tokens;
};

struct PipelineTest : testing::Test {
    explicit PipelineTest(bool keep_all = true, bool restricted = false)
        : topics(
              {.prefix = "hark", .restricted = restricted, .labels = acme_rules()->book().labels}),
          platform(make()),
          pipeline(options(keep_all), topics, seen, acme_rules(), {platform.get()}, metrics) {
        pipeline.connect(std::make_unique<FakePort>(sent));
    }

    static PipelineOptions options(bool keep_all) {
        PipelineOptions made;
        made.sources.push_back({"src", keep_all});
        made.in_flight_bytes = 64 * 1024;
        return made;
    }
    static std::unique_ptr<platforms::Platform> make() {
        static SettingNode none;
        none.type = SettingNode::Type::map;
        SettingsReport report;
        Settings settings(none, report);
        return platforms::make_platform("mention", settings);
    }

    ingest::Handled handle(std::string text, std::uint64_t token = 1) {
        const auto size = text.size();
        text.resize(size + limits::kFramePadding);
        Frame frame;
        frame.bytes = std::string_view(text).substr(0, size);
        frame.received_at = now();
        frame.acknowledger = &told;
        frame.token = token;
        return pipeline.handle(0, frame);
    }
    void acknowledge_all() {
        while (!sent.empty()) {
            const auto token = sent.front().token;
            sent.pop_front();
            pipeline.delivered(token, Errc::ok, {});
        }
    }
    [[nodiscard]] std::vector<std::string> sent_to() const {
        std::vector<std::string> names;
        for (const auto& one : sent) names.push_back(topics.names()[one.topic]);
        return names;
    }

    telemetry::Metrics metrics;
    SeenWindow seen{"", 4096};
    Topics topics;
    std::unique_ptr<platforms::Platform> platform;
    std::deque<Sent> sent;
    Told told;
    ShardPipeline pipeline;
};

TEST_F(PipelineTest, AcknowledgedOnlyAfterEveryTopicHasIt) {
    handle(R"({"id":"1","text":"my order never arrived, I want a refund, nobody answers"})", 7);
    ASSERT_THAT(sent_to(), ElementsAre("hark.mentions", "hark.complaint"));
    EXPECT_TRUE(told.tokens.empty());
    EXPECT_THAT(metrics.text(), HasSubstr("hark_handed_over_seconds_count 1"));
    EXPECT_THAT(metrics.text(), HasSubstr("hark_acknowledged_seconds_count 0"));
    pipeline.delivered(sent[0].token, Errc::ok, {});
    EXPECT_TRUE(told.tokens.empty());
    pipeline.delivered(sent[1].token, Errc::ok, {});
    EXPECT_THAT(told.tokens, ElementsAre(7));
    EXPECT_EQ(metrics.total("hark_records_total"), 1U);
    EXPECT_EQ(pipeline.in_flight(), 0U);
}

TEST_F(PipelineTest, ARepeatIsRecognisedOnlyAfterTheAcknowledgement) {
    const auto* const body = R"({"id":"1","text":"hello there"})";
    handle(body, 1);
    handle(body, 2);
    EXPECT_EQ(sent.size(), 2U) << "the first might still be lost: the second must go too";
    acknowledge_all();
    handle(body, 3);
    EXPECT_TRUE(sent.empty());
    EXPECT_THAT(told.tokens, ElementsAre(1, 2, 3));
    EXPECT_EQ(metrics.total("hark_duplicates_total"), 1U);
}

TEST_F(PipelineTest, AnEditIsNoRepeat) {
    handle(R"({"id":"1","text":"hello there"})");
    handle(R"({"id":"1","text":"hello again","action":"edited"})");
    acknowledge_all();
    handle(R"({"id":"1","text":"hello once more","action":"edited"})");
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(PipelineTest, APostThatItsEditOvertookIsNotPublished) {
    handle(R"({"id":"1","text":"second thoughts","action":"edited"})");
    acknowledge_all();
    handle(R"({"id":"1","text":"first thoughts"})", 2);
    EXPECT_TRUE(sent.empty());
    EXPECT_THAT(told.tokens, ElementsAre(1, 2)) << "its sender need not send it again";
    EXPECT_EQ(metrics.total("hark_overtaken_total"), 1U);
    handle(R"({"id":"1","text":"third thoughts","action":"edited"})");
    handle(R"({"id":"2","text":"first thoughts"})");
    EXPECT_EQ(sent.size(), 2U) << "a later edit and another post go on";
}

TEST_F(PipelineTest, AfterADeletionNothingOfThePostIsPublishedUntilItIsRestored) {
    handle(R"({"id":"1","action":"deleted"})");
    acknowledge_all();
    handle(R"({"id":"1","text":"hello"})");
    handle(R"({"id":"1","text":"hello again","action":"edited"})");
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(metrics.total("hark_overtaken_total"), 2U);
    handle(R"({"id":"1","text":"hello again","action":"edited","restored":true})");
    acknowledge_all();
    handle(R"({"id":"1","text":"hello you","action":"edited"})");
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(PipelineTest, AReactionMayBeTakenBackAndGivenAgain) {
    handle(R"({"id":"1","kind":"reaction","action":"deleted","event_id":"a"})");
    acknowledge_all();
    handle(R"({"id":"1","kind":"reaction","text":"+1","event_id":"b"})");
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(PipelineTest, BadInputBecomesOneDeadLetterHoweverOftenItComes) {
    EXPECT_EQ(handle("{\"a\" 1}", 1).error, Errc::malformed_json);
    ASSERT_THAT(sent_to(), ElementsAre("hark.deadletter"));
    rapidjson::Document letter;
    letter.Parse(sent[0].value.c_str());
    ASSERT_TRUE(letter.IsObject());
    EXPECT_STREQ(letter["source"].GetString(), "src");
    EXPECT_TRUE(told.tokens.empty());
    acknowledge_all();
    EXPECT_EQ(handle("{\"a\" 1}", 2).error, Errc::malformed_json);
    EXPECT_TRUE(sent.empty());
    EXPECT_THAT(told.tokens, ElementsAre(1, 2));
    EXPECT_EQ(
        metrics.total("hark_dead_letters_total", {{"source", "src"}, {"reason", "malformed_json"}}),
        1U);
}

TEST_F(PipelineTest, ATextBeyondTheLimitIsADeadLetter) {
    handle(R"({"id":"1","text":")" + std::string(limits::kTextBytes + 1, 'x') + R"("})");
    EXPECT_THAT(sent_to(), ElementsAre("hark.deadletter"));
}

TEST_F(PipelineTest, ARefusalBySinkIsADeadLetterToo) {
    handle(R"({"id":"1","text":"hello there"})", 5);
    const auto token = sent.front().token;
    sent.pop_front();
    pipeline.delivered(token, Errc::sink_refused, "the record");
    ASSERT_THAT(sent_to(), ElementsAre("hark.deadletter"));
    EXPECT_TRUE(told.tokens.empty());
    acknowledge_all();
    EXPECT_THAT(told.tokens, ElementsAre(5));
    EXPECT_EQ(metrics.total("hark_sink_refused_total"), 1U);
}

TEST_F(PipelineTest, AGapIsARecordThatIsAcknowledgedAsAny) {
    const Gap gap{Timestamp(std::chrono::seconds(1)), Timestamp(std::chrono::seconds(61)),
                  "cursor_too_old"};
    Frame frame;
    frame.acknowledger = &told;
    frame.token = 9;
    frame.gap = &gap;
    EXPECT_EQ(pipeline.handle(0, frame).error, Errc::ok);
    ASSERT_THAT(sent_to(), ElementsAre("hark.gaps"));
    EXPECT_EQ(sent[0].key, "src");
    EXPECT_TRUE(told.tokens.empty());
    acknowledge_all();
    EXPECT_THAT(told.tokens, ElementsAre(9));
    EXPECT_EQ(metrics.total("hark_source_gap_total", {{"source", "src"}}), 1U);
    EXPECT_EQ(metrics.total("hark_records_total"), 0U);
}

/// A frame of three mentions: the newest that was created is neither the first nor the last.
struct Batch final : platforms::Platform {
    Errc decode(const Frame&, Arena&, Mentions& out) override {
        for (const auto& [id, seconds, action] :
             {std::tuple{"1", 5s, Action::created}, std::tuple{"2", 7s, Action::created},
              std::tuple{"3", 6s, Action::created}, std::tuple{"4", 9s, Action::edited}}) {
            auto& mention = out.list.emplace_back();
            mention.id = id;
            mention.action = action;
            mention.created_at = Timestamp(seconds);
        }
        return Errc::ok;
    }
};

TEST_F(PipelineTest, TheSourceIsToldHowOldTheNewestEventIs) {
    EXPECT_EQ(handle(R"({"id":"0","text":"d"})").event_time, Timestamp{});
    Batch batch;
    ShardPipeline other(options(true), topics, seen, acme_rules(), {&batch}, metrics);
    other.connect(std::make_unique<FakePort>(sent));
    Frame frame;
    frame.received_at = now();
    const auto handled = other.handle(0, frame);
    EXPECT_EQ(handled.mentions, 4U);
    EXPECT_EQ(handled.event_time, Timestamp(7s));
}

TEST_F(PipelineTest, CreditFlowsBackwards) {
    bool woken = false;
    for (int i = 0; pipeline.has_room(); ++i) {
        ASSERT_LT(i, 10'000);
        handle(R"({"id":")" + std::to_string(i) + R"(","text":"hello there"})");
    }
    pipeline.when_room([&] { woken = true; });
    EXPECT_FALSE(woken);
    acknowledge_all();
    EXPECT_TRUE(woken);
    EXPECT_TRUE(pipeline.has_room());
}

TEST_F(PipelineTest, EvidenceStandsWhereItSays) {
    handle(R"({"id":"1","lang":"ru","text":"😀 Верните деньги! Звоните +7 912 345-67-89"})");
    rapidjson::Document record;
    record.Parse(sent.front().value.c_str());
    ASSERT_TRUE(record.HasMember("evidence")) << sent.front().value;
    const std::string text = record["text"].GetString();
    EXPECT_NE(text.find("[PHONE]"), std::string::npos) << text;
    // Spans count code points of the text as published.
    std::u32string points;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        points.push_back(static_cast<char32_t>(i));
        i += length;
    }
    points.push_back(static_cast<char32_t>(text.size()));
    double sum = 0;
    bool placed = false;
    for (const auto& evidence : record["evidence"].GetArray()) {
        sum += evidence["weight"].GetDouble();
        if (!evidence.HasMember("span")) continue;
        const auto begin = evidence["span"][0].GetUint();
        const auto end = evidence["span"][1].GetUint();
        ASSERT_LT(begin, end);
        ASSERT_LT(end, points.size());
        const auto words = text.substr(points[begin], points[end] - points[begin]);
        EXPECT_NE(words.front(), ' ');
        placed = placed || words.find("Верните") != std::string::npos || words == "[PHONE]";
    }
    EXPECT_TRUE(placed) << sent.front().value;
    EXPECT_GT(sum, 0);
}

struct KeepBrandTest : PipelineTest {
    KeepBrandTest() : PipelineTest(false) {}
};

TEST_F(KeepBrandTest, OnlyWhatNamesABrandGoesOn) {
    handle(R"({"id":"1","text":"nothing to see"})", 1);
    EXPECT_TRUE(sent.empty());
    EXPECT_THAT(told.tokens, ElementsAre(1)) << "what is not kept is acknowledged at once";
    handle(R"({"id":"2","text":"I like Acme"})", 2);
    EXPECT_FALSE(sent.empty());
    EXPECT_EQ(metrics.total("hark_not_about_brand_total"), 1U);
    EXPECT_EQ(metrics.total("hark_dead_letters_total"), 0U);
}

TEST_F(KeepBrandTest, TheDeletionOfAKeptPostGoesOnAndOthersDoNot) {
    handle(R"({"id":"2","text":"I like Acme"})");
    acknowledge_all();
    handle(R"({"id":"2","action":"deleted"})");
    EXPECT_THAT(sent_to(), ElementsAre("hark.mentions"));
    acknowledge_all();
    handle(R"({"id":"3","action":"deleted"})");
    EXPECT_TRUE(sent.empty());
}

TEST_F(KeepBrandTest, ADeletionThatComesFirstIsKeptInMind) {
    handle(R"({"id":"5","action":"deleted"})");
    EXPECT_TRUE(sent.empty()) << "nobody has heard of the post";
    handle(R"({"id":"5","text":"I like Acme"})");
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(metrics.total("hark_overtaken_total"), 1U);
}

TEST_F(KeepBrandTest, TheBrandsOwnAccountIsMarked) {
    handle(R"({"id":"4","platform":"mention","author":{"id":"42"},)"
           R"("text":"you idiots, this is the worst service ever"})");
    ASSERT_THAT(sent_to(), ElementsAre("hark.mentions"));
    EXPECT_NE(sent.front().value.find("\"is_brand\":true"), std::string::npos);
}

struct RestrictedTest : PipelineTest {
    RestrictedTest() : PipelineTest(true, true) {}
};

TEST_F(RestrictedTest, OnlyTheRestrictedTopicHasTheNumber) {
    handle(R"({"id":"1","text":"Call me: +1 202 555 0143"})");
    bool restricted = false;
    for (const auto& one : sent) {
        const bool whole = one.value.find("0143") != std::string::npos;
        const bool is_restricted = topics.names()[one.topic] == "hark.restricted";
        EXPECT_EQ(whole, is_restricted) << topics.names()[one.topic];
        restricted = restricted || is_restricted;
    }
    EXPECT_TRUE(restricted);
    acknowledge_all();
    handle(R"({"id":"2","text":"nothing private"})");
    EXPECT_THAT(sent_to(), ElementsAre("hark.mentions"));
}

TEST_F(PipelineTest, WarmItAllocatesNothingFromFrameToRecord) {
    auto owned = std::make_unique<CountingPort>();
    auto& port = *owned;
    pipeline.connect(std::move(owned));
    std::vector<std::string> frames;
    for (int i = 0; i < 200; ++i) {
        const auto id = std::to_string(1000 + i);  // no later frame is longer: buffers have grown
        frames.push_back(R"({"id":"e)" + id +
                         R"(","lang":"en","thread":"t","text":"My order never)"
                         R"( arrived, I want a refund! Call +1 202 555 0143 \u263a )" +
                         id + "\"}");
        frames.push_back(
            R"({"id":"r)" + id +
            R"(","lang":"ru","text":"Верните деньги, ничего не работает! Спасибо за ничего )" + id +
            "\"}");
        frames.push_back(
            R"({"id":"p)" + id +
            R"(","lang":"pl","text":"Dziękuję, świetna obsługa! Kiedy dotrze paczka? )" + id +
            "\"}");
    }
    const auto walk = [&](std::string& bytes) {
        Frame frame;
        frame.bytes = std::string_view(bytes).substr(0, bytes.size() - limits::kFramePadding);
        frame.received_at = now();
        port.count = 0;
        (void)pipeline.handle(0, frame);
        for (std::size_t i = 0; i < port.count; ++i)
            pipeline.delivered(port.tokens[i], Errc::ok, {});
    };
    for (auto& frame : frames) frame.resize(frame.size() + limits::kFramePadding);
    const std::size_t warm = frames.size() / 2;
    for (std::size_t i = 0; i < warm; ++i) walk(frames[i]);
    const auto before = hark::counted_allocations();
    for (std::size_t i = warm; i < frames.size(); ++i) walk(frames[i]);
    EXPECT_EQ(hark::counted_allocations() - before, 0U);
    EXPECT_GT(port.bytes, frames.size() * 100);
}

}  // namespace
}  // namespace hark::pipeline
