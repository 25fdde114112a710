#include "ingest/unpack.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

namespace hark::ingest {

namespace {

// Memory that a frame's header may ask for: 2^27 is what `zstd --long` makes and the tools accept
// by default.
constexpr int kZstdWindowLog = 27;
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Plain final : public Unpacker {
public:
    Step step(std::span<const char> in, std::span<char> out) override {
        const auto size = std::min(in.size(), out.size());
        std::memcpy(out.data(), in.data(), size);
        return {size, size, Errc::ok};
    }
    [[nodiscard]] bool at_boundary() const override { return true; }
};

class Gzip final : public Unpacker {
public:
    Gzip() {
        if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
    }
    ~Gzip() override { inflateEnd(&stream_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    Step step(std::span<const char> in, std::span<char> out) override {
        if (in.empty()) return {};
        if (boundary_ && inflateReset(&stream_) != Z_OK) return {0, 0, Errc::bad_compression};
        boundary_ = false;
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = static_cast<uInt>(in.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int result = inflate(&stream_, Z_NO_FLUSH);
        boundary_ = result == Z_STREAM_END;
        const bool good = result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
        return {in.size() - stream_.avail_in, out.size() - stream_.avail_out,
                good ? Errc::ok : Errc::bad_compression};
    }
    [[nodiscard]] bool at_boundary() const override { return boundary_; }

private:
    z_stream stream_{};
    bool boundary_ = true;
};

class Zstd final : public Unpacker {
public:
    Zstd() : stream_(ZSTD_createDStream()) {
        if (stream_ == nullptr) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(stream_, ZSTD_d_windowLogMax, kZstdWindowLog);
    }
    ~Zstd() override { ZSTD_freeDStream(stream_); }
    Zstd(const Zstd&) = delete;
    Zstd& operator=(const Zstd&) = delete;

    Step step(std::span<const char> in, std::span<char> out) override {
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const auto left = ZSTD_decompressStream(stream_, &to, &from);
        if (ZSTD_isError(left) != 0) return {from.pos, to.pos, Errc::bad_compression};
        boundary_ = left == 0;
        return {from.pos, to.pos, Errc::ok};
    }
    [[nodiscard]] bool at_boundary() const override { return boundary_; }

private:
    ZSTD_DStream* stream_;
    bool boundary_ = true;
};

}  // namespace

std::unique_ptr<Unpacker> Unpacker::by_magic(std::span<const char> first) {
    const std::string_view bytes(first.data(), first.size());
    if (bytes.starts_with("\x1F\x8B")) return std::make_unique<Gzip>();
    if (bytes.starts_with("\x28\xB5\x2F\xFD")) return std::make_unique<Zstd>();
    return std::make_unique<Plain>();
}

}  // namespace hark::ingest
