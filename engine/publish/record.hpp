#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/errc.hpp"
#include "core/frame.hpp"
#include "core/mention.hpp"
#include "core/rule.hpp"
#include "core/timestamp.hpp"
#include "core/verdict.hpp"
#include "publish/mask.hpp"
#include "publish/record/json_buffer.hpp"
#include "publish/record/published_text.hpp"

namespace hark::publish {

/// Everything that one record is made of. Views and references are read during the call only.
struct RecordInput {
    const Mention& mention;
    const Verdict& verdict;  ///< spans lie inside mention.text; findings in order, not overlapping
    const RuleBook& book;    ///< the book that the verdict's indexes point into
    std::string_view ruleset;
    Timestamp received_at{};
};

/// Input that could not be decoded.
struct DeadLetterInput {
    Errc reason = Errc::ok;
    std::string_view source;
    Timestamp received_at{};
    std::string_view payload;
    std::size_t whole_bytes = 0;  ///< how much there was, when the payload is its begin; else 0
};

/// A record that is no mention, as published. A dead letter of equal reason, source and payload has
/// an equal id, and so has a gap of equal source, reason and times.
struct OtherRecord {
    std::string_view value;
    std::string_view id;
};

/// Makes records of schema 1: one JSON object, UTF-8, no newline. Whatever bytes
/// the input holds, the output is valid: what is not UTF-8 becomes U+FFFD. Views are valid until
/// the next call. One a shard; no allocation once warm.
class RecordWriter {
public:
    explicit RecordWriter(MaskOptions mask = {}) : mask_(std::move(mask)) {}

    /// For every topic but the restricted one: each finding of personal data is replaced by its
    /// type in brackets or as the mask says, in the author's handle and name too, and all spans
    /// refer to the text so published. In ids it is replaced by a keyed hash, so that equal ids
    /// stay equal and others differ, where there is a key: see masks().
    [[nodiscard]] std::string_view record(const RecordInput& input) {
        return write(input, true, input.verdict.evidence);
    }

    /// For the restricted topic: the text as its author wrote it.
    [[nodiscard]] std::string_view restricted(const RecordInput& input) {
        return write(input, false, input.verdict.evidence);
    }

    /// For the topic of shadow rules: the record with their evidence instead of the live rules'.
    [[nodiscard]] std::string_view shadow(const RecordInput& input) {
        return write(input, true, input.verdict.shadow);
    }

    /// Whether personal data in it is masked.
    [[nodiscard]] bool masks(Member member) const noexcept {
        return !is_id(member) || mask_.has_key();
    }

    /// Of the last record, shadow or restricted record, as it has them; the second may be empty.
    [[nodiscard]] std::string_view id() const noexcept { return id_; }
    [[nodiscard]] std::string_view thread() const noexcept { return thread_; }

    /// The payload stands as given, or cut so that the letter stays under limits::kRecordBytes. If
    /// it is not the whole, `truncated` says so and `payload_bytes` tells how much there was.
    [[nodiscard]] OtherRecord dead_letter(const DeadLetterInput& input);

    /// What a source may have missed.
    [[nodiscard]] OtherRecord gap(const Gap& gap, std::string_view source);

private:
    /// The last time written, as text: mentions of one frame share it.
    struct TimeText {
        Timestamp time = Timestamp::min();
        std::array<char, 24> text{};
        std::string_view of(Timestamp wanted);
    };

    [[nodiscard]] std::string_view write(const RecordInput& input, bool redact,
                                         std::span<const Evidence> shown);
    void write_mention(const RecordInput& input, bool redact);
    void write_author(const RecordInput& input, bool redact);
    [[nodiscard]] std::string_view masked(const RecordInput& input, Member member,
                                          std::string_view value, std::string& into);
    [[nodiscard]] std::string_view url(const RecordInput& input, bool redact);
    void mask_findings(const RecordInput& input, bool redact);
    [[nodiscard]] bool holds_finding(const RecordInput& input, std::string_view value,
                                     std::size_t least_bytes = 0);
    void write_brands(const RecordInput& input);
    void write_text(const RecordInput& input, bool redact, bool has_spans);
    void write_labels(const RecordInput& input);
    void write_sublabels(const RecordInput& input);
    void sublabel(std::string_view label, const Rule& rule);
    void write_evidence(const RecordInput& input, std::span<const Evidence> shown);
    void write_findings(const RecordInput& input);
    void write_span(PublishedText::Range range);

    JsonBuffer out_;
    Mask mask_;
    std::vector<std::string> masks_;  ///< what stands for the findings, in their order
    std::string author_mask_;
    std::string_view id_;
    std::string_view thread_;
    std::string masked_id_;
    std::string masked_thread_;
    std::string masked_;
    std::string mask_of_part_;
    std::string plain_value_;
    std::string plain_datum_;
    PublishedText published_;
    TimeText created_;
    TimeText received_;
    std::vector<std::string_view> sublabels_;  ///< of the label being written
    bool in_sublabels_ = false;
    /// `kind:` and the hash of `bytes`, until the next call.
    [[nodiscard]] std::string_view hashed_id(std::string_view kind, std::string_view bytes,
                                             std::uint64_t seed);
    std::array<char, 48> other_id_{};
};

}  // namespace hark::publish
