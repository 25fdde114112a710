#pragma once

#include <vector>

#include "platforms/bluesky/event.hpp"
#include "platforms/members.hpp"

namespace hark::platforms::bluesky {

inline constexpr Members<Event, 7> kRecord = {{
    {"$type", Form::none},
    {"createdAt", &Event::created_at, Form::text},
    {"langs"},
    {"reply"},
    {"text", &Event::text, Form::text},
    {"facets"},
    {"embed"},
}};

struct Reference {
    std::string_view uri;
};
inline constexpr Members<Reference, 2> kReference = {{
    {"cid", Form::none},
    {"uri", &Reference::uri, Form::text},
}};

/// Reads a post's record, whatever it is written in. `In` reads values of its type `Value`:
/// `object(value, use)` calls `use(key, value)` for each member, `array(value, use)` calls
/// `use(value)` for each item, `members(table, value, out, use)` reads what has its field and
/// calls `use(place, value)` for the rest of a table, `text(value, out)` reads a string,
/// `offset(value)` a count of bytes, 0 when it is none; what is not of its kind counts as empty,
/// and In notes it. What object and array return says that the bytes are broken, so that nothing
/// after them can be read.
template <typename In>
class RecordWalk {
public:
    using Value = typename In::Value;
    using Key = typename In::Key;

    RecordWalk(In& in, std::vector<FacetLink>& links, Event& event)
        : in_(in), links_(links), event_(event) {}

    Errc record(Value value) {
        return in_.members(kRecord, value, event_, [this](std::size_t place, Value inside) {
            switch (place) {
                case kRecord["langs"]: return langs(inside);
                case kRecord["reply"]: return reply(inside);
                case kRecord["facets"]: return facets(inside);
                case kRecord["embed"]: return embed(inside);
                default: return Errc::ok;
            }
        });
    }

private:
    Errc langs(Value value) {
        return in_.array(value, [this](Value item) {
            in_.text(item, event_.lang);
            return Errc::ok;
        });
    }

    Errc reply(Value value) {
        return in_.object(value, [this](Key key, Value inside) {
            if (key == "root") return uri(inside, event_.root);
            if (key == "parent") return uri(inside, event_.parent);
            return Errc::ok;
        });
    }

    Errc uri(Value value, std::string_view& out) {
        Reference reference;
        const auto broken =
            in_.members(kReference, value, reference, [](std::size_t, Value) { return Errc::ok; });
        if (out.data() == nullptr) out = reference.uri;
        return broken;
    }

    Errc facets(Value value) {
        return in_.array(value, [this](Value item) {
            const auto first = links_.size();
            FacetLink range;
            const auto broken = facet(item, range);
            // `features` may stand before `index`.
            for (auto i = first; i < links_.size(); ++i) {
                links_[i].begin = range.begin;
                links_[i].end = range.end;
            }
            return broken;
        });
    }

    Errc facet(Value value, FacetLink& range) {
        return in_.object(value, [this, &range](Key key, Value inside) {
            if (key == "index") return index(inside, range);
            if (key != "features") return Errc::ok;
            return in_.array(inside, [this](Value feature) {
                std::string_view address;
                const auto broken = uri(feature, address);
                if (!address.empty()) links_.push_back({address});
                return broken;
            });
        });
    }

    /// What is no count of bytes becomes 0, which no range ends with.
    Errc index(Value value, FacetLink& range) {
        return in_.object(value, [this, &range](Key key, Value offset) {
            if (key == "byteStart") range.begin = in_.offset(offset);
            else if (key == "byteEnd") range.end = in_.offset(offset);
            return Errc::ok;
        });
    }

    Errc embed(Value value) {
        return in_.object(value, [this](Key key, Value inside) {
            if (key == "media")
                return in_.object(inside,
                                  [this](Key name, Value item) { return media(name, item); });
            if (key == "record") return quote(inside);
            return media(key, inside);
        });
    }

    /// A quote with pictures has the record one level deeper.
    Errc quote(Value value) {
        return in_.object(value, [this](Key key, Value inside) {
            if (key == "record") return uri(inside, event_.quoted);
            if (key == "uri") in_.text(inside, event_.quoted);
            return Errc::ok;
        });
    }

    Errc media(Key key, Value value) {
        if (key == "external") return uri(value, event_.card);
        if (key == "video") count_media(event_.media);
        else if (key == "images" || key == "items")
            return in_.array(value, [this](Value) {
                count_media(event_.media);
                return Errc::ok;
            });
        return Errc::ok;
    }

    In& in_;
    std::vector<FacetLink>& links_;
    Event& event_;
};

}  // namespace hark::platforms::bluesky
