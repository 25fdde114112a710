#include "platforms/bluesky/dictionaries.hpp"

// The assembler puts the files into the program as they are (HARK_BLUESKY_FOLDER comes from CMake).
#define HARK_EMBED(symbol, file)                                     \
    asm(".pushsection .rodata\n"                                     \
        ".balign 16\n"                                               \
        ".hidden " #symbol "_begin\n.global " #symbol                \
        "_begin\n"                                                   \
        ".hidden " #symbol "_end\n.global " #symbol "_end\n" #symbol \
        "_begin:\n"                                                  \
        ".incbin \"" HARK_BLUESKY_FOLDER "/" file "\"\n" #symbol     \
        "_end:\n"                                                    \
        ".popsection\n")

HARK_EMBED(hark_jetstream_v1, "legacy_subscribe.zdict");
HARK_EMBED(hark_jetstream_v2, "subscribe_events_20260811.zdict");

extern "C" {
extern const std::byte hark_jetstream_v1_begin[];
extern const std::byte hark_jetstream_v1_end[];
extern const std::byte hark_jetstream_v2_begin[];
extern const std::byte hark_jetstream_v2_end[];
}

namespace hark::platforms::bluesky {

std::span<const std::byte> dictionary_v1() noexcept {
    return {hark_jetstream_v1_begin, hark_jetstream_v1_end};
}
std::span<const std::byte> dictionary_v2() noexcept {
    return {hark_jetstream_v2_begin, hark_jetstream_v2_end};
}

}  // namespace hark::platforms::bluesky
