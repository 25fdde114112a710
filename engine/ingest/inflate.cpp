#include "ingest/inflate.hpp"

#include <zlib.h>

#include <algorithm>

#include "core/limits.hpp"

namespace hark::ingest {

namespace {

constexpr Bytef kGzipBegin = 0x1F;

}  // namespace

Errc gunzip(std::string_view packed, std::size_t limit, std::string& out) {
    // Small bodies may unpack by more than the ratio: it is bombs that it is for.
    const auto bound =
        std::min(limit, std::max(packed.size() * limits::kUnpackedRatio, 64 * limits::kKiB));
    z_stream stream{};
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) return Errc::bad_compression;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    std::size_t size = 0;
    int result = Z_OK;
    while (result == Z_OK) {
        if (size > bound) break;
        out.resize(std::min(std::max(packed.size() * 4, size * 2), bound + 1) +
                   limits::kFramePadding);
        const auto room = out.size() - limits::kFramePadding - size;
        if (room == 0) break;
        stream.next_out = reinterpret_cast<Bytef*>(out.data() + size);
        stream.avail_out = static_cast<uInt>(room);
        result = inflate(&stream, Z_NO_FLUSH);
        size += room - stream.avail_out;
        // Members one after another are one stream; nothing else may follow.
        if (result == Z_STREAM_END && stream.avail_in > 0)
            result = *stream.next_in == kGzipBegin ? inflateReset(&stream) : Z_DATA_ERROR;
        if (result == Z_BUF_ERROR && stream.avail_in == 0) break;
        if (result == Z_BUF_ERROR) result = Z_OK;
    }
    inflateEnd(&stream);
    if (size > bound) return Errc::too_large;
    if (result != Z_STREAM_END)
        return result == Z_OK || result == Z_BUF_ERROR ? Errc::truncated : Errc::bad_compression;
    out.reserve(size + limits::kFramePadding);
    out.resize(size);
    return Errc::ok;
}

}  // namespace hark::ingest
