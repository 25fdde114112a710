// Arbitrary bytes as a mention and its verdict: the record must be valid JSON and UTF-8, say what
// the mention says, keep every finding of personal data out and let every span fall inside its
// text.
#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/check.hpp"
#include "publish/record.hpp"
#include "publish/sample.hpp"

namespace {

using namespace hark;
using hark::publish::step;

/// Takes the input apart: the first byte of a field is its length.
class Fields {
public:
    Fields(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view text() {
        const std::size_t wanted = byte();
        const auto size = std::min(wanted, rest_.size());
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

private:
    std::string_view rest_;
};

std::string repaired(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto [size, valid] = step(text);
        if (valid) out.append(text.substr(0, size));
        else out.append("\xEF\xBF\xBD");
        text.remove_prefix(size);
    }
    return out;
}

std::vector<std::uint32_t> boundaries(std::string_view text) {
    std::vector<std::uint32_t> all;
    for (std::size_t at = 0; at < text.size(); at += step(text.substr(at)).size) {
        all.push_back(static_cast<std::uint32_t>(at));
    }
    all.push_back(static_cast<std::uint32_t>(text.size()));
    return all;
}

/// Valid JSON in valid UTF-8, on one line. The parser's memory holds the document.
simdjson::dom::element parsed(simdjson::dom::parser& parser, std::string_view json) {
    simdjson::dom::element document;
    HARK_CHECK(parser.parse(json.data(), json.size()).get(document) == simdjson::SUCCESS);
    HARK_CHECK(json.find('\n') == std::string_view::npos);
    return document;
}

std::string_view member(simdjson::dom::element from, std::string_view name) {
    std::string_view value;
    if (from[name].get(value) != simdjson::SUCCESS) return {};
    return value;
}

void check_spans(simdjson::dom::element document, std::string_view list, std::size_t points) {
    simdjson::dom::array all;
    if (document[list].get(all) != simdjson::SUCCESS) return;
    for (const auto one : all) {
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
        HARK_CHECK(one["span"].at(0).get(begin) == simdjson::SUCCESS);
        HARK_CHECK(one["span"].at(1).get(end) == simdjson::SUCCESS);
        HARK_CHECK(begin < end && end <= points);
    }
}

std::string with_brackets(const publish::Sample& sample) {
    std::string out;
    std::size_t at = 0;
    const std::string_view text = sample.text;
    for (const auto& finding : sample.verdict.pii) {
        out += repaired(text.substr(at, finding.span.begin - at));
        out += "[" + sample.book.rules[finding.rule].pii_type + "]";
        at = finding.span.end;
    }
    return out + repaired(text.substr(at));
}

/// A name that holds personal data of the text, however it is spaced, is not published.
bool names_datum(const publish::Sample& sample) {
    const auto& all = sample.verdict.pii;
    return std::any_of(all.begin(), all.end(), [&](const auto& finding) {
        const auto [begin, end] = finding.span;
        const auto datum = sample.mention.text.substr(begin, end - begin);
        std::string plain_datum;
        std::string plain_name;
        publish::to_plain(datum, plain_datum);
        publish::to_plain(sample.mention.author.name, plain_name);
        return plain_datum.empty() ? sample.mention.author.name.find(datum) != std::string::npos
                                   : plain_name.find(plain_datum) != std::string::npos;
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Fields fields(data, size);
    publish::Sample sample{std::string(fields.text())};
    auto& mention = sample.mention;
    mention.text = sample.text;
    mention.id = fields.text();
    mention.url = fields.text();
    mention.thread = fields.text();
    mention.author.name = fields.text();
    mention.author.handle = fields.text();
    const auto places = boundaries(sample.text);
    const auto place = [&](std::size_t from) {
        return from + fields.byte() % (places.size() - from);
    };
    for (std::size_t from = 0; from + 1 < places.size() && fields.byte() % 4 != 0;) {
        const auto begin = place(from);
        const auto end = place(begin);
        if (begin == end) break;
        const RuleIndex rule = 4U + fields.byte() % 2U;
        sample.verdict.pii.push_back({rule, Tier::pattern, {places[begin], places[end]}});
        from = end;
    }
    for (int i = 0; i < 4 && fields.byte() % 4 != 0; ++i) {
        const auto begin = place(0);
        const auto end = place(begin);
        if (begin == end) continue;
        const auto rule = static_cast<RuleIndex>(fields.byte() % sample.book.rules.size());
        sample.verdict.evidence.push_back({rule,
                                           static_cast<LabelId>(fields.byte() % 4),
                                           fields.byte() / 7.0F,
                                           {places[begin], places[end]}});
    }
    sample.give("complaint", fields.byte() / 255.0F);
    sample.give("pii", 1);

    publish::RecordWriter writer;
    simdjson::dom::parser parser;
    const auto open = parsed(parser, writer.record(sample.input()));
    const auto text = with_brackets(sample);
    HARK_CHECK(member(open, "text") == text);
    HARK_CHECK(member(open, "id") == repaired(mention.id));
    HARK_CHECK(member(open, "url") == repaired(mention.url));
    simdjson::dom::element author;
    if (open["author"].get(author) == simdjson::SUCCESS) {
        HARK_CHECK(member(author, "name") ==
                   (names_datum(sample) ? "[NAME]" : repaired(mention.author.name)));
    }
    check_spans(open, "evidence", boundaries(text).size() - 1);
    check_spans(open, "pii", boundaries(text).size() - 1);
    const auto restricted = parsed(parser, writer.restricted(sample.input()));
    HARK_CHECK(member(restricted, "text") == repaired(sample.text));
    check_spans(restricted, "evidence", places.size() - 1);
    check_spans(restricted, "pii", places.size() - 1);
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto letter = parsed(
        parser, writer.dead_letter({Errc::malformed_json, mention.author.name, {}, bytes}).value);
    HARK_CHECK(member(letter, "source") == repaired(mention.author.name));
    return 0;
}
