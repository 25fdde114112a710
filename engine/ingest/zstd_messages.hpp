#pragma once

#include <zstd.h>
#include <zstd_errors.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/errc.hpp"
#include "core/limits.hpp"

namespace hark::ingest {

/// Messages that are one zstd frame each, with a dictionary that both sides know (Jetstream's
/// `compress=true`). The result is valid until the next call and has limits::kFramePadding readable
/// bytes behind it. Not thread-safe.
class ZstdMessages {
public:
    ZstdMessages(std::span<const std::byte> dictionary, std::size_t message_bytes)
        : context_(ZSTD_createDCtx(), &ZSTD_freeDCtx),
          dictionary_(ZSTD_createDDict(dictionary.data(), dictionary.size()), &ZSTD_freeDDict),
          limit_(message_bytes) {}

    [[nodiscard]] Errc unpack(std::string_view packed, std::string_view& out) {
        const auto wanted = ZSTD_getFrameContentSize(packed.data(), packed.size());
        if (wanted == ZSTD_CONTENTSIZE_ERROR) return Errc::bad_compression;
        // A frame need not tell its size: then it gets the room of what such a message may hold.
        const auto size = wanted == ZSTD_CONTENTSIZE_UNKNOWN ? limit_ : wanted;
        if (size > limit_) return Errc::too_large;
        if (bytes_.size() < size + limits::kFramePadding)
            bytes_.resize(size + limits::kFramePadding);
        const auto given = ZSTD_decompress_usingDDict(
            context_.get(), bytes_.data(), size, packed.data(), packed.size(), dictionary_.get());
        if (ZSTD_isError(given) != 0) {
            return ZSTD_getErrorCode(given) == ZSTD_error_dstSize_tooSmall ? Errc::too_large
                                                                           : Errc::bad_compression;
        }
        out = {bytes_.data(), given};
        return Errc::ok;
    }

private:
    std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context_;
    std::unique_ptr<ZSTD_DDict, decltype(&ZSTD_freeDDict)> dictionary_;
    std::size_t limit_;
    std::vector<char> bytes_;
};

}  // namespace hark::ingest
