#include "text/folder.hpp"

#include "core/check.hpp"
#include "core/limits.hpp"
#include "text/scan.hpp"

namespace hark::text {
namespace {

/// What a text of so many bytes may become. A code point gives at most twice its own bytes (the
/// tables see to it), and a Latin letter may turn into a Cyrillic or Greek one of two bytes; a sign
/// or an emoji brings two spaces at most. The margin is for the first space and for stores of eight
/// bytes.
constexpr std::size_t folded_bound(std::size_t text_bytes) {
    return 4 * text_bytes + 16 + limits::kFramePadding;
}

}  // namespace

void Folder::reserve(std::size_t text_bytes) {
    HARK_CHECK(text_bytes < UINT32_MAX / 8);
    const auto bound = folded_bound(text_bytes);
    if (bytes_.size() < bound) bytes_.resize(bound);
}

FoldedText Folder::fold(std::string_view utf8) {
    reserve(utf8.size());
    return Scan<false>(utf8, bytes_.data(), word_, joints_).run();
}

const OffsetMap& Folder::map(std::string_view utf8) {
    reserve(utf8.size());
    if (const auto bound = folded_bound(utf8.size()); map_begin_.size() < bound) {
        map_begin_.resize(bound);
        map_end_.resize(bound);
    }
    const auto folded =
        Scan<true>(utf8, bytes_.data(), word_, joints_, {map_begin_.data(), map_end_.data()}).run();
    map_ = {std::span(map_begin_).first(folded.bytes.size()),
            std::span(map_end_).first(folded.bytes.size())};
    return map_;
}

}  // namespace hark::text
