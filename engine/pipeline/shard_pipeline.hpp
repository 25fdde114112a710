#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/arena.hpp"
#include "core/limits.hpp"
#include "ingest/frame_handler.hpp"
#include "pipeline/delivery.hpp"
#include "pipeline/seen_window.hpp"
#include "pipeline/topics.hpp"
#include "pipeline/walk.hpp"
#include "platforms/platform.hpp"
#include "publish/record.hpp"
#include "publish/sink.hpp"
#include "runtime/byte_budget.hpp"
#include "telemetry/metrics.hpp"

namespace hark::pipeline {

/// What the pipeline must know of one source.
struct SourceOptions {
    std::string name;
    bool keep_all = true;  ///< false: only mentions that name a brand go on
    /// Another source of its platform keeps only those: what that one hears of deletions goes on
    /// when this one handed the post on.
    bool is_followed = false;
};

struct PipelineOptions {
    std::vector<SourceOptions> sources;
    std::size_t in_flight_bytes = limits::kInFlightBytesPerShard;
    std::size_t record_bytes = limits::kRecordBytes;
    publish::MaskOptions mask;
    bool recognise_repeats = true;  ///< false: what comes twice is published twice
};

/// The whole walk on one shard: frame -> mentions -> verdicts -> records -> sink, and the way back,
/// from the sink's acknowledgement to the source's. Everything here runs on that shard.
class ShardPipeline final : public ingest::FrameHandler, public publish::DeliveryListener {
public:
    /// `platforms` has one entry a source. All references outlive the pipeline.
    ShardPipeline(const PipelineOptions& options, const Topics& topics, SeenWindow& seen,
                  std::shared_ptr<const match::RuleSet> rules,
                  std::vector<platforms::Platform*> platforms, telemetry::Metrics& metrics);

    void connect(std::unique_ptr<publish::SinkPort> port) { port_ = std::move(port); }
    void disconnect() { port_.reset(); }

    /// A new rule set, between two frames.
    void use(std::shared_ptr<const match::RuleSet> rules);

    [[nodiscard]] bool has_room() const noexcept override { return budget_.has_room(); }
    void when_room(std::function<void()> wake) override { budget_.when_room(std::move(wake)); }
    using ingest::FrameHandler::handle;
    void handle(ingest::SourceIndex source, std::span<const Frame> frames,
                std::span<ingest::Handled> handled) noexcept override;
    void delivered(std::uint64_t token, Errc outcome, std::string_view refused) noexcept override;

    /// When the source last gave a frame on this shard, in seconds since 1970; 0: never. Any
    /// thread.
    [[nodiscard]] double last_event(ingest::SourceIndex source) const noexcept {
        return sources_[source].last_event->value();
    }
    [[nodiscard]] std::size_t in_flight() const noexcept { return tracker_.in_flight(); }

private:
    struct SourceState {
        SourceOptions options;
        std::string event_source;  ///< CloudEvents `source`
        platforms::Platform* platform;
        telemetry::Counter* mentions;
        telemetry::Counter* ignored;
        telemetry::Counter* not_about_brand;
        telemetry::Counter* duplicates;
        telemetry::Counter* overtaken;
        std::unique_ptr<telemetry::Gauge> last_event;  ///< seconds since 1970; read by any thread
        telemetry::Counter* gaps = nullptr;            ///< made when first needed, as are these
        std::array<telemetry::Counter*, 32> dead_letters{};  ///< by Errc, made when first needed
    };

    /// A label of the present rule set.
    struct LabelState {
        telemetry::Counter* given;
        std::optional<publish::TopicIndex> topic;
    };

    /// A mention that was judged and goes on.
    struct Judged {
        const Mention* mention = nullptr;
        DeliveryTracker::Slot frame = 0;
        Timestamp received_at{};
        Fingerprint delivery;
        Verdict verdict;
    };

    void decode(SourceState& source, std::span<const Frame> frames,
                std::span<ingest::Handled> handled);
    void judge(ingest::SourceIndex source, DeliveryTracker::Slot frame, Mentions& mentions,
               Mention& mention, Timestamp received_at);
    void publish_judged(ingest::SourceIndex source);
    void publish(ingest::SourceIndex source, const Judged& judged);
    void dead_letter(ingest::SourceIndex source, DeliveryTracker::Slot frame, Errc reason,
                     std::string_view bytes, Timestamp received_at, std::size_t whole_bytes = 0);
    void gap(ingest::SourceIndex source, DeliveryTracker::Slot frame, const Frame& told);
    DeliveryTracker::Slot publish_other(ingest::SourceIndex source, DeliveryTracker::Slot frame,
                                        const publish::OtherRecord& record,
                                        publish::TopicIndex topic, std::string_view type,
                                        Timestamp time);
    void address(publish::Message& message) const;
    void offer(DeliveryTracker::Slot parcel, publish::Message& message, publish::TopicIndex topic);
    void refused_by_sink(DeliveryTracker::Slot slot, Errc reason, std::string_view value);
    void settle(DeliveryTracker::Slot frame) noexcept;
    [[nodiscard]] bool is_overtaken(const Mention& mention, Fingerprint thing) const;
    [[nodiscard]] bool wanted(SourceState& source, Mention& mention);
    void remember_state(const SourceOptions& source, const Mention& mention, Fingerprint tombstone);

    const Topics& topics_;
    SeenWindow& seen_;
    runtime::ByteBudget budget_;
    std::size_t record_bytes_;
    bool recognise_repeats_;
    telemetry::Metrics& metrics_;
    std::vector<SourceState> sources_;
    std::vector<LabelState> labels_;  ///< by LabelId
    std::map<std::string, telemetry::Counter*, std::less<>> label_counters_;
    telemetry::Counter& records_;
    telemetry::Counter& refused_by_sink_;
    telemetry::Histogram& handed_over_seconds_;
    telemetry::Histogram& acknowledged_seconds_;
    telemetry::Gauge& in_flight_bytes_;
    Walk walk_;
    publish::RecordWriter writer_;
    bool told_of_ids_ = false;
    DeliveryTracker tracker_;
    Arena arena_;
    // A batch on its way: of each frame its slot and its mentions; of all the mentions that were
    // judged and not published yet. Reused.
    std::array<DeliveryTracker::Slot, limits::kFramesAtOnce> slots_{};
    std::array<Mentions, limits::kFramesAtOnce> mentions_;
    std::array<Judged, limits::kFramesAtOnce> judged_;
    std::size_t judged_count_ = 0;
    std::unique_ptr<publish::SinkPort> port_;
};

}  // namespace hark::pipeline
