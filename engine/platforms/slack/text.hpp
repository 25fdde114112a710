#pragma once

#include <string_view>
#include <vector>

#include "core/arena.hpp"

namespace hark::platforms::slack {

/// A message's mrkdwn as its readers see it: `<@U1|ola>` is `@ola`, `<https://a.example|shop>` is
/// `shop` with the address in `links`, `&amp;` is `&`. Emphasis stays as it was written. The view
/// itself when there is nothing to change.
[[nodiscard]] std::string_view plain_text(std::string_view mrkdwn, Arena& arena,
                                          std::vector<std::string_view>& links);

}  // namespace hark::platforms::slack
