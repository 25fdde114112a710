#include "publish/record.hpp"

#include <openssl/evp.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/limits.hpp"

namespace hark::publish {

namespace {

/// Room that the other members of a dead letter take at most: the source's name is the
/// configuration's, everything else has a fixed size.
constexpr std::size_t kDeadLetterMargin = 4 * limits::kKiB;
constexpr std::size_t kPayloadBytes = (limits::kRecordBytes - kDeadLetterMargin) / 4 * 3;

bool same_sublabel(const Rule& rule, std::string_view name) noexcept {
    return (rule.sublabel.empty() ? rule.pii_type : rule.sublabel) == name;
}

}  // namespace

std::string_view RecordWriter::TimeText::of(Timestamp wanted) {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(wanted);
    if (ms != time) {
        time = ms;
        text = format_rfc3339(wanted);
    }
    return {text.data(), text.size()};
}

std::string_view RecordWriter::write(const RecordInput& input, bool redact,
                                     std::span<const Evidence> shown) {
    out_.clear();
    mask_findings(input, redact);
    write_mention(input, redact);
    write_brands(input);
    write_text(input, redact, !shown.empty() || !input.verdict.pii.empty());
    write_labels(input);
    if (!input.verdict.labels.empty()) write_sublabels(input);
    if (!input.verdict.advice.empty()) {
        out_.raw(R"(,"advice":)");
        out_.quoted(input.verdict.advice);
    }
    if (!shown.empty()) write_evidence(input, shown);
    if (!input.verdict.pii.empty()) write_findings(input);
    if (!input.ruleset.empty()) {
        out_.raw(R"(,"ruleset":)");
        out_.quoted(input.ruleset);
    }
    out_.raw("}");
    return out_.view();
}

/// Memory of earlier masks is kept.
void RecordWriter::mask_findings(const RecordInput& input, bool redact) {
    const auto& findings = input.verdict.pii;
    if (!redact) return;
    if (masks_.size() < findings.size()) masks_.resize(findings.size());
    for (std::size_t i = 0; i < findings.size(); ++i) {
        const auto span = findings[i].span;
        mask_.replace(input.book.rules[findings[i].rule].pii_type,
                      input.mention.text.substr(span.begin, span.end - span.begin), masks_[i]);
    }
}

void RecordWriter::write_mention(const RecordInput& input, bool redact) {
    const auto& [mention, verdict, book, ruleset, received_at] = input;
    const auto optional = [this](std::string_view key, std::string_view value) {
        if (value.empty()) return;
        out_.raw(key);
        out_.quoted(value);
    };
    id_ = redact ? masked(input, Member::id, mention.id, masked_id_) : mention.id;
    thread_ =
        redact ? masked(input, Member::thread, mention.thread, masked_thread_) : mention.thread;
    out_.raw(R"({"schema":1,"id":)");
    out_.quoted(id_);
    optional(R"(,"platform":)", mention.platform);
    out_.raw(R"(,"kind":")");
    out_.raw(to_string(mention.kind));
    out_.raw(R"(","action":")");
    out_.raw(to_string(mention.action));
    if (mention.all_of_author) out_.raw(R"(","scope":"author)");
    if (mention.created_at != Timestamp{}) {
        out_.raw(R"(","created_at":")");
        out_.raw(created_.of(mention.created_at));
    }
    out_.raw(R"(","received_at":")");
    out_.raw(received_.of(received_at));
    out_.raw(R"(")");
    optional(R"(,"url":)", url(input, redact));
    optional(R"(,"lang":)", verdict.lang);
    write_author(input, redact);
    optional(R"(,"thread":)", thread_);
    optional(R"(,"parent":)",
             redact ? masked(input, Member::parent, mention.parent, masked_) : mention.parent);
}

/// Ids have the hash in every style of masks; what people read has the mask.
std::string_view RecordWriter::masked(const RecordInput& input, Member member,
                                      std::string_view value, std::string& into) {
    if (!masks(member)) return value;
    std::size_t at = 0;
    into.clear();
    for (const auto& [of, type, span] : input.verdict.exposed) {
        if (of != member) continue;
        const auto datum = value.substr(span.begin, span.end - span.begin);
        into.append(value, at, span.begin - at);
        if (is_id(member)) {
            mask_.append_keyed(type, datum, into);
        } else {
            mask_.replace(type, datum, mask_of_part_);
            into.append(mask_of_part_);
        }
        at = span.end;
    }
    if (at == 0) return value;
    into.append(value, at);
    return into;
}

std::string_view RecordWriter::url(const RecordInput& input, bool redact) {
    const auto& url = input.mention.url;
    if (!redact) return url;
    const auto shown = masked(input, Member::url, url, masked_);
    constexpr std::size_t kTelling = 9;  // fewer digits are in many an address
    if (!holds_finding(input, shown, kTelling)) return shown;
    mask_.replace("URL", url, masked_);
    return masked_;
}

/// The name that somebody goes by may be the very datum that the text holds, however its blanks,
/// signs and ASCII capitals are.
bool RecordWriter::holds_finding(const RecordInput& input, std::string_view value,
                                 std::size_t least_bytes) {
    const auto& findings = input.verdict.pii;
    if (findings.empty()) return false;
    to_plain(value, plain_value_);
    return std::any_of(findings.begin(), findings.end(), [&](const PiiFinding& finding) {
        const auto [begin, end] = finding.span;
        const auto datum = input.mention.text.substr(begin, end - begin);
        to_plain(datum, plain_datum_);
        if (plain_datum_.size() < least_bytes) return false;
        if (plain_datum_.empty()) return value.find(datum) != std::string_view::npos;
        return plain_value_.find(plain_datum_) != std::string::npos;
    });
}

void RecordWriter::write_author(const RecordInput& input, bool redact) {
    const auto& author = input.mention.author;
    if (author.id.empty() && author.handle.empty() && author.name.empty() && !author.is_brand) {
        return;
    }
    out_.raw(R"(,"author":{)");
    const auto optional = [&](std::string_view key, std::string_view type, Member member,
                              std::string_view value) {
        if (value.empty()) return;
        out_.raw(key);
        if (redact && (mask_.authors() || holds_finding(input, value))) {
            mask_.replace(type, value, author_mask_);
            value = author_mask_;
        } else if (redact) {
            value = masked(input, member, value, author_mask_);
        }
        out_.quoted(value);
        out_.raw(",");
    };
    optional(R"("id":)", "ID", Member::author_id, author.id);
    optional(R"("handle":)", "HANDLE", Member::author_handle, author.handle);
    optional(R"("name":)", "NAME", Member::author_name, author.name);
    out_.raw(author.is_brand ? R"("is_brand":true})" : R"("is_brand":false})");
}

void RecordWriter::write_brands(const RecordInput& input) {
    std::string_view before = R"(,"brands":[)";
    for (const auto brand : input.verdict.brands) {
        out_.raw(before);
        out_.quoted(input.book.brands[brand].id);
        before = ",";
    }
    if (!input.verdict.brands.empty()) out_.raw("]");
}

void RecordWriter::write_text(const RecordInput& input, bool redact, bool has_spans) {
    const auto text = input.mention.text;
    const auto& findings = input.verdict.pii;
    if (has_spans)
        published_.read(text, findings, redact ? masks_ : std::span<const std::string>{});
    if (text.empty()) return;
    out_.raw(R"(,"text":")");
    std::size_t at = 0;
    if (redact) {
        for (std::size_t i = 0; i < findings.size(); ++i) {
            out_.text(text.substr(at, findings[i].span.begin - at));
            out_.text(masks_[i]);
            at = findings[i].span.end;
        }
    }
    out_.text(text.substr(at));
    out_.raw(R"(")");
}

void RecordWriter::write_labels(const RecordInput& input) {
    out_.raw(R"(,"labels":{)");
    std::string_view before;
    for (const auto& given : input.verdict.labels) {
        out_.raw(before);
        out_.quoted(input.book.labels[given.label]);
        out_.raw(":");
        out_.decimal(given.probability);
        before = ",";
    }
    out_.raw("}");
}

void RecordWriter::write_sublabels(const RecordInput& input) {
    const auto& [mention, verdict, book, ruleset, received_at] = input;
    in_sublabels_ = false;
    for (const auto& given : verdict.labels) {
        const auto& label = book.labels[given.label];
        sublabels_.clear();
        for (const auto& evidence : verdict.evidence) {
            if (evidence.label == given.label) sublabel(label, book.rules[evidence.rule]);
        }
        for (const auto& finding : verdict.pii) {
            const auto& rule = book.rules[finding.rule];
            if (book.packs[rule.pack].label == given.label) sublabel(label, rule);
        }
        if (!sublabels_.empty()) out_.raw("]");
    }
    if (in_sublabels_) out_.raw("}");
}

/// Adds the rule's sublabel to the list of `label`, unless it stands there.
void RecordWriter::sublabel(std::string_view label, const Rule& rule) {
    const std::string_view name = rule.sublabel.empty() ? rule.pii_type : rule.sublabel;
    if (name.empty()) return;
    const auto same = [&rule](std::string_view other) { return same_sublabel(rule, other); };
    if (std::any_of(sublabels_.begin(), sublabels_.end(), same)) return;
    if (sublabels_.empty()) {
        out_.raw(in_sublabels_ ? "," : R"(,"sublabels":{)");
        in_sublabels_ = true;
        out_.quoted(label);
        out_.raw(":[");
    } else {
        out_.raw(",");
    }
    sublabels_.push_back(name);
    if (!rule.sublabel.empty()) {
        out_.quoted(name);
        return;
    }
    // Types of personal data are written in capitals in brackets and in small letters here.
    out_.raw(R"(")");
    for (const char c : name) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        out_.text({&small, 1});
    }
    out_.raw(R"(")");
}

void RecordWriter::write_evidence(const RecordInput& input, std::span<const Evidence> shown) {
    std::string_view before = R"(,"evidence":[{"rule":)";
    for (const auto& evidence : shown) {
        out_.raw(before);
        out_.quoted(input.book.rules[evidence.rule].id);
        out_.raw(R"(,"label":)");
        out_.quoted(input.book.labels[evidence.label]);
        out_.raw(R"(,"weight":)");
        out_.decimal(evidence.weight);
        if (evidence.span != Span{}) write_span(published_.range(evidence.span));
        before = R"(},{"rule":)";
    }
    out_.raw("}]");
}

/// What a datum might be as well stands behind it, with the same span.
void RecordWriter::write_findings(const RecordInput& input) {
    std::string_view before = R"(,"pii":[{"type":)";
    const auto write = [&](const PiiFinding& finding) {
        out_.raw(before);
        out_.quoted(input.book.rules[finding.rule].pii_type);
        out_.raw(R"(,"tier":")");
        out_.raw(to_string(finding.tier));
        out_.raw(R"(")");
        write_span(published_.range(finding.span));
        before = R"(},{"type":)";
    };
    auto also = input.verdict.pii_also.begin();
    for (const auto& finding : input.verdict.pii) {
        write(finding);
        for (; also != input.verdict.pii_also.end() && also->span == finding.span; ++also)
            write(*also);
    }
    out_.raw("}]");
}

void RecordWriter::write_span(PublishedText::Range range) {
    out_.raw(R"(,"span":[)");
    out_.number(range.begin);
    out_.raw(",");
    out_.number(range.end);
    out_.raw("]");
}

std::string_view RecordWriter::hashed_id(std::string_view kind, std::string_view bytes,
                                         std::uint64_t seed) {
    const auto hash = XXH3_128bits_withSeed(bytes.data(), bytes.size(), seed);
    const int size = std::snprintf(other_id_.data(), other_id_.size(), "%.*s:%016llx%016llx",
                                   static_cast<int>(kind.size()), kind.data(),
                                   static_cast<unsigned long long>(hash.high64),
                                   static_cast<unsigned long long>(hash.low64));
    return {other_id_.data(), static_cast<std::size_t>(size)};
}

OtherRecord RecordWriter::dead_letter(const DeadLetterInput& input) {
    const auto seed = XXH3_64bits(input.source.data(), input.source.size()) +
                      static_cast<std::uint64_t>(input.reason);
    const auto id = hashed_id("deadletter", input.payload, seed);
    const auto payload = input.payload.substr(0, kPayloadBytes);
    out_.clear();
    out_.raw(R"({"schema":1,"id":")");
    out_.raw(id);
    out_.raw(R"(","reason":")");
    out_.raw(to_string(input.reason));
    out_.raw(R"(","source":)");
    out_.quoted(input.source);
    out_.raw(R"(,"received_at":")");
    out_.raw(received_.of(input.received_at));
    out_.raw(R"(","payload_bytes":)");
    const auto whole = std::max(input.payload.size(), input.whole_bytes);
    out_.number(whole);
    if (payload.size() < whole) out_.raw(R"(,"truncated":true)");
    out_.raw(R"(,"payload":")");
    auto* const to = reinterpret_cast<unsigned char*>(out_.room((payload.size() + 2) / 3 * 4 + 1));
    const int size = EVP_EncodeBlock(to, reinterpret_cast<const unsigned char*>(payload.data()),
                                     static_cast<int>(payload.size()));
    out_.advance(static_cast<std::size_t>(size));
    out_.raw(R"("})");
    return {out_.view(), id};
}

OtherRecord RecordWriter::gap(const Gap& gap, std::string_view source) {
    const auto times =
        std::array{gap.from.time_since_epoch().count(), gap.to.time_since_epoch().count()};
    const auto seed = XXH3_64bits(source.data(), source.size()) +
                      XXH3_64bits(gap.reason.data(), gap.reason.size());
    const auto id =
        hashed_id("gap", {reinterpret_cast<const char*>(times.data()), sizeof times}, seed);
    out_.clear();
    out_.raw(R"({"schema":1,"id":")");
    out_.raw(id);
    out_.raw(R"(","source":)");
    out_.quoted(source);
    out_.raw(R"(,"reason":)");
    out_.quoted(gap.reason);
    if (gap.from != Timestamp{}) {
        out_.raw(R"(,"from":")");
        out_.raw(received_.of(gap.from));
        out_.raw(R"(")");
    }
    out_.raw(R"(,"to":")");
    out_.raw(received_.of(gap.to));
    out_.raw(R"("})");
    return {out_.view(), id};
}

}  // namespace hark::publish
