// The fold of every code point against ICU. What the room's README says is said here a second time
// and by other means: ICU's NFKC_Casefold and NFD instead of the table's own walk.

#include <gtest/gtest.h>
#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <memory>
#include <string>
#include <string_view>

#include "text/folder.hpp"

namespace hark::text {
namespace {

constexpr UChar32 kEnd = 0x110000;

std::string utf8(const icu::UnicodeString& text) {
    std::string out;
    text.toUTF8String(out);
    return out;
}

std::string utf8(UChar32 c) {
    return utf8(icu::UnicodeString(c));
}

bool is_category(UChar32 c, std::uint32_t mask) {
    return (U_GET_GC_MASK(c) & mask) != 0;
}

bool loses_marks(UChar32 c) {
    UErrorCode code = U_ZERO_ERROR;
    switch (uscript_getScript(c, &code)) {
        case USCRIPT_INHERITED:
        case USCRIPT_LATIN:
        case USCRIPT_CYRILLIC:
        case USCRIPT_GREEK:
        case USCRIPT_ARABIC:
        case USCRIPT_HEBREW: return true;
        default: return false;
    }
}

bool is_dropped_mark(UChar32 c) {
    return is_category(c, U_GC_MN_MASK | U_GC_ME_MASK) && loses_marks(c);
}

bool is_invisible(UChar32 c) {
    return !is_dropped_mark(c) && u_isdefined(c) && !is_category(c, U_GC_CN_MASK) &&
           (is_category(c, U_GC_CF_MASK) ||
            u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}

bool has_decomposition(UChar32 c, int type) {
    return u_getIntPropertyValue(c, UCHAR_DECOMPOSITION_TYPE) == type;
}

/// Stands alone in the README: a sign of its own, a fraction.
bool is_named_separator(UChar32 c) {
    constexpr std::u32string_view kSigns = U"™℠℡№℗'`´ʼ‘’＇";
    return kSigns.find(static_cast<char32_t>(c)) != kSigns.npos ||
           has_decomposition(c, U_DT_FRACTION) || is_category(c, U_GC_CC_MASK | U_GC_CS_MASK);
}

class Unicode : public testing::Test {
protected:
    Unicode() {
        UErrorCode code = U_ZERO_ERROR;
        compatible_ = icu::Normalizer2::getNFKCCasefoldInstance(code);
        decomposed_ = icu::Normalizer2::getNFDInstance(code);
        to_ascii_.reset(icu::Transliterator::createInstance("Latin-ASCII", UTRANS_FORWARD, code));
        EXPECT_TRUE(U_SUCCESS(code));
    }

    /// The folded letters and digits of a code point, by ICU.
    icu::UnicodeString expected(UChar32 c) const {
        if (c >= 0x1F150 && c <= 0x1F169) return icu::UnicodeString('a' + c - 0x1F150);
        if (c >= 0x1F170 && c <= 0x1F189) return icu::UnicodeString('a' + c - 0x1F170);
        icu::UnicodeString out;
        if (is_named_separator(c) || is_dropped_mark(c)) return out;
        UErrorCode code = U_ZERO_ERROR;
        auto source = decomposed_->normalize(icu::UnicodeString(c), code);
        // A mark of which full case folding would make a letter.
        source.findAndReplace(u"\u0345", u"");
        if (c == 0x37A) return out;  // that mark on a space
        const auto folded = compatible_->normalize(source, code);
        for (int i = 0; i < folded.length(); i = folded.moveIndex32(i, 1)) {
            append(folded.char32At(i), out);
        }
        if (c == 0xB5 || has_decomposition(c, U_DT_SQUARE)) out.findAndReplace(u"μ", u"u");
        const auto own = static_cast<int>(utf8(c).size());
        return static_cast<int>(utf8(out).size()) > 2 * own ? icu::UnicodeString() : out;
    }

    std::string fold(const std::string& text) { return std::string(folder_.fold(text).bytes); }
    TextFacts facts(const std::string& text) { return folder_.fold(text).facts; }

private:
    void append(UChar32 c, icu::UnicodeString& out) const {
        if (c == u'й' || c == u'ї' || c == u'ў') {
            out.append(c);
            return;
        }
        UErrorCode code = U_ZERO_ERROR;
        const auto parts = decomposed_->normalize(icu::UnicodeString(c), code);
        if (!loses_marks(parts.char32At(0))) {
            append_word_character(c, out);
            return;
        }
        for (int i = 0; i < parts.length(); i = parts.moveIndex32(i, 1)) {
            const UChar32 part = parts.char32At(i);
            if (is_dropped_mark(part)) continue;
            icu::UnicodeString ascii(part);
            code = U_ZERO_ERROR;
            if (uscript_getScript(part, &code) == USCRIPT_LATIN) to_ascii_->transliterate(ascii);
            ascii.foldCase();
            for (int k = 0; k < ascii.length(); k = ascii.moveIndex32(k, 1)) {
                append_word_character(ascii.char32At(k), out);
            }
        }
    }

    static void append_word_character(UChar32 c, icu::UnicodeString& out) {
        constexpr auto kWord =
            U_GC_L_MASK | U_GC_NL_MASK | U_GC_MN_MASK | U_GC_ME_MASK | U_GC_MC_MASK;
        if (is_category(c, U_GC_ND_MASK)) {
            out.append(static_cast<UChar32>('0' + u_charDigitValue(c)));
        } else if (is_category(c, kWord) && !is_dropped_mark(c) && c != 0x2BC) {
            out.append(c);
        }
    }

    const icu::Normalizer2* compatible_ = nullptr;
    const icu::Normalizer2* decomposed_ = nullptr;
    std::unique_ptr<icu::Transliterator> to_ascii_;
    Folder folder_;
};

/// ⅲ becomes iii and so i: the word's own steps come after the code point's.
std::string shortened(const std::string& word) {
    std::string out;
    for (std::size_t i = 0; i < word.size();) {
        auto end = word.find_first_not_of(word[i], i);
        if (end == word.npos) end = word.size();
        out.append(end - i >= 3 && word[i] > '9' ? 1 : end - i, word[i]);
        i = end;
    }
    return out;
}

TEST_F(Unicode, EveryCodePointFoldsAsIcuSays) {
    std::size_t wrong = 0;
    std::size_t letters = 0;
    for (UChar32 c = 1; c < kEnd && wrong < 20; ++c) {
        if (is_category(c, U_GC_CS_MASK) || is_invisible(c)) continue;
        const auto word = shortened(utf8(expected(c)));
        const auto found = fold(utf8(c));
        if (facts(utf8(c)).emoji > 0) {
            EXPECT_TRUE(word.empty()) << std::hex << c;
            EXPECT_EQ(found, " " + utf8(c) + " ");
            continue;
        }
        letters += word.empty() ? 0 : 1;
        const auto right = word.empty() ? word : " " + word + " ";
        if (found == right) continue;
        ++wrong;
        ADD_FAILURE() << "U+" << std::hex << c << " folds to [" << found << "], not [" << right
                      << "]";
    }
    EXPECT_GT(letters, 130'000U);
}

TEST_F(Unicode, CaseNeverMatters) {
    for (UChar32 c = 1; c < kEnd; ++c) {
        if (is_category(c, U_GC_CS_MASK) || !u_isalpha(c)) continue;
        const UChar32 small = u_foldCase(c, U_FOLD_CASE_DEFAULT);
        if (small == c || c == 0xB5) continue;  // µ of units is no Greek letter
        ASSERT_EQ(fold(utf8(c)), fold(utf8(small))) << "U+" << std::hex << c;
    }
}

TEST_F(Unicode, MarksVanishAfterALetter) {
    std::size_t marks = 0;
    for (UChar32 c = 1; c < kEnd; ++c) {
        if (!is_dropped_mark(c)) continue;
        ++marks;
        ASSERT_EQ(fold("a" + utf8(c) + "b"), " ab ") << "U+" << std::hex << c;
        ASSERT_EQ(facts("a" + utf8(c) + "b").disguised, 0U) << "U+" << std::hex << c;
    }
    EXPECT_GT(marks, 300U);
}

TEST_F(Unicode, InvisiblesVanishAndAreCounted) {
    std::size_t invisibles = 0;
    for (UChar32 c = 1; c < kEnd; ++c) {
        if (!is_invisible(c)) continue;
        ++invisibles;
        ASSERT_EQ(fold("a" + utf8(c) + "b"), " ab ") << "U+" << std::hex << c;
        ASSERT_EQ(facts("a" + utf8(c) + "b").disguised, 1U) << "U+" << std::hex << c;
    }
    EXPECT_GT(invisibles, 150U);
}

TEST_F(Unicode, AllElseSeparates) {
    constexpr std::u32string_view kOwnWays = U"'`´ʼ‘’＇@＠﹫#＃﹟$＄﹩_＿";
    std::size_t separators = 0;
    for (UChar32 c = 1; c < kEnd; ++c) {
        if (is_category(c, U_GC_CS_MASK) || is_dropped_mark(c) || is_invisible(c)) continue;
        if (kOwnWays.find(static_cast<char32_t>(c)) != kOwnWays.npos) continue;
        if (!fold(utf8(c)).empty()) continue;
        ++separators;
        ASSERT_EQ(fold("a" + utf8(c) + "b"), " a b ") << "U+" << std::hex << c;
    }
    EXPECT_GT(separators, 100'000U);
}

TEST_F(Unicode, FoldingTwiceIsFoldingOnce) {
    for (UChar32 c = 1; c < kEnd; ++c) {
        if (is_category(c, U_GC_CS_MASK)) continue;
        const auto once = fold("x" + utf8(c) + " 7" + utf8(c) + "г");
        ASSERT_EQ(fold(once), once) << "U+" << std::hex << c;
    }
}

}  // namespace
}  // namespace hark::text
