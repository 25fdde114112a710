#pragma once

#include <memory>
#include <string>

#include "publish/sink.hpp"

namespace hark::publish {

class GroupCommit;

/// The records of one topic on a file descriptor (standard output), a line each; the other topics'
/// messages are acknowledged unseen. A line is acknowledged when write(2) took it whole. A reader
/// that pauses is waited for. One that went away (EPIPE) does not come back: not_ready() says so
/// and nothing more is acknowledged, until the program ends.
class StdoutSink final : public Sink {
public:
    /// `topics`: how many there are; `shown`: which one is written. The descriptor stays the
    /// caller's and must outlive the sink.
    StdoutSink(std::size_t topics, TopicIndex shown, telemetry::Metrics& metrics,
               int descriptor = 1);
    ~StdoutSink() override;
    StdoutSink(const StdoutSink&) = delete;
    StdoutSink& operator=(const StdoutSink&) = delete;

    [[nodiscard]] std::unique_ptr<SinkPort> open(runtime::Shard& shard,
                                                 DeliveryListener& listener) override;
    [[nodiscard]] std::string not_ready() const override;
    [[nodiscard]] bool ended() const override;

private:
    std::unique_ptr<GroupCommit> commit_;
};

}  // namespace hark::publish
