#include "platforms/meta/batch.hpp"

#include "platforms/meta/change.hpp"

namespace hark::platforms::meta {

Errc add_entry(JsonValue value, Batch& batch) {
    return read_part(value, batch, [&](JsonObject& object, EventReader& reader) {
        Entry entry;
        Change own;  // with Instagram Login the entry itself is the change
        const auto peek = [&](std::string_view key, JsonValue member) {
            if (key == "id") reader.token(member, entry.id);
            else if (key == "time") reader.token(member, entry.time);
            return !entry.id.empty() && !entry.time.empty();
        };
        const auto use = [&](std::string_view key, JsonValue member) {
            if (key == "changes") {
                return reader.array(member,
                                    [&](JsonValue item) { return add_change(item, entry, batch); });
            }
            if (key == "messaging" || key == "standby") {
                return reader.array(
                    member, [&](JsonValue item) { return add_messaging(item, entry, batch); });
            }
            if (key == "changed_fields") {
                return reader.array(member, [&](JsonValue) {
                    ++batch.out->ignored;
                    return Errc::ok;
                });
            }
            return read_change_member(key, member, reader, own);
        };
        const auto broken = EventReader::members_twice(object, peek, use);
        if (broken == Errc::ok && own.has_value) finish_change(own, entry, reader, batch);
        return broken;
    });
}

}  // namespace hark::platforms::meta
