#include "hark_bench/histogram.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include "platforms/signature.hpp"

namespace hark::bench {

namespace {

// Three digits need 2,048 steps, of which each doubling of the range uses the upper half.
constexpr unsigned kHalfBits = 10;
constexpr std::uint64_t kHalf = 1U << kHalfBits;
constexpr std::uint32_t kDigits = 3;
constexpr std::uint32_t kPlainCookie = 0x1c849313;
constexpr std::uint32_t kCompressedCookie = 0x1c849314;
constexpr std::size_t kHeadBytes = 40;
constexpr std::size_t kLongestPlain = 16U << 20U;  // 33,792 counts of nine bytes, and to spare

std::size_t index_of(std::uint64_t value) noexcept {
    const auto bucket =
        static_cast<unsigned>(std::bit_width(value | (2 * kHalf - 1))) - 1 - kHalfBits;
    const auto step = value >> bucket;
    return ((static_cast<std::size_t>(bucket) + 1) << kHalfBits) + step - kHalf;
}

/// The highest value of the step.
std::uint64_t value_of(std::size_t index) noexcept {
    if (index < 2 * kHalf) return index;
    const auto bucket = (index >> kHalfBits) - 1;
    const auto step = (index & (kHalf - 1)) + kHalf;
    return ((step + 1) << bucket) - 1;
}

/// The lowest value that shares a step with this one's end; the middle weighs in the mean.
std::uint64_t middle_of(std::size_t index) noexcept {
    if (index < 2 * kHalf) return index;
    const auto bucket = (index >> kHalfBits) - 1;
    return (((index & (kHalf - 1)) + kHalf) << bucket) + (1ULL << (bucket - 1));
}

template <class Number>
void put(std::string& out, Number value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift & 0xFF));
}

template <class Number>
Number take(std::string_view bytes, std::size_t at) {
    Number value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Number>(value << 8) | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

/// ZigZag, then seven bits a byte, the ninth byte whole.
void put_number(std::string& out, std::int64_t number) {
    auto value =
        static_cast<std::uint64_t>(number) << 1U ^ static_cast<std::uint64_t>(number >> 63);
    for (int i = 0; i < 8; ++i) {
        if (value < 0x80) {
            out.push_back(static_cast<char>(value));
            return;
        }
        out.push_back(static_cast<char>((value & 0x7F) | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}

[[noreturn]] void refuse(const char* why) {
    throw std::runtime_error(std::string("not a histogram of ours: ") + why);
}

std::int64_t take_number(std::string_view bytes, std::size_t& at) {
    std::uint64_t value = 0;
    for (unsigned i = 0;; ++i) {
        if (at >= bytes.size()) refuse("it is cut short");
        const auto byte = static_cast<unsigned char>(bytes[at++]);
        if (i == 8) {
            value |= static_cast<std::uint64_t>(byte) << 56U;
            break;
        }
        value |= static_cast<std::uint64_t>(byte & 0x7F) << 7 * i;
        if ((byte & 0x80) == 0) break;
    }
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1);
}

std::string inflate_all(std::string_view packed) {
    std::string plain(kLongestPlain, '\0');
    auto size = static_cast<uLongf>(plain.size());
    if (::uncompress(reinterpret_cast<Bytef*>(plain.data()), &size,
                     reinterpret_cast<const Bytef*>(packed.data()),
                     static_cast<uLong>(packed.size())) != Z_OK)
        refuse("it does not unpack");
    plain.resize(size);
    return plain;
}

}  // namespace

Histogram::Histogram() : counts_(index_of(kHighest) + 1) {}

void Histogram::record(std::uint64_t value, std::uint64_t count) noexcept {
    counts_[index_of(std::clamp<std::uint64_t>(value, 1, kHighest))] += count;
    count_ += count;
}

void Histogram::add(const Histogram& other) noexcept {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
}

void Histogram::clear() noexcept {
    std::fill(counts_.begin(), counts_.end(), 0);
    count_ = 0;
}

std::uint64_t Histogram::percentile(double percent) const noexcept {
    if (count_ == 0) return 0;
    const auto share = std::clamp(percent, 0.0, 100.0) / 100.0 * static_cast<double>(count_);
    const auto wanted = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share)));
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        sum += counts_[i];
        if (sum >= wanted) return value_of(i);
    }
    return max();
}

std::uint64_t Histogram::max() const noexcept {
    for (std::size_t i = counts_.size(); i-- > 0;) {
        if (counts_[i] > 0) return value_of(i);
    }
    return 0;
}

double Histogram::mean() const noexcept {
    if (count_ == 0) return 0;
    double sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i)
        sum += static_cast<double>(counts_[i]) * static_cast<double>(middle_of(i));
    return sum / static_cast<double>(count_);
}

bool Histogram::operator==(const Histogram& other) const noexcept {
    return counts_ == other.counts_;
}

std::string Histogram::encode_plain() const {
    std::string counts;
    const auto end = count_ == 0 ? 0 : index_of(max()) + 1;
    for (std::size_t i = 0; i < end;) {
        if (counts_[i] != 0) {
            put_number(counts, static_cast<std::int64_t>(counts_[i++]));
            continue;
        }
        const auto begin = i;
        while (i < end && counts_[i] == 0) ++i;
        const auto zeros = static_cast<std::int64_t>(i - begin);
        put_number(counts, zeros > 1 ? -zeros : 0);
    }
    std::string out;
    put(out, kPlainCookie);
    put(out, static_cast<std::uint32_t>(counts.size()));
    put(out, std::uint32_t{0});  // normalising offset: none
    put(out, kDigits);
    put(out, std::uint64_t{1});
    put(out, kHighest);
    put(out, std::bit_cast<std::uint64_t>(1.0));  // one count is one count
    return out + counts;
}

std::string Histogram::encode() const {
    const auto plain = encode_plain();
    auto size = ::compressBound(static_cast<uLong>(plain.size()));
    std::string packed(size, '\0');
    if (::compress(reinterpret_cast<Bytef*>(packed.data()), &size,
                   reinterpret_cast<const Bytef*>(plain.data()),
                   static_cast<uLong>(plain.size())) != Z_OK)
        throw std::runtime_error("zlib has no memory");
    std::string out;
    put(out, kCompressedCookie);
    put(out, static_cast<std::uint32_t>(size));
    return platforms::encode_base64(out + packed.substr(0, size));
}

Histogram Histogram::decode(std::string_view base64) {
    const auto bytes = platforms::decode_base64(base64);
    if (!bytes || bytes->size() < 8) refuse("no base64");
    if (take<std::uint32_t>(*bytes, 0) != kCompressedCookie) refuse("another format");
    if (take<std::uint32_t>(*bytes, 4) != bytes->size() - 8) refuse("its length is wrong");
    const auto plain = inflate_all(std::string_view(*bytes).substr(8));
    if (plain.size() < kHeadBytes || take<std::uint32_t>(plain, 0) != kPlainCookie)
        refuse("another format");
    if (take<std::uint32_t>(plain, 4) != plain.size() - kHeadBytes) refuse("its length is wrong");
    if (take<std::uint32_t>(plain, 8) != 0 || take<std::uint32_t>(plain, 12) != kDigits ||
        take<std::uint64_t>(plain, 16) != 1 || take<std::uint64_t>(plain, 24) != kHighest)
        refuse("another range");
    Histogram out;
    std::size_t index = 0;
    for (std::size_t at = kHeadBytes; at < plain.size();) {
        const auto number = take_number(plain, at);
        const auto left = out.counts_.size() - index;
        const auto steps = number < 0 ? 0 - static_cast<std::uint64_t>(number) : 1;
        if (steps > left) refuse("it has more steps than the range");
        if (number > 0) {
            out.counts_[index] = static_cast<std::uint64_t>(number);
            out.count_ += static_cast<std::uint64_t>(number);
        }
        index += steps;
    }
    return out;
}

std::string log_head(double start_seconds_since_1970) {
    std::array<char, 256> text{};
    std::snprintf(text.data(), text.size(),
                  "#[Histogram log format version 1.3]\n"
                  "#[StartTime: %.3f (seconds since epoch)]\n"
                  "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                  "\"Interval_Compressed_Histogram\"\n",
                  start_seconds_since_1970);
    return text.data();
}

std::string log_line(double start_s, double length_s, const Histogram& histogram) {
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%.3f,%.3f,%.3f,", start_s, length_s,
                  static_cast<double>(histogram.max()) / 1e6);
    return text.data() + histogram.encode() + "\n";
}

}  // namespace hark::bench
