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

FoldedText Folder::fold(std::string_view utf8) {
    HARK_CHECK(utf8.size() < UINT32_MAX / 8);
    if (const auto bound = folded_bound(utf8.size()); bytes_.size() < bound) bytes_.resize(bound);
    return Scan(utf8, bytes_.data(), word_, joints_).run();
}

}  // namespace hark::text
