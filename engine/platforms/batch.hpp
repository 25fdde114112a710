#pragma once

#include "platforms/event.hpp"
#include "platforms/platform.hpp"

namespace hark::platforms {

/// Becomes the mention where it is needed.
template <typename Make>
struct Made {
    const Make& make;
    operator Mention() const { return make(); }
};

/// Where the mentions of one frame go.
struct Batch {
    Arena* arena = nullptr;
    Mentions* out = nullptr;

    /// Adds a mention unless something was wrong with its members.
    void add(const Mention& mention, EventReader& reader) const {
        if (reader.fault() == Errc::ok) reader.note(admit(mention, *out));
    }
    /// Adds what `make()` gives, in its place: a mention is large, and others than the hot paths
    /// may copy it.
    template <typename Make>
    void make(Make make, EventReader& reader) const {
        out->list.emplace_back(Made<Make>{make});
        if (reader.fault() == Errc::ok) reader.note(admit_last(*out));
        if (reader.fault() != Errc::ok) out->list.pop_back();
    }
    /// Counts an event that carries nobody's words: what is wrong with it does not matter.
    void ignore(EventReader& reader) const noexcept {
        ++out->ignored;
        reader.forgive();
    }
    /// Sets a part aside. Not ok: there are more than a batch may hold.
    [[nodiscard]] Errc refuse(Errc reason, std::string_view bytes) const;
};

/// Reads one update of a batch: `read(object, reader)` walks it and adds its mention. What is wrong
/// with it makes it a refusal and leaves the others alone. Not ok: the JSON is broken, or there are
/// more updates than a batch may hold.
template <typename Read>
[[nodiscard]] Errc read_part(JsonValue value, const Batch& batch, Read read) {
    if (value.first() != '{') return batch.refuse(Errc::wrong_type, json_raw(value));
    EventReader reader(*batch.arena);
    const auto broken = read(value, reader);
    if (broken != Errc::ok || reader.fault() == Errc::ok) return broken;
    if (reader.fault() == Errc::too_many) return reader.fault();
    drop_loose_links(*batch.out);
    std::string_view bytes;
    if (const auto error = json_whole(value, bytes); error != Errc::ok) return error;
    return batch.refuse(reader.fault(), bytes);
}

/// Takes back what a frame gave that is refused whole: because it is broken (`error`), or because
/// all that it held was refused. What is to be returned.
[[nodiscard]] Errc settle(Errc error, Mentions& out);

/// A platform whose frame is one JSON object.
class JsonPlatform : public Platform {
public:
    Errc decode(const Frame& frame, Arena& arena, Mentions& out) final;

protected:
    /// Reads the whole object and adds what it holds. Not ok: the JSON is broken, so that nothing
    /// after it can be read. What is wrong with single members is noted in `reader` and spoils the
    /// frame.
    virtual Errc read(JsonObject& root, EventReader& reader, const Batch& batch) = 0;

    JsonParser parser_;
};

}  // namespace hark::platforms
