#pragma once

#include <vector>

#include "platforms/batch.hpp"

namespace hark::platforms::meta {

/// A person of a WhatsApp change.
struct Contact {
    std::string_view wa_id;
    std::string_view user_id;
    std::string_view name;
    std::string_view username;
};

/// Where the mentions of one request go, and what is kept from one request to the next.
struct Batch : platforms::Batch {
    std::string_view object;  ///< the kind of subscription: page, instagram, …
    std::vector<Contact> contacts;
};

/// What the updates of one entry share.
struct Entry {
    std::string_view id;    ///< of the page or account
    std::string_view time;  ///< seconds, of messages milliseconds; digits
};

/// A subscription's entry that is not WhatsApp's.
[[nodiscard]] Errc add_entry(JsonValue entry, Batch& batch);

/// An item of `changes` of an entry: Facebook pages and Instagram.
[[nodiscard]] Errc add_change(JsonValue change, const Entry& entry, Batch& batch);

/// An item of `messaging` or `standby`: Messenger and Instagram messages.
[[nodiscard]] Errc add_messaging(JsonValue event, const Entry& entry, Batch& batch);

/// An entry of a WhatsApp business account.
[[nodiscard]] Errc add_whatsapp(JsonValue entry, Batch& batch);

/// An item of `values` of a Threads request, or `values` itself.
[[nodiscard]] Errc add_threads(JsonValue item, Batch& batch);

}  // namespace hark::platforms::meta
