#pragma once

#include <vector>

#include "platforms/event.hpp"

namespace hark::platforms::meta {

/// A person of a WhatsApp change.
struct Contact {
    std::string_view wa_id;
    std::string_view user_id;
    std::string_view name;
    std::string_view username;
};

/// Where the mentions of one request go, and what is kept from one request to the next.
struct Batch {
    Arena* arena = nullptr;
    Mentions* out = nullptr;
    std::string_view object;  ///< the kind of subscription: page, instagram, …
    std::vector<Contact> contacts;

    /// Adds a mention unless something was wrong with its members.
    void add(const Mention& mention, EventReader& reader) {
        if (reader.fault() == Errc::ok) reader.note(admit(mention, *out));
    }
    /// Sets a part aside. Not ok: there are more than a batch may hold.
    [[nodiscard]] Errc refuse(Errc reason, std::string_view bytes);
};

/// What the updates of one entry share.
struct Entry {
    std::string_view id;    ///< of the page or account
    std::string_view time;  ///< seconds, of messages milliseconds; digits
};

/// Reads one update of a batch: `read(object, reader)` walks it and adds its mention. What is wrong
/// with it makes it a refusal and leaves the others alone. Not ok: the JSON is broken, or there are
/// more updates than a batch may hold.
template <typename Read>
[[nodiscard]] Errc read_part(JsonValue value, Batch& batch, Read read) {
    const auto raw = json_raw(value);
    if (!raw.starts_with('{')) return batch.refuse(Errc::wrong_type, raw);
    JsonObject object;
    if (const auto error = value.get_object().get(object)) return json_error(error);
    EventReader reader(*batch.arena);
    const auto broken = read(object, reader);
    if (broken != Errc::ok || reader.fault() == Errc::ok) return broken;
    if (reader.fault() == Errc::too_many) return reader.fault();
    drop_loose_links(*batch.out);
    std::string_view bytes;
    if (const auto error = object.reset().error()) return json_error(error);
    if (const auto error = object.raw_json().get(bytes)) return json_error(error);
    return batch.refuse(reader.fault(), bytes);
}

/// Prefix and id in one; empty when the platform's own id is.
[[nodiscard]] std::string_view join_id(std::string_view prefix, std::string_view id, Arena& arena);

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
