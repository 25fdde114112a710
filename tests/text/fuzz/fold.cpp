// What must hold of any bytes: the fold's form, its facts, its map, and that folding twice is
// folding once.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/check.hpp"
#include "core/utf8.hpp"
#include "text/folder.hpp"
#include "text/language.hpp"

namespace {

using hark::OffsetMap;
using hark::text::Folder;

bool begins_code_point(std::string_view text, std::size_t at) {
    return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80;
}

void check_form(std::string_view folded, const hark::TextFacts& facts) {
    HARK_CHECK(hark::is_utf8(folded));
    HARK_CHECK(folded.empty() == (facts.words == 0));
    if (folded.empty()) return;
    HARK_CHECK(folded.size() > 2 && folded.front() == ' ' && folded.back() == ' ');
    HARK_CHECK(folded.find("  ") == folded.npos);
    std::size_t spaces = 0;
    for (const char c : folded) {
        spaces += c == ' ' ? 1 : 0;
        HARK_CHECK(c != '\'' && c != '$' && (c < 'A' || c > 'Z'));
    }
    HARK_CHECK(facts.words == spaces - 1);
    HARK_CHECK(facts.capitals <= facts.letters);
}

void check_map(std::string_view text, std::string_view folded, const OffsetMap& map, bool valid) {
    HARK_CHECK(map.text == text);
    hark::Span last;
    for (std::uint32_t i = 0; i < folded.size(); ++i) {
        const auto span = map.original({i, i + 1});
        HARK_CHECK(span.begin <= span.end && span.end <= text.size());
        HARK_CHECK(folded[i] == ' ' || span.begin < span.end);
        HARK_CHECK(last.begin <= span.begin && last.end <= span.end);
        last = span;
        if (!valid) continue;
        HARK_CHECK(begins_code_point(text, span.begin) && begins_code_point(text, span.end));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Folder folder;
    const auto folded = folder.fold(text);
    const std::string bytes(folded.bytes);
    check_form(bytes, folded.facts);
    std::uint32_t quoted_to = 0;
    for (const auto [begin, end] : folded.quoted) {
        HARK_CHECK(quoted_to <= begin && begin < end && end <= bytes.size());
        HARK_CHECK(bytes[begin - 1] == ' ' && bytes[end - 1] == ' ');
        quoted_to = end;
    }
    HARK_CHECK(folded.facts.code_points <= size);
    (void)hark::text::detect_language(text, folded, "pl");

    check_map(text, bytes, folded.map, hark::is_utf8(text));

    if (folded.facts.links == 0) {
        Folder again;
        HARK_CHECK(again.fold(bytes).bytes == bytes);
    }
    return 0;
}
