// Writes fold_table.cpp from ICU's data while Hark is built, so that no ICU is needed at run time.
// The rules stand in engine/text/README.md; tests/text/unicode_test.cpp says them a second time.

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/fold_table.hpp"

namespace hark::text {
namespace {

void expect(UErrorCode code) {
    if (U_SUCCESS(code)) return;
    std::fprintf(stderr, "make_fold_tables: ICU: %s\n", u_errorName(code));
    std::exit(1);
}

UScriptCode script_code(UChar32 c) {
    UErrorCode code = U_ZERO_ERROR;
    const auto script = uscript_getScript(c, &code);
    expect(code);
    return script;
}

Script script_of(UChar32 c) {
    switch (script_code(c)) {
        case USCRIPT_LATIN: return Script::latin;
        case USCRIPT_CYRILLIC: return Script::cyrillic;
        case USCRIPT_GREEK: return Script::greek;
        default: return Script::other;
    }
}

/// Alphabets whose writers leave marks out; elsewhere (Devanagari, Thai, kana) a mark is a letter.
bool drops_marks(UScriptCode script) {
    return script == USCRIPT_INHERITED || script == USCRIPT_LATIN || script == USCRIPT_CYRILLIC ||
           script == USCRIPT_GREEK || script == USCRIPT_ARABIC || script == USCRIPT_HEBREW;
}

bool is_mark(UChar32 c) {
    return (U_GET_GC_MASK(c) & (U_GC_MN_MASK | U_GC_ME_MASK)) != 0;
}
bool is_dropped_mark(UChar32 c) {
    return is_mark(c) && drops_marks(script_code(c));
}

bool is_letter(UChar32 c) {
    constexpr auto kLetters = U_GC_L_MASK | U_GC_NL_MASK | U_GC_MC_MASK;
    return (U_GET_GC_MASK(c) & kLetters) != 0 || (is_mark(c) && !is_dropped_mark(c));
}

int decomposition(UChar32 c) {
    return u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE);
}

class Folding {
public:
    Folding() {
        UErrorCode code = U_ZERO_ERROR;
        normalizer_ = icu::Normalizer2::getNFKCInstance(code);
        to_ascii_.reset(icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, code));
        expect(code);
    }

    /// Letters and digits only; empty when nothing is left.
    std::u32string fold(UChar32 c) const {
        std::u32string out;
        if (!stands_for_nothing(c)) append(c, out);
        if (is_unit(c)) std::replace(out.begin(), out.end(), U'μ', U'u');
        return composed(out);
    }

private:
    /// µ, ㎂, ㎛: the Greek letter would make a word of two scripts of an ordinary unit.
    static bool is_unit(UChar32 c) { return c == 0xB5 || decomposition(c) == U_DT_SQUARE; }

    /// Jamo of a circled syllable become the syllable.
    static std::u32string composed(const std::u32string& text) {
        icu::UnicodeString in;
        for (const char32_t c : text) in.append(static_cast<UChar32>(c));
        UErrorCode code = U_ZERO_ERROR;
        const auto normal = icu::Normalizer2::getNFCInstance(code)->normalize(in, code);
        expect(code);
        std::u32string out;
        for (int i = 0; i < normal.length(); i = normal.moveIndex32(i, 1)) {
            out.push_back(static_cast<char32_t>(normal.char32At(i)));
        }
        return out;
    }

    static constexpr UChar32 kLetterApostrophe = 0x2BC;  // of ŉ

    static bool stands_for_nothing(UChar32 c) {
        constexpr std::u32string_view kSigns = U"\u2117\u2120\u2121\u2122\u2116";  // ℗ ℠ ℡ ™ №
        return kSigns.find(static_cast<char32_t>(c)) != kSigns.npos ||
               decomposition(c) == U_DT_FRACTION;
    }

    /// й, ї and ў are letters of their own, not и, і and у with a mark.
    static bool keeps_mark(UChar32 c) { return c == 0x439 || c == 0x457 || c == 0x45E; }

    /// 🅐 and 🅰 have no decomposition in Unicode, but are read as letters.
    static UChar32 negative_letter(UChar32 c) {
        if (c >= 0x1F150 && c <= 0x1F169) return 'a' + c - 0x1F150;
        if (c >= 0x1F170 && c <= 0x1F189) return 'a' + c - 0x1F170;
        return c;
    }

    void append(UChar32 c, std::u32string& out) const {
        c = negative_letter(c);
        if (is_dropped_mark(c) || c == kLetterApostrophe) return;
        const UChar32 small = u_foldCase(c, U_FOLD_CASE_DEFAULT);
        if (keeps_mark(small)) {
            out.push_back(static_cast<char32_t>(small));
            return;
        }
        icu::UnicodeString parts;
        if (normalizer_->getRawDecomposition(small, parts) && may_split(small, parts)) {
            for (int i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
                append(parts.char32At(i), out);
            }
            return;
        }
        if (const int digit = u_charDigitValue(small);
            digit >= 0 && (u_isdigit(small) || decomposition(small) != U_DT_NONE)) {
            out.push_back(U'0' + static_cast<char32_t>(digit));
        } else if (small > 0x7F && script_of(small) == Script::latin) {
            append_latin(small, out);
        } else if (is_letter(small)) {
            out.push_back(static_cast<char32_t>(small));
        }
    }

    static bool may_split(UChar32 c, const icu::UnicodeString& parts) {
        if (decomposition(c) != U_DT_CANONICAL) return true;
        const UChar32 base = parts.char32At(0);
        return parts.countChar32() == 1 || drops_marks(script_code(base)) ||
               u_hasBinaryProperty(c, UCHAR_FULL_COMPOSITION_EXCLUSION);
    }

    /// ł ø đ ß æ œ and the phonetic letters, as CLDR's Latin-ASCII has them.
    void append_latin(UChar32 c, std::u32string& out) const {
        icu::UnicodeString ascii(c);
        to_ascii_->transliterate(ascii);
        for (int i = 0; i < ascii.length(); i = ascii.moveIndex32(i, 1)) {
            const UChar32 small = u_foldCase(ascii.char32At(i), U_FOLD_CASE_DEFAULT);
            if (is_letter(small)) out.push_back(static_cast<char32_t>(small));
        }
    }

    const icu::Normalizer2* normalizer_ = nullptr;
    std::unique_ptr<icu::Transliterator> to_ascii_;
};

std::string utf8(const std::u32string& text) {
    std::string out;
    for (const char32_t c : text) icu::UnicodeString(static_cast<UChar32>(c)).toUTF8String(out);
    return out;
}

bool is_emoji(UChar32 c) {
    if (u_hasBinaryProperty(c, UCHAR_EMOJI_MODIFIER)) return false;
    if (c == 0xA9 || c == 0xAE || c == 0x2122) return false;  // © ® ™
    return u_hasBinaryProperty(c, UCHAR_EXTENDED_PICTOGRAPHIC) ||
           u_hasBinaryProperty(c, UCHAR_REGIONAL_INDICATOR);
}

/// Kinds that come of a list, not of a property. `separator` when the code point is on none.
CharKind listed_kind(UChar32 c) {
    switch (c) {
        case 0x27:
        case 0x60:
        case 0xB4:
        case 0x2BC:
        case 0x2018:
        case 0x2019:
        case 0xFF07: return CharKind::apostrophe;
        case 0x21:
        case 0xFF01:
        case 0xFE15:
        case 0xFE57:
        case 0x203C: return CharKind::exclamation;
        case 0x3F:
        case 0xFF1F:
        case 0xFE16:
        case 0xFE56:
        case 0x2047:
        case 0x2048:
        case 0x2049:
        case 0x61F: return CharKind::question;
        case 0x40:
        case 0xFF20:
        case 0xFE6B: return CharKind::at;
        case 0x23:
        case 0xFF03:
        case 0xFE5F: return CharKind::hash;
        case 0x5F:
        case 0xFF3F: return CharKind::underscore;
        case 0x24:
        case 0xFF04:
        case 0xFE69: return CharKind::dollar;
        default: return CharKind::separator;
    }
}

/// Small capitals and phonetic letters, which nobody's spelling has.
bool is_phonetic(UChar32 c) {
    return script_of(c) == Script::latin && c >= 0x250 && (c < 0x1E00 || c >= 0x1F00);
}

bool is_form(UChar32 c, const std::u32string& folded) {
    if (c == 0xAA || c == 0xBA || folded.empty()) return false;  // ª º: ordinary Spanish
    switch (decomposition(c)) {
        case U_DT_FONT:
        case U_DT_CIRCLE:
        case U_DT_WIDE:
        case U_DT_NARROW:
        case U_DT_SUPER:
        case U_DT_SUB:
        case U_DT_SQUARE: return true;
        default: return (c >= 0x1F150 && c <= 0x1F189) || is_phonetic(c);
    }
}

class Tables {
public:
    Tables() {
        for (UChar32 c = 0; c < 0x110000; ++c) entries_.push_back(entry(c));
    }

    void write(std::FILE* file) const {
        std::map<std::vector<std::uint32_t>, std::size_t> known;
        std::vector<std::uint32_t> flat;
        std::fprintf(file, "const std::array<std::uint16_t, 0x110000 / kPageSize> kFoldPages{{\n");
        for (std::size_t begin = 0; begin < entries_.size(); begin += kPageSize) {
            std::vector<std::uint32_t> page;
            for (std::size_t i = 0; i < kPageSize; ++i) page.push_back(entries_[begin + i].bits);
            const auto [at, is_new] = known.try_emplace(page, known.size());
            if (is_new) flat.insert(flat.end(), page.begin(), page.end());
            std::fprintf(file, "%zu,", at->second);
        }
        std::fprintf(file, "}};\nconst FoldEntry kFoldEntries[] = {\n");
        for (const auto bits : flat) std::fprintf(file, "{%uU},", bits);
        std::fprintf(file, "};\nconst char kFoldPool[] = {\n");
        for (const char byte : pool_) std::fprintf(file, "%d,", byte);
        std::fprintf(file, "};\nconst std::array<PlainLetter, kPlainLetters> kPlain{{\n");
        for (std::size_t c = 0; c < kPlainLetters; ++c) write_plain(file, c);
        std::fprintf(file, "}};\n");
    }

private:
    FoldEntry entry(UChar32 c) {
        if (const auto kind = listed_kind(c); kind != CharKind::separator) return simple(kind);
        if (U_GET_GC_MASK(c) & (U_GC_CC_MASK | U_GC_CS_MASK | U_GC_Z_MASK)) return {};
        if (is_dropped_mark(c)) return simple(CharKind::mark);
        if (u_charType(c) == U_FORMAT_CHAR ||
            u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) {
            return simple(u_charType(c) == U_UNASSIGNED ? CharKind::separator
                                                        : CharKind::invisible);
        }
        const auto folded = folding_.fold(c);
        if (folded.empty()) return is_emoji(c) ? simple(CharKind::emoji) : FoldEntry{};
        const auto bytes = utf8(folded);
        const auto own = utf8({static_cast<char32_t>(c)});
        // Folder's buffer counts on this; it costs squared words of katakana and Arabic phrases.
        if (bytes.size() > 2 * own.size() || bytes.size() > FoldEntry::kMaxBytes) return {};
        const bool digits = folded.find_first_not_of(U"0123456789") == folded.npos;
        const bool itself = bytes == own;
        return FoldEntry::pack(
            digits ? CharKind::digit : CharKind::letter, u_isupper(c) || u_istitle(c),
            is_form(c, folded), script_of(static_cast<UChar32>(folded.front())),
            itself ? 0 : static_cast<std::uint32_t>(bytes.size()), itself ? 0 : place(bytes));
    }

    static FoldEntry simple(CharKind kind) {
        return FoldEntry::pack(kind, false, false, Script::other, 0, 0);
    }

    std::uint32_t place(const std::string& bytes) {
        auto at = pool_.find(bytes);
        if (at == pool_.npos) {
            at = pool_.size();
            pool_ += bytes;
        }
        return static_cast<std::uint32_t>(at);
    }

    void write_plain(std::FILE* file, std::size_t c) const {
        const auto entry = entries_[c];
        auto bytes = entry.size() == 0 ? utf8({static_cast<char32_t>(c)})
                                       : pool_.substr(entry.offset(), entry.size());
        const auto lead = static_cast<unsigned char>(bytes[0]);
        const bool one_letter = bytes.size() == (lead < 0x80 ? 1U : 2U);
        if (entry.kind() != CharKind::letter || entry.form() || !one_letter) {
            std::fprintf(file, "{},");
            return;
        }
        const unsigned second = bytes.size() == 2 ? static_cast<unsigned char>(bytes[1]) : 0U;
        std::fprintf(file, "{%u,%zu,%u,%d},", lead | second << 8, bytes.size(),
                     1U << static_cast<unsigned>(entry.script()), entry.capital() ? 1 : 0);
    }

    Folding folding_;
    std::vector<FoldEntry> entries_;
    std::string pool_;
};

/// Pairs by the skeletons of Unicode's confusables (UTS 39).
class Lookalikes {
public:
    Lookalikes() {
        UErrorCode code = U_ZERO_ERROR;
        spoof_ = uspoof_open(&code);
        expect(code);
    }
    ~Lookalikes() { uspoof_close(spoof_); }
    Lookalikes(const Lookalikes&) = delete;
    Lookalikes& operator=(const Lookalikes&) = delete;

    void write(std::FILE* file) const {
        std::fprintf(file,
                     "const std::array<Lookalike, 26 + kLookalikeEnd - kLookalikeBegin> "
                     "kLookalikes{{\n");
        for (char32_t c = U'a'; c <= U'z'; ++c) write_one(file, c);
        for (char32_t c = kLookalikeBegin; c < kLookalikeEnd; ++c) write_one(file, c);
        std::fprintf(file, "}};\n");
    }

private:
    static constexpr std::u32string_view kLatin = U"abcdefghijklmnopqrstuvwxyz";
    static constexpr std::u32string_view kCyrillic = U"абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ";
    static constexpr std::u32string_view kGreek = U"αβγδεζηθικλμνξοπρστυφχψω";

    icu::UnicodeString skeleton(UChar32 c) const {
        UErrorCode code = U_ZERO_ERROR;
        icu::UnicodeString out;
        uspoof_getSkeletonUnicodeString(spoof_, 0, icu::UnicodeString(c), out, &code);
        expect(code);
        return out;
    }

    char32_t same_small(char32_t c, std::u32string_view alphabet) const {
        // Handwriting, and the commonest of all in Russian spam.
        if (c == U'u' && alphabet == kCyrillic) return U'и';
        if (c == U'n' && alphabet == kCyrillic) return U'п';
        const auto own = skeleton(static_cast<UChar32>(c));
        for (const char32_t other : alphabet) {
            if (skeleton(static_cast<UChar32>(other)) == own) return other;
        }
        return 0;
    }

    char32_t counterpart(char32_t c, std::u32string_view alphabet) const {
        if (const char32_t small = same_small(c, alphabet)) return small;
        const auto capital = skeleton(u_toupper(static_cast<UChar32>(c)));
        for (const char32_t other : alphabet) {
            if (skeleton(u_toupper(static_cast<UChar32>(other))) == capital) return other;
        }
        if (alphabet != kLatin) return 0;
        for (const char32_t other : alphabet) {  // Ь is a small b
            if (skeleton(static_cast<UChar32>(other)) == capital) return other;
        }
        return 0;
    }

    void write_one(std::FILE* file, char32_t c) const {
        const auto own = script_of(static_cast<UChar32>(c));
        const bool counts = u_islower(static_cast<UChar32>(c)) && own != Script::other;
        const auto to = [&](Script script, std::u32string_view alphabet) {
            return counts && own != script ? counterpart(c, alphabet) : char32_t{0};
        };
        const bool mistaken =
            counts && ((own != Script::latin && same_small(c, kLatin) != 0) ||
                       (own != Script::cyrillic && same_small(c, kCyrillic) != 0));
        std::fprintf(file, "{%u,%u,%u,%s},", static_cast<unsigned>(to(Script::latin, kLatin)),
                     static_cast<unsigned>(to(Script::cyrillic, kCyrillic)),
                     static_cast<unsigned>(to(Script::greek, kGreek)), mistaken ? "false" : "true");
    }

    USpoofChecker* spoof_ = nullptr;
};

}  // namespace
}  // namespace hark::text

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: make_fold_tables FILE\n");
        return 2;
    }
    std::FILE* const file = std::fopen(argv[1], "w");
    if (file == nullptr) {
        std::perror(argv[1]);
        return 1;
    }
    std::fprintf(file, "#include \"text/fold_table.hpp\"\n\nnamespace hark::text {\n\n");
    hark::text::Tables{}.write(file);
    hark::text::Lookalikes{}.write(file);
    std::fprintf(file, "\n}  // namespace hark::text\n");
    if (std::fclose(file) != 0) {
        std::perror(argv[1]);
        return 1;
    }
    return 0;
}
