#include "pipeline/shard_pipeline.hpp"

#include <algorithm>
#include <chrono>

#include "telemetry/log.hpp"

namespace hark::pipeline {

namespace {

/// What a message costs beyond its bytes while it waits: the client library's own book-keeping.
constexpr std::size_t kMessageOverheadBytes = 512;

constexpr std::string_view kEventTypes[] = {"hark.mention.created", "hark.mention.edited",
                                            "hark.mention.deleted"};
constexpr std::string_view kDeadLetterType = "hark.deadletter";
constexpr std::string_view kGapType = "hark.gap";

/// When the newest event of a frame was had: by the platform's word, else by the newest post.
Timestamp event_time(const Mentions& mentions) {
    auto newest = mentions.event_time;
    if (newest != Timestamp{}) return newest;
    for (const auto& mention : mentions.list) {
        if (mention.action == Action::created) newest = std::max(newest, mention.created_at);
    }
    return newest;
}

}  // namespace

ShardPipeline::ShardPipeline(const PipelineOptions& options, const Topics& topics, SeenWindow& seen,
                             std::shared_ptr<const match::RuleSet> rules,
                             std::vector<platforms::Platform*> platforms,
                             telemetry::Metrics& metrics)
    : topics_(topics),
      seen_(seen),
      budget_(options.in_flight_bytes),
      record_bytes_(options.record_bytes),
      recognise_repeats_(options.recognise_repeats),
      metrics_(metrics),
      records_(metrics.counter("hark_records_total", "Records acknowledged by the sink")),
      refused_by_sink_(
          metrics.counter("hark_sink_refused_total", "Messages that the sink will never take")),
      handed_over_seconds_(
          metrics.histogram("hark_handed_over_seconds",
                            "From receipt of a frame until the sink has its records, "
                            "to write or to send")),
      acknowledged_seconds_(metrics.histogram(
          "hark_acknowledged_seconds", "From receipt of a frame to the sink's acknowledgement")),
      in_flight_bytes_(
          metrics.gauge("hark_in_flight_bytes", "Bytes published and not yet acknowledged")),
      walk_(rules),
      writer_(options.mask) {
    for (std::size_t i = 0; i < options.sources.size(); ++i) {
        const auto& source = options.sources[i];
        const telemetry::Labels label{{"source", source.name}};
        sources_.push_back(
            {source,
             "/hark/" + source.name,
             platforms[i],
             &metrics.counter("hark_mentions_total", "Mentions decoded", label),
             &metrics.counter("hark_ignored_total", "Events without a person's words", label),
             &metrics.counter("hark_not_about_brand_total", "Mentions that name no brand", label),
             &metrics.counter("hark_duplicates_total", "Redeliveries recognised", label),
             &metrics.counter("hark_overtaken_total",
                              "Mentions that came after their own edit or deletion", label),
             std::make_unique<telemetry::Gauge>(),
             nullptr,
             {}});
    }
    use(std::move(rules));
}

void ShardPipeline::use(std::shared_ptr<const match::RuleSet> rules) {
    walk_.use(std::move(rules));
    labels_.clear();
    for (const auto& label : walk_.rules().book().labels) {
        auto& counter = label_counters_[label];
        if (counter == nullptr) {
            counter = &metrics_.counter("hark_labels_total", "Labels given", {{"label", label}});
        }
        labels_.push_back({counter, topics_.of_label(label)});
    }
}

/// Stage by stage over the whole batch: one post's walk through all the code would find none of it
/// in the processor's cache.
void ShardPipeline::handle(ingest::SourceIndex index, std::span<const Frame> frames,
                           std::span<ingest::Handled> handled) noexcept {
    HARK_CHECK(frames.size() <= slots_.size() && handled.size() == frames.size());
    auto& source = sources_[index];
    if (frames.empty()) return;
    source.last_event->set(
        std::chrono::duration<double>(frames.back().received_at.time_since_epoch()).count());
    decode(source, frames, handled);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto& frame = frames[i];
        auto& mentions = mentions_[i];
        if (frame.gap != nullptr) gap(index, slots_[i], frame);
        if (handled[i].error != Errc::ok) {
            dead_letter(index, slots_[i], handled[i].error, frame.bytes, frame.received_at,
                        frame.whole_bytes);
            continue;
        }
        source.mentions->add(mentions.list.size());
        source.ignored->add(mentions.ignored);
        for (auto& mention : mentions.list) {
            judge(index, slots_[i], mentions, mention, frame.received_at);
        }
        for (const auto& refusal : mentions.refused) {
            dead_letter(index, slots_[i], refusal.reason, refusal.bytes, frame.received_at);
        }
    }
    publish_judged(index);
    const auto handed_over_at = now();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        handed_over_seconds_.observe(
            std::chrono::duration<double>(handed_over_at - frames[i].received_at).count());
        settle(slots_[i]);
    }
    in_flight_bytes_.set(static_cast<double>(budget_.used()));
}

void ShardPipeline::decode(SourceState& source, std::span<const Frame> frames,
                           std::span<ingest::Handled> handled) {
    arena_.reset();
    for (std::size_t i = 0; i < frames.size(); ++i) {
        const auto& frame = frames[i];
        auto& mentions = mentions_[i];
        slots_[i] = tracker_.open_frame(frame);
        mentions.clear();
        handled[i].error = frame.error != Errc::ok || frame.gap != nullptr
                               ? frame.error
                               : source.platform->decode(frame, arena_, mentions);
        const bool is_good = handled[i].error == Errc::ok;
        handled[i].mentions = is_good ? static_cast<std::uint32_t>(mentions.list.size()) : 0;
        handled[i].cursor = mentions.cursor;
        handled[i].event_time = event_time(mentions);
    }
}

/// Platforms that retry may bring a post after its edit, and either after the deletion: what came
/// last is not undone. A reaction may be taken back and given again.
bool ShardPipeline::is_overtaken(const Mention& mention, Fingerprint thing) const {
    if (mention.action == Action::deleted || mention.restored || mention.kind == Kind::reaction)
        return false;
    if (seen_.contains(of_action(thing, Action::deleted))) return true;
    return mention.action == Action::created && seen_.contains(of_action(thing, Action::edited));
}

/// With `keep: brand`, a deletion or an edit goes on when the post itself had been handed on, that
/// of an account when a post by it had: those have no words that could name a brand.
bool ShardPipeline::wanted(SourceState& source, Mention& mention) {
    mention.author.is_brand = walk_.is_brand_account(mention);
    const bool about_brand = walk_.names_brand(mention);
    if (source.options.keep_all || about_brand) return true;
    if (mention.action == Action::created) return false;
    return seen_.contains(mention.all_of_author ? of_author(seen_.seed(), mention)
                                                : of_handed_on(seen_.seed(), mention));
}

/// What later mentions of the same thing are judged by, whatever becomes of this one: a deletion
/// may come while its post is on the way to the sink, and a post while its deletion is.
void ShardPipeline::remember_state(const SourceOptions& source, const Mention& mention,
                                   Fingerprint tombstone) {
    if (tombstone != Fingerprint{}) seen_.remember(tombstone);
    if ((source.keep_all && !source.is_followed) || mention.action == Action::deleted) return;
    seen_.remember(of_handed_on(seen_.seed(), mention));
    if (!mention.author.id.empty()) seen_.remember(of_author(seen_.seed(), mention));
}

void ShardPipeline::judge(ingest::SourceIndex index, DeliveryTracker::Slot frame,
                          Mentions& mentions, Mention& mention, Timestamp received_at) {
    auto& source = sources_[index];
    if (mention.text.size() > limits::kTextBytes || mention.id.size() > limits::kIdBytes) {
        dead_letter(index, frame, Errc::too_large, mention.text, received_at);
        return;
    }
    const auto thing = of_thing(seen_.seed(), source.options.name, mention.id);
    const auto delivery = of_delivery(thing, mention);
    if (recognise_repeats_ && seen_.contains(delivery)) {
        source.duplicates->add();
        return;
    }
    if (recognise_repeats_ && is_overtaken(mention, thing)) {
        source.overtaken->add();
        return;
    }
    const bool is_last = mention.action != Action::created && !mention.all_of_author;
    const auto tombstone = is_last ? of_action(thing, mention.action) : Fingerprint{};
    if (mention.restored) seen_.forget(of_action(thing, Action::deleted));
    if (!wanted(source, mention)) {
        source.not_about_brand->add();
        // Nothing is published that could be lost with it: the sink need not be waited for.
        if (tombstone != Fingerprint{}) seen_.remember(tombstone);
        return;
    }
    auto& judged = judged_[judged_count_++];
    judged.mention = &mention;
    judged.frame = frame;
    judged.received_at = received_at;
    judged.delivery = delivery;
    remember_state(source.options, mention, tombstone);
    walk_.judge(mention, mentions.links_of(mention), judged.verdict);
    if (judged_count_ == judged_.size()) publish_judged(index);
}

void ShardPipeline::publish_judged(ingest::SourceIndex index) {
    for (std::size_t i = 0; i < judged_count_; ++i) publish(index, judged_[i]);
    judged_count_ = 0;
}

void ShardPipeline::publish(ingest::SourceIndex index, const Judged& judged) {
    const auto& [mention_of, frame, received_at, delivery, verdict] = judged;
    const auto& mention = *mention_of;
    const publish::RecordInput input{mention, verdict, walk_.rules().book(), walk_.rules().hash(),
                                     received_at};
    publish::Message message;
    message.value = writer_.record(input);
    if (message.value.size() > record_bytes_) {
        dead_letter(index, frame, Errc::too_large, mention.text, received_at);
        return;
    }
    address(message);
    message.source = sources_[index].event_source;
    message.type = kEventTypes[static_cast<std::size_t>(mention.action)];
    message.time = received_at;
    const auto slot = tracker_.open_parcel(frame);
    tracker_.parcel(slot).source = index;
    tracker_.parcel(slot).remember = delivery;
    offer(slot, message, Topics::mentions());
    for (const auto& given : verdict.labels) {
        const auto& label = labels_[given.label];
        label.given->add();
        if (label.topic) offer(slot, message, *label.topic);
    }
    if (topics_.shadow() && !verdict.shadow.empty()) {
        message.value = writer_.shadow(input);
        address(message);
        offer(slot, message, *topics_.shadow());
    }
    const auto masked = std::count_if(
        verdict.exposed.begin(), verdict.exposed.end(),
        [this](const Exposed& exposed) { return writer_.masks(exposed.member); });
    if (!told_of_ids_ && masked < std::ssize(verdict.exposed)) {
        told_of_ids_ = true;
        telemetry::log(telemetry::Level::warn, "ids_hold_personal_data",
                       {{"source", sources_[index].options.name},
                        {"remedy", "publish.mask_key hashes them"}});
    }
    if (topics_.restricted() && (!verdict.pii.empty() || masked > 0)) {
        message.value = writer_.restricted(input);
        address(message);
        offer(slot, message, *topics_.restricted());
    }
}

/// Id and key as the record has them: whole in the restricted topic, masked in the others.
void ShardPipeline::address(publish::Message& message) const {
    message.id = writer_.id();
    message.key = writer_.thread().empty() ? message.id : writer_.thread();
}

void ShardPipeline::gap(ingest::SourceIndex index, DeliveryTracker::Slot frame, const Frame& told) {
    auto& source = sources_[index];
    if (source.gaps == nullptr) {
        source.gaps = &metrics_.counter("hark_source_gap_total",
                                        "Times that a source may have missed something",
                                        {{"source", source.options.name}});
    }
    source.gaps->add();
    publish_other(index, frame, writer_.gap(*told.gap, source.options.name), Topics::gaps(),
                  kGapType, told.received_at);
}

void ShardPipeline::dead_letter(ingest::SourceIndex index, DeliveryTracker::Slot frame, Errc reason,
                                std::string_view bytes, Timestamp received_at,
                                std::size_t whole_bytes) {
    auto& source = sources_[index];
    const auto refusal = of_refusal(seen_.seed(), source.options.name, reason, bytes);
    if (recognise_repeats_ && seen_.contains(refusal)) {
        source.duplicates->add();
        return;
    }
    auto& counter = source.dead_letters[static_cast<std::size_t>(reason)];
    if (counter == nullptr) {
        counter = &metrics_.counter(
            "hark_dead_letters_total", "Input that could not be used",
            {{"source", source.options.name}, {"reason", std::string(to_string(reason))}});
    }
    counter->add();
    telemetry::log(telemetry::Level::warn, "dead_letter",
                   {{"source", source.options.name},
                    {"reason", std::string(to_string(reason))},
                    {"bytes", std::to_string(std::max(bytes.size(), whole_bytes))}});
    const auto letter =
        writer_.dead_letter({reason, source.options.name, received_at, bytes, whole_bytes});
    const auto slot = publish_other(index, frame, letter, Topics::dead_letters(), kDeadLetterType,
                                    received_at);
    tracker_.parcel(slot).remember = refusal;
}

DeliveryTracker::Slot ShardPipeline::publish_other(ingest::SourceIndex index,
                                                   DeliveryTracker::Slot frame,
                                                   const publish::OtherRecord& record,
                                                   publish::TopicIndex topic, std::string_view type,
                                                   Timestamp time) {
    publish::Message message;
    message.value = record.value;
    message.key = sources_[index].options.name;
    message.id = record.id;
    message.source = sources_[index].event_source;
    message.type = type;
    message.time = time;
    const auto slot = tracker_.open_parcel(frame);
    tracker_.parcel(slot).source = index;
    tracker_.parcel(slot).is_mention = false;
    offer(slot, message, topic);
    return slot;
}

void ShardPipeline::offer(DeliveryTracker::Slot slot, publish::Message& message,
                          publish::TopicIndex topic) {
    auto& parcel = tracker_.parcel(slot);
    const auto cost = message.value.size() + message.key.size() + kMessageOverheadBytes;
    ++parcel.pending;
    parcel.bytes += static_cast<std::uint32_t>(cost);
    budget_.take(cost);
    message.topic = topic;
    port_->offer(message, slot);
}

void ShardPipeline::delivered(std::uint64_t token, Errc outcome,
                              std::string_view refused) noexcept {
    const auto slot = static_cast<DeliveryTracker::Slot>(token);
    HARK_CHECK(tracker_.parcel(slot).pending > 0);
    if (outcome != Errc::ok) refused_by_sink(slot, outcome, refused);
    auto& parcel = tracker_.parcel(slot);
    if (--parcel.pending > 0) return;
    if (parcel.remember != Fingerprint{}) seen_.remember(parcel.remember);
    if (parcel.is_mention) records_.add();
    const auto bytes = parcel.bytes;
    const auto frame = parcel.frame;
    tracker_.close_parcel(slot);
    settle(frame);
    budget_.give_back(bytes);
    in_flight_bytes_.set(static_cast<double>(budget_.used()));
}

/// What the sink will never take is kept as a dead letter, which the frame then waits for too. A
/// dead letter that is refused itself has no place left to go: it is counted.
void ShardPipeline::refused_by_sink(DeliveryTracker::Slot slot, Errc reason,
                                    std::string_view value) {
    refused_by_sink_.add();
    const auto parcel = tracker_.parcel(slot);
    telemetry::log(telemetry::Level::error, "sink_refused",
                   {{"source", sources_[parcel.source].options.name}});
    if (parcel.is_mention) {
        dead_letter(parcel.source, parcel.frame, reason, value,
                    tracker_.frame(parcel.frame).received_at);
    }
}

void ShardPipeline::settle(DeliveryTracker::Slot slot) noexcept {
    if (!tracker_.settle(slot)) return;
    const auto state = tracker_.frame(slot);
    tracker_.close_frame(slot);
    acknowledged_seconds_.observe(std::chrono::duration<double>(now() - state.received_at).count());
    if (state.acknowledger != nullptr) state.acknowledger->acknowledged(state.token);
}

}  // namespace hark::pipeline
