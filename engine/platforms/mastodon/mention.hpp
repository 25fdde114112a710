#pragma once

#include "platforms/batch.hpp"
#include "platforms/mastodon/known_statuses.hpp"
#include "platforms/mastodon/status.hpp"

namespace hark::platforms::mastodon {

/// Adds what the event says, as the instance at `host` says it. What has no words of a person is
/// counted as ignored.
void add_event(const Event& event, std::string_view host, KnownStatuses& known,
               EventReader& reader, const Batch& batch);

/// Whether the payload of an event of this name is a JSON object that is worth reading.
[[nodiscard]] bool has_status(std::string_view event_name) noexcept;

}  // namespace hark::platforms::mastodon
