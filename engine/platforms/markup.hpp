#pragma once

#include <string_view>
#include <vector>

#include "core/arena.hpp"

namespace hark::platforms {

/// Character references as people's text has them: `&amp; &lt; &gt; &quot; &apos; &nbsp; &#39;
/// &#x27;`; any other `&` stands for itself. The view itself when there is none.
[[nodiscard]] std::string_view unescape_references(std::string_view text, Arena& arena);

/// What a reader sees of an HTML fragment: line breaks for `<br>` and around a block, an empty line
/// after a paragraph, no tags, references decoded once, blank ends trimmed. A link whose text is an
/// address cut short (Mastodon's spans `invisible` and `ellipsis`) is its address. Addresses of
/// links go into `links`, but for those that the text shows whole, and those of mentions and
/// hashtags. The view itself when there is no markup.
[[nodiscard]] std::string_view html_text(std::string_view html, Arena& arena,
                                         std::vector<std::string_view>& links);

}  // namespace hark::platforms
