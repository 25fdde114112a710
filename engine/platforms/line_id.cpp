#include "platforms/line_id.hpp"

#include <xxhash.h>

#include <array>

namespace hark::platforms {

std::string_view line_id(std::string_view prefix, std::string_view bytes, Arena& arena) {
    static constexpr char kHex[] = "0123456789abcdef";
    const auto hash = XXH3_128bits(bytes.data(), bytes.size());
    std::array<char, 32> hex;
    for (std::size_t i = 0; i < 16; ++i) {
        hex[15 - i] = kHex[hash.high64 >> (4 * i) & 15];
        hex[31 - i] = kHex[hash.low64 >> (4 * i) & 15];
    }
    return arena.join(prefix, ":", std::string_view(hex.data(), hex.size()));
}

}  // namespace hark::platforms
