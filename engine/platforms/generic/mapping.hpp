#pragma once

#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

#include "core/arena.hpp"
#include "core/mention.hpp"
#include "core/settings.hpp"

namespace hark::platforms::generic {

/// What a CloudEvent says of itself, in its members or, in binary mode, in the request's headers;
/// empty views when there is none.
struct Envelope {
    std::string_view id;
    std::string_view source;
    std::string_view time;
    std::string_view thread;  ///< `partitionkey`, else `subject`
    std::string_view unique;  ///< of source and id, and of the place where data is a list
};

/// Where a sender's JSON has the members of a mention: JSON Pointers (RFC 6901), read from the
/// source's `mapping`.
class Mapping {
public:
    explicit Mapping(Settings& source);

    /// Adds the mentions of a whole body. Parts that cannot be used are in `out.refused`. Not ok:
    /// nothing could be used.
    Errc read(simdjson::dom::element body, Arena& arena, Mentions& out) const;

    /// The same for the body of an event in binary mode: it is the event's data.
    Errc read_data(simdjson::dom::element data, Envelope envelope, Arena& arena,
                   Mentions& out) const;

private:
    Errc read_body(simdjson::dom::element body, Arena& arena, Mentions& out) const;
    Errc read_event(simdjson::dom::object event, Arena& arena, Mentions& out) const;
    Errc read_event_data(simdjson::dom::element data, Envelope envelope, Arena& arena,
                         Mentions& out) const;
    Errc read_items(simdjson::dom::element items, const Envelope& envelope, Arena& arena,
                    Mentions& out) const;
    Errc read_item(simdjson::dom::element item, const Envelope& envelope, Arena& arena,
                   Mentions& out) const;
    Errc read_fields(simdjson::dom::element item, Arena& arena, Mention& mention) const;

    [[nodiscard]] bool is_wanted(simdjson::dom::element item, Arena& arena) const;

    std::string platform_;
    std::vector<std::pair<std::string, std::string>> where_;  ///< pointer and the value it needs
    bool mapped_ = false;  ///< the configuration has a mapping of its own
    std::string items_, id_, event_id_, text_, lang_, kind_, action_, created_at_, url_, thread_,
        parent_;
    std::string author_id_, author_handle_, author_name_, author_phone_, author_created_at_;
};

}  // namespace hark::platforms::generic
