#include "platforms/mastodon/known_statuses.hpp"

#include <functional>

#include "core/limits.hpp"

namespace hark::platforms::mastodon {

std::size_t KnownStatuses::place_of(std::string_view local_id) noexcept {
    return std::hash<std::string_view>{}(local_id) % limits::kKnownStatuses;
}

void KnownStatuses::put(std::string_view local_id, const Status& status) {
    if (local_id.empty() || status.id.empty()) return;
    if (slots_.empty()) slots_.resize(limits::kKnownStatuses);
    auto& slot = slots_[place_of(local_id)];
    const bool fits = slot.local_id.fits(local_id) && slot.id.fits(status.id) &&
                      slot.thread.fits(status.thread);
    if (!fits) return;
    slot.local_id.set(local_id);
    slot.id.set(status.id);
    slot.thread.set(status.thread);
}

KnownStatuses::Status KnownStatuses::find(std::string_view local_id) const noexcept {
    if (slots_.empty() || local_id.empty()) return {};
    const auto& slot = slots_[place_of(local_id)];
    if (slot.local_id.view() != local_id) return {};
    return {slot.id.view(), slot.thread.view()};
}

}  // namespace hark::platforms::mastodon
