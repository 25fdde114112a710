#include "ingest/unpack.hpp"

#include <zlib.h>
#include <zstd.h>

#include <new>
#include <string_view>

namespace hark::ingest {

namespace {

// Memory that a frame's header may ask for: 2^27 is what `zstd --long` makes and the tools accept
// by default.
constexpr int kZstdWindowLog = 27;
constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

class Gzip final : public Unpacker {
public:
    Gzip() {
        if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
    }
    ~Gzip() override { inflateEnd(&stream_); }
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;

    Step step(std::span<const char> in, std::span<char> out) override {
        if (in.empty() && boundary_) return {};
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
    [[nodiscard]] bool at_boundary() const noexcept override { return boundary_; }

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
        if (in.empty() && boundary_) return {};
        ZSTD_inBuffer from{in.data(), in.size(), 0};
        ZSTD_outBuffer to{out.data(), out.size(), 0};
        const auto left = ZSTD_decompressStream(stream_, &to, &from);
        if (ZSTD_isError(left) != 0) return {from.pos, to.pos, Errc::bad_compression};
        boundary_ = left == 0;
        return {from.pos, to.pos, Errc::ok};
    }
    [[nodiscard]] bool at_boundary() const noexcept override { return boundary_; }

private:
    ZSTD_DStream* stream_;
    bool boundary_ = true;
};

}  // namespace

Packing detect_packing(std::span<const char> first, bool all) {
    const std::string_view bytes(first.data(), first.size());
    if (bytes.starts_with(kGzipMagic)) return {true, std::make_unique<Gzip>()};
    if (bytes.starts_with(kZstdMagic)) return {true, std::make_unique<Zstd>()};
    const bool may_become = kGzipMagic.starts_with(bytes) || kZstdMagic.starts_with(bytes);
    return {all || !may_become, nullptr};
}

}  // namespace hark::ingest
