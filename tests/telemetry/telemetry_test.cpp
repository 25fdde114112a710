#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace hark::telemetry {
namespace {

TEST(Metrics, CellsOfOneNameAreSummed) {
    Metrics metrics;
    auto& first = metrics.counter("hark_x_total", "x", {{"source", "a"}});
    auto& second = metrics.counter("hark_x_total", "x", {{"source", "a"}});
    metrics.counter("hark_x_total", "x", {{"source", "b"}}).add(5);
    first.add(2);
    second.add(3);
    EXPECT_EQ(metrics.total("hark_x_total"), 10U);
    EXPECT_EQ(metrics.total("hark_x_total", {{"source", "a"}}), 5U);
    EXPECT_EQ(metrics.total("hark_unknown_total"), 0U);
    const auto text = metrics.text();
    EXPECT_NE(text.find("# TYPE hark_x_total counter"), std::string::npos) << text;
    EXPECT_NE(text.find("hark_x_total{source=\"a\"} 5"), std::string::npos) << text;
}

TEST(Metrics, HistogramIsCumulativeInTheText) {
    Metrics metrics;
    auto& histogram = metrics.histogram("hark_y_seconds", "y");
    histogram.observe(0.00001);
    histogram.observe(0.003);
    histogram.observe(1000);
    const auto text = metrics.text();
    EXPECT_NE(text.find("hark_y_seconds_bucket{le=\"0.005\"} 2"), std::string::npos) << text;
    EXPECT_NE(text.find("hark_y_seconds_bucket{le=\"+Inf\"} 3"), std::string::npos) << text;
    EXPECT_NE(text.find("hark_y_seconds_count 3"), std::string::npos) << text;
}

TEST(Metrics, QuantileLiesInItsBucket) {
    Metrics metrics;
    auto& histogram = metrics.histogram("hark_z_seconds", "z");
    for (int i = 0; i < 99; ++i) histogram.observe(0.0003);
    histogram.observe(3);
    EXPECT_GT(metrics.quantile("hark_z_seconds", 0.5), 0.0002);
    EXPECT_LE(metrics.quantile("hark_z_seconds", 0.5), 0.0005);
    EXPECT_GT(metrics.quantile("hark_z_seconds", 0.999), 2);
    EXPECT_EQ(metrics.quantile("hark_absent", 0.5), 0);
}

TEST(Metrics, ReadWhileWritten) {
    Metrics metrics;
    auto& counter = metrics.counter("hark_w_total", "w");
    std::thread writer([&] {
        for (int i = 0; i < 100'000; ++i) counter.add();
    });
    for (int i = 0; i < 20; ++i) (void)metrics.text();
    writer.join();
    EXPECT_EQ(metrics.total("hark_w_total"), 100'000U);
}

TEST(Log, LogfmtQuotesWhatNeedsIt) {
    configure_log(Level::info, LogFormat::logfmt);
    testing::internal::CaptureStderr();
    log(Level::info, "logfmt_test", {{"plain", "a"}, {"quoted", "b c\n\"d\""}, {"empty", ""}});
    const auto line = testing::internal::GetCapturedStderr();
    EXPECT_NE(
        line.find(
            "level=info event=logfmt_test plain=a quoted=\"b c\\u000a\\\"d\\\"\" empty=\"\"\n"),
        std::string::npos)
        << line;
}

TEST(Log, JsonIsOneObjectALine) {
    configure_log(Level::info, LogFormat::json);
    testing::internal::CaptureStderr();
    log(Level::warn, "json_test", {{"source", "a\\b"}});
    const auto line = testing::internal::GetCapturedStderr();
    EXPECT_TRUE(line.starts_with("{\"time\":\"")) << line;
    EXPECT_TRUE(
        line.ends_with("\"level\":\"warn\",\"event\":\"json_test\",\"source\":\"a\\\\b\"}\n"))
        << line;
    configure_log(Level::info, LogFormat::logfmt);
}

TEST(Log, TenOfAKindThenSilence) {
    configure_log(Level::info, LogFormat::logfmt);
    testing::internal::CaptureStderr();
    for (int i = 0; i < 50; ++i) log(Level::error, "flood_test");
    log(Level::error, "other_test");
    log(Level::debug, "below_level_test");
    const auto text = testing::internal::GetCapturedStderr();
    std::size_t floods = 0;
    for (auto at = text.find("flood_test"); at != std::string::npos;
         at = text.find("flood_test", at + 1))
        ++floods;
    EXPECT_EQ(floods, 10U);
    EXPECT_NE(text.find("other_test"), std::string::npos);
    EXPECT_EQ(text.find("below_level_test"), std::string::npos);
}

}  // namespace
}  // namespace hark::telemetry
