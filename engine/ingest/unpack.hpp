#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/errc.hpp"

namespace hark::ingest {

/// Unpacks a stream piece by piece: plain bytes, gzip members or zstd frames one after another. Not
/// thread-safe.
class Unpacker {
public:
    struct Step {
        std::size_t taken = 0;  ///< of the input
        std::size_t given = 0;  ///< into the output
        Errc error = Errc::ok;  ///< bad_compression: nothing after it can be read
    };

    virtual ~Unpacker() = default;
    [[nodiscard]] virtual Step step(std::span<const char> in, std::span<char> out) = 0;
    /// The stream may end here: no member or frame is half done.
    [[nodiscard]] virtual bool at_boundary() const = 0;

    /// By the first four bytes (fewer when the stream is shorter).
    [[nodiscard]] static std::unique_ptr<Unpacker> by_magic(std::span<const char> first);
};

}  // namespace hark::ingest
