#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "core/errc.hpp"

namespace hark::ingest {

/// Unpacks a stream piece by piece: gzip members or zstd frames, one after another. Not
/// thread-safe.
class Unpacker {
public:
    struct Step {
        std::size_t taken = 0;  ///< of the input
        std::size_t given = 0;  ///< into the output
        Errc error = Errc::ok;  ///< bad_compression: nothing after it can be read
    };

    virtual ~Unpacker() = default;
    /// Without input: what was held back because the output had no room.
    [[nodiscard]] virtual Step step(std::span<const char> in, std::span<char> out) = 0;
    /// The stream may end here: no member or frame is half done.
    [[nodiscard]] virtual bool at_boundary() const noexcept = 0;
};

/// What the first bytes of a stream say of it.
struct Packing {
    bool known = false;                  ///< false: more bytes are needed to tell
    std::unique_ptr<Unpacker> unpacker;  ///< null: not packed
};

/// By the magic bytes. With `all` no more bytes will come.
[[nodiscard]] Packing detect_packing(std::span<const char> first, bool all);

}  // namespace hark::ingest
