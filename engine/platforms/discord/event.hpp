#pragma once

#include <vector>

#include "platforms/batch.hpp"
#include "platforms/discord/gateway.hpp"

namespace hark::platforms::discord {

/// A user, a role or a channel that a text names by its id.
struct Name {
    std::string_view id;
    std::string_view name;
};

struct Message {
    std::string_view id;
    std::string_view type;
    std::string_view channel_id;
    std::string_view guild_id;
    std::string_view lobby_id;
    std::string_view content;
    std::string_view sent_at;
    std::string_view edited_at;
    std::string_view user_id;
    std::string_view username;
    std::string_view display_name;
    std::string_view reference_type;
    std::string_view referenced_id;
    std::uint16_t media = 0;
};

/// A dispatch of the gateway, or a webhook event.
struct Event {
    std::string_view name;   ///< `MESSAGE_CREATE`; empty: none that we hear
    bool enveloped = false;  ///< it has what every event and every control message has
    Message message;
    Control control;
    std::vector<Name> names;
    std::vector<std::string_view> deleted_ids;

    /// As new, but keeping the memory of the lists.
    void clear();
};

/// Reads the whole frame. Not ok: the JSON is broken.
[[nodiscard]] Errc read_event(JsonObject& root, EventReader& reader, Event& event);

/// Adds what the event holds. `bot_id` is the bot's own account, the brand's; empty: unknown.
void finish_event(const Event& event, std::string_view bot_id, EventReader& reader,
                  const Batch& batch);

/// A message as its readers see it: `<@8>` is `@name` where the name came along, `<:wave:9>` is
/// `:wave:`, `<https://a.example>` is the address. The view itself when there is nothing to change.
[[nodiscard]] std::string_view plain_text(std::string_view content, std::span<const Name> names,
                                          Arena& arena);

}  // namespace hark::platforms::discord
