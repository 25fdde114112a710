#include "text/scan.hpp"

#include <algorithm>

namespace hark::text {
namespace {

bool is_digit(unsigned char byte) noexcept {
    return byte >= '0' && byte <= '9';
}

bool is_small_letter(unsigned char byte) noexcept {
    return byte >= 'a' && byte <= 'z';
}

bool is_ascii_letter(unsigned char byte) noexcept {
    return is_small_letter(byte | 0x20U);
}

std::uint16_t pair(const char* at) noexcept {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

/// The last letter of [begin,end) as PlainLetter has it, and how often it stands there in a row: 1
/// or 2.
struct Tail {
    std::uint16_t bytes = 0;
    std::uint32_t run = 0;

    Tail() = default;
    Tail(const char* begin, const char* end) noexcept {
        if (begin == end) return;
        const std::ptrdiff_t size = static_cast<unsigned char>(end[-1]) < 0x80 ? 1 : 2;
        if (end - begin < size) return;
        const auto read = [&](const char* at) {
            return size == 1 ? static_cast<std::uint16_t>(static_cast<unsigned char>(*at))
                             : pair(at);
        };
        bytes = read(end - size);
        run = end - begin >= 2 * size && read(end - 2 * size) == bytes ? 2 : 1;
    }
};

/// No-break space, the spaces of U+2000 to U+200A, the ideographic one.
bool is_wide_blank(const unsigned char* at, const unsigned char* end) noexcept {
    if (end - at >= 2 && at[0] == 0xC2) return at[1] == 0xA0;
    if (end - at < 3) return false;
    return (at[0] == 0xE2 && at[1] == 0x80 && (at[2] <= 0x8A || at[2] == 0xA8 || at[2] == 0xAF)) ||
           (at[0] == 0xE3 && at[1] == 0x80 && at[2] == 0x80);
}

const unsigned char* bytes_of(const char* at) noexcept {
    return reinterpret_cast<const unsigned char*>(at);
}

}  // namespace

FoldedText Scan::run() {
    joints_.tight.clear();
    joints_.masked.clear();
    joints_.runs.clear();
    joints_.quoted.clear();
    put(" ", first_);
    for (Bytes at = first_; at != last_;) {
        if (*at == ' ') {
            separator(at++);
            ++facts_.code_points;
            if (at == last_) break;
        }
        if (*at < 0x80) at = ascii_words(at);
        if (at == last_) break;
        if (plain(at) != nullptr) {
            at = plain_letters(at);
        } else if (is_digit(*at)) {
            at = digits(at);
        } else {
            at = other(at);
        }
    }
    close_word(last_);
    const auto size = static_cast<std::size_t>(out_ - out_begin_);
    return {{out_begin_, facts_.words == 0 ? 0 : size},
            facts_,
            joints_.tight,
            joints_.masked,
            quoted(),
            {joints_.runs, {reinterpret_cast<const char*>(first_), offset(last_)}}};
}

const PlainLetter* Scan::plain(Bytes at) const noexcept {
    std::size_t code_point = *at;
    if (code_point >= 0x80) {
        // U+0080 to U+04FF; C0 and C1 begin overlong forms.
        if (code_point < 0xC2 || code_point > 0xD3 || last_ - at < 2) return nullptr;
        if (!is_continuation(at[1])) return nullptr;
        code_point = (code_point & 0x1FU) << 6U | (at[1] & 0x3FU);
    }
    const auto& letter = kPlain[code_point];
    return letter.size == 0 ? nullptr : &letter;
}

/// Eight bytes at a time, as long as they are ASCII letters and single spaces without a stretch:
/// these stay what they are, but for the case.
auto Scan::ascii_words(Bytes at) noexcept -> Bytes {
    if (word_ != nullptr ? traits_ != kLatin || is_name_ : sign_ != 0) return at;
    // An apostrophe vanished between equal letters: a run that the source does not show.
    if (word_ != nullptr && static_cast<unsigned char>(out_[-1]) == (*at | 0x20U)) return at;
    char* out = out_;
    char* word = word_ != nullptr ? word_ : out;
    std::uint32_t words = 0;
    constexpr std::uint64_t kSpaces = ' ' * octet::kOnes;
    // Reads two bytes beyond the eight: a run of three may begin in the last.
    while (last_ - at >= 10) {
        const auto raw = octet::load(at);
        const auto small = raw | kSpaces;
        const auto letters = octet::letters(raw, small);
        const auto spaces = octet::zeros(raw ^ kSpaces);
        const auto after_space = spaces << 8 | (word == out ? 0x80U : 0U);
        const auto good = (letters | spaces) & ~(spaces & after_space);
        const auto size = static_cast<std::uint32_t>(std::countr_zero(good ^ octet::kTops)) / 8;
        const auto mask = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << size * 8) - 1;
        const auto stretched = octet::zeros((small ^ (octet::load(at + 1) | kSpaces)) |
                                            (small ^ (octet::load(at + 2) | kSpaces)));
        if (size == 0 || (stretched & letters & mask) != 0) break;
        std::memcpy(out, &small, sizeof small);
        const auto capitals = (~raw & kSpaces) << 2 & letters & mask;
        if (capitals != 0) facts_.capitals += octet::count(capitals);
        if (const auto ends = spaces & mask; ends != 0) {
            words += octet::count(ends);
            word = out + (64 - static_cast<std::uint32_t>(std::countl_zero(ends))) / 8;
        }
        out += size;
        at += size;
        if (size < 8) break;
    }
    const auto size = static_cast<std::uint32_t>(out - out_);
    if (size == 0) return at;
    note_run(at - size);
    if (word_ == nullptr) note_tight();
    facts_.code_points += size;
    facts_.letters += size - words;
    facts_.words += words;
    if (words > 0) context_ = Script::latin;
    out_ = out;
    word_ = word == out ? nullptr : word;
    apart_ = true;
    traits_ = kLatin;
    is_name_ = false;
    return at;
}

/// Plain letters from `at` on, which must be one, and single spaces, up to a word of ASCII.
auto Scan::plain_letters(Bytes at) -> Bytes {
    open_word();
    note_run(at);
    char* out = out_;
    std::uint32_t traits = traits_;
    std::uint32_t count = 0;
    std::uint32_t capitals = 0;
    Tail tail(word_, out);
    for (const PlainLetter* letter = plain(at); letter != nullptr; letter = plain(at)) {
        tail.run = letter->bytes == tail.bytes ? tail.run + 1 : 1;
        tail.bytes = letter->bytes;
        traits |= letter->script | (tail.run == 3 ? kStretched : 0U);
        capitals += letter->capital;
        std::memcpy(out, &letter->bytes, sizeof letter->bytes);
        const int size = *at < 0x80 ? 1 : 2;
        out += letter->size;
        at += size;
        if (letter->size != size) [[unlikely]] {
            out_ = out;
            note_run(at);
        }
        ++count;
        if (at == last_) break;
        if (*at != ' ' || (traits != kCyrillic && traits != kLatin) || is_name_) continue;
        if (last_ - at < 2 || at[1] < 0x80 || plain(at + 1) == nullptr) break;
        *out = ' ';
        word_ = ++out;
        ++at;
        ++facts_.words;
        ++facts_.code_points;
        context_ = traits == kCyrillic ? Script::cyrillic : Script::latin;
        traits = 0;
        tail = {};
    }
    out_ = out;
    traits_ = traits;
    facts_.capitals += capitals;
    facts_.letters += count;
    facts_.code_points += count;
    return at;
}

auto Scan::digits(Bytes at) -> Bytes {
    open_word();
    traits_ |= kDigit;
    for (; at != last_ && is_digit(*at); ++at) {
        put({reinterpret_cast<const char*>(at), 1}, at);
        ++facts_.digits;
        ++facts_.code_points;
    }
    return at;
}

/// One code point that is no plain letter, no ASCII digit and no space.
auto Scan::other(Bytes at) -> Bytes {
    const auto decoded = decode_utf8(at, last_);
    const auto entry = fold_entry(decoded.code_point);
    const auto size = decoded.size;
    ++facts_.code_points;
    switch (entry.kind()) {
        case CharKind::letter:
        case CharKind::digit: letter(at, decoded, entry); break;
        case CharKind::mark: mark(decoded); break;
        case CharKind::invisible:
            // Elsewhere (Persian, Hindi, emoji) they are good spelling.
            if (word_ != nullptr && (traits_ & kScripts) != 0) {
                ++facts_.disguised;
            }
            break;
        case CharKind::emoji: emoji(at, decoded); break;
        case CharKind::at: at_sign(at, size); break;
        case CharKind::hash: await_name('#', at, size); break;
        case CharKind::apostrophe:
        case CharKind::underscore:
        case CharKind::dollar:
            if (!inner(at, size, entry)) separator(at);
            break;
        case CharKind::exclamation:
            ++facts_.exclamations;
            separator(at);
            break;
        case CharKind::question:
            ++facts_.questions;
            separator(at);
            break;
        case CharKind::separator:
            find_link(at);
            separator(at);
            quotation_mark(at, decoded.code_point);
            break;
    }
    return at + size;
}

void Scan::letter(Bytes at, Decoded decoded, FoldEntry entry) {
    open_word();
    const bool is_digits = entry.kind() == CharKind::digit;
    traits_ |= is_digits ? kDigit : kRare | 1U << static_cast<unsigned>(entry.script());
    (is_digits ? facts_.digits : facts_.letters) += 1;
    facts_.capitals += entry.capital() ? 1 : 0;
    facts_.disguised += entry.form() && !is_digits ? 1 : 0;
    const auto bytes = entry.size() == 0
                           ? std::string_view(reinterpret_cast<const char*>(at), decoded.size)
                           : std::string_view(kFoldPool + entry.offset(), entry.size());
    put(bytes, at);
    if (bytes.size() > decoded.size) note_run(at + decoded.size);
}

/// Dropped, but for the letters that are и, і and у with a mark and yet letters of their own.
void Scan::mark(Decoded decoded) noexcept {
    if (word_ == nullptr) return;
    constexpr std::string_view kMarked[][2] = {{"и", "й"}, {"у", "ў"}, {"і", "ї"}};
    constexpr char32_t kBreve = 0x306;
    constexpr char32_t kDiaeresis = 0x308;
    for (const auto& [bare, marked] : kMarked) {
        const char32_t needed = bare == "і" ? kDiaeresis : kBreve;
        if (decoded.code_point != needed || out_ - word_ < 2) continue;
        if (std::string_view(out_ - 2, 2) != bare) continue;
        std::memcpy(out_ - 2, marked.data(), 2);
        traits_ |= kRare;
    }
}

void Scan::emoji(Bytes at, Decoded decoded) {
    close_word(at);
    sign_ = 0;
    ++facts_.emoji;
    if (emoji_end_ == out_ && emoji_ == decoded.code_point) return;
    put({reinterpret_cast<const char*>(at), decoded.size}, at);
    put(" ", at + decoded.size);
    ++facts_.words;
    emoji_ = decoded.code_point;
    emoji_end_ = out_;
}

void Scan::at_sign(Bytes at, std::uint32_t size) {
    ++facts_.at_signs;
    if (after_letter() && !is_name_ && at >= link_end_ && at_is_letter(at + size)) {
        put("@", at);
        traits_ |= kSign;
        return;
    }
    await_name('@', at, size);
}

/// `@` and `#` are written only once a word follows, directly or after one space.
void Scan::await_name(char sign, Bytes at, std::uint32_t size) {
    const bool glued = word_ != nullptr;
    separator(at);
    if (at < link_end_) return;
    sign_ = sign;
    sign_glued_ = glued;
    sign_spaced_ = false;
    sign_at_ = at;
    sign_size_ = size;
}

/// Whether the sign belongs to the word around it.
bool Scan::inner(Bytes at, std::uint32_t size, FoldEntry entry) {
    if (entry.kind() == CharKind::underscore) {
        if (word_ == nullptr ? sign_ != '@' : !is_name_) return false;
        open_word();
        put("_", at);
        return true;
    }
    if (!after_letter() || !before_letter(at + size)) return false;
    if (entry.kind() == CharKind::apostrophe) return true;
    if (is_name_ || at < link_end_) return false;
    put("$", at);
    traits_ |= kSign;
    return true;
}

void Scan::separator(Bytes at) {
    if (sign_ != 0) {
        if (*at == ' ' && !sign_spaced_) {
            sign_spaced_ = true;
        } else {
            sign_ = 0;
        }
    }
    const bool ends_word = word_ != nullptr;
    close_word(at);
    if (ends_word && !starred_ && (*at == '*' || stands_for_letter(at))) note_mask(at);
    starred_ = *at == '*' || (starred_ && ends_word && *at == ' ');
    apart_ = apart_ || *at <= ' ' || at < link_end_ || is_wide_blank(at, last_);
}

/// The same sort of mark opens and closes, since „…“, “…”, »…« and «…» are all in use; of what is
/// quoted inside a quotation nothing is noted.
void Scan::quotation_mark(Bytes at, char32_t mark) {
    constexpr std::uint32_t kFewestWords = 2;  // one alone is mostly a name, or irony
    if (mark == U'»') mark = U'«';
    else if (mark >= U'“' && mark <= U'‟') mark = U'“';
    if (mark != U'"' && mark != U'«' && mark != U'“') return;
    if (quoting_ == 0) {
        if (at != first_ && is_digit(at[-1])) return;  // inches
        quoting_ = mark;
        quoted_from_ = place(out_);
        words_before_ = facts_.words;
    } else if (quoting_ == mark) {
        quoting_ = 0;
        const auto words = facts_.words - words_before_;
        // What a post begins with is passed on, and mostly agreed with.
        if (words < kFewestWords || words_before_ == 0) return;
        joints_.quoted.push_back({quoted_from_, place(out_)});
        quoted_words_ += words;
    }
}

std::span<const Span> Scan::quoted() const noexcept {
    constexpr std::uint32_t kFewestBeside = 3;
    if (facts_.words < quoted_words_ + kFewestBeside) return {};
    return joints_.quoted;
}

/// The word that begins here has only signs between it and the one before.
void Scan::note_tight() {
    if (!apart_) joints_.tight.push_back(static_cast<std::uint32_t>(out_ - out_begin_));
}

/// `b!tch`
bool Scan::stands_for_letter(Bytes at) const noexcept {
    return (*at == '!' || *at == '%' || *at == '&' || *at == '^') && before_letter(at + 1);
}

void Scan::note_mask(Bytes at) {
    const Bytes end = std::find_if(at, last_, [at](unsigned char byte) { return byte != *at; });
    joints_.masked.push_back(
        {static_cast<std::uint32_t>(out_ - out_begin_ - 1), static_cast<std::uint32_t>(end - at)});
}

bool Scan::after_letter() const noexcept {
    if (word_ == nullptr) return false;
    const auto byte = static_cast<unsigned char>(out_[-1]);
    return byte >= 0x80 || is_small_letter(byte);
}

bool Scan::before_letter(Bytes at) const noexcept {
    if (at >= last_) return false;
    return fold_entry(decode_utf8(at, last_).code_point).kind() == CharKind::letter;
}

/// `c@rd`, `r@pe`, `wh@t` and `р@бота` against `thanks@acme` and `info@acme.com`: in Latin letters
/// the sign is read as one only after the first letter or before the last two.
bool Scan::at_is_letter(Bytes next) const noexcept {
    if (!before_letter(next)) return false;
    const Bytes tail = std::find_if_not(next, last_, is_ascii_letter);
    if (last_ - tail >= 2 && *tail == '.' && is_ascii_letter(tail[1])) return false;
    if (tail == next || static_cast<unsigned char>(out_[-1]) >= 0x80) return true;
    return out_ - word_ == 1 || tail - next <= 2;
}

/// `http://`, `https://` and `www.` begin a link, which goes on to white space, a quote or an angle
/// bracket.
void Scan::find_link(Bytes at) noexcept {
    if (word_ == nullptr || at < link_end_ || last_ - at < 3) return;
    const std::string_view word(word_, static_cast<std::size_t>(out_ - word_));
    const bool scheme =
        *at == ':' && at[1] == '/' && at[2] == '/' && (word == "http" || word == "https");
    const bool host = *at == '.' && word == "www" && at[1] > ' ' && at[1] != '.';
    if (!scheme && !host) return;
    ++facts_.links;
    link_end_ = std::find_if(at, last_, [](unsigned char byte) {
        return byte <= ' ' || byte == '"' || byte == '<' || byte == '>';
    });
}

void Scan::open_word() {
    if (word_ != nullptr) return;
    is_name_ = sign_ == '@';
    if (sign_ != 0) {
        if (!sign_spaced_ && !sign_glued_) ++(is_name_ ? facts_.mentions : facts_.hashtags);
        put({&sign_, 1}, sign_at_);
        put(" ", sign_at_ + sign_size_);
        ++facts_.words;
        sign_ = 0;
        apart_ = true;
    }
    note_tight();
    word_ = out_;
    traits_ = 0;
}

void Scan::close_word(Bytes at) {
    if (word_ == nullptr) return;
    if (traits_ == kLatin) {
        context_ = Script::latin;
    } else {
        const std::uint32_t scripts = traits_ & kScripts;
        if (std::has_single_bit(scripts)) context_ = static_cast<Script>(std::countr_zero(scripts));
        const bool spared = is_name_ || at <= link_end_;
        if (needs_repair(spared)) repair(spared);
    }
    if ((traits_ & kSign) != 0)
        joints_.masked.push_back({static_cast<std::uint32_t>(out_ - out_begin_), 0});
    put(" ", at);
    ++facts_.words;
    word_ = nullptr;
    apart_ = false;
}

bool Scan::needs_repair(bool spared) const noexcept {
    const std::uint32_t scripts = traits_ & kScripts;
    if ((scripts & (scripts - 1)) != 0) return true;
    if (spared) return false;
    return (traits_ & (kSign | kStretched | kRare)) != 0 || (scripts != 0 && (traits_ & kDigit));
}

void Scan::repair(bool spared) {
    letters_.clear();
    const OffsetMap map{joints_.runs, {reinterpret_cast<const char*>(first_), offset(last_)}};
    for (const char* at = word_; at != out_;) {
        const auto decoded = decode_utf8(bytes_of(at), bytes_of(out_));
        letters_.push_back({decoded.code_point, map.begin_of(place(at))});
        at += decoded.size;
    }
    const auto script = repair_word(letters_, spared, context_, facts_);
    if (script != Script::other) context_ = script;
    out_ = word_;
    auto& runs = joints_.runs;
    while (!runs.empty() && runs.back().folded >= place(word_)) runs.pop_back();
    skew_ = kNoSkew;
    for (const auto& letter : letters_) {
        note_run(first_ + letter.begin);
        append_utf8(letter.code_point, out_);
    }
}

void Scan::put(std::string_view bytes, Bytes at) noexcept {
    note_run(at);
    std::memcpy(out_, bytes.data(), bytes.size());
    out_ += bytes.size();
}

}  // namespace hark::text
