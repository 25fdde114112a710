#include "core/mention.hpp"

namespace hark {

std::string_view to_string(Kind kind) noexcept {
    switch (kind) {
        case Kind::post: return "post";
        case Kind::comment: return "comment";
        case Kind::mention: return "mention";
        case Kind::message: return "message";
        case Kind::review: return "review";
        case Kind::reaction: return "reaction";
    }
    return "post";
}

std::string_view to_string(Action action) noexcept {
    switch (action) {
        case Action::created: return "created";
        case Action::edited: return "edited";
        case Action::deleted: return "deleted";
    }
    return "created";
}

}  // namespace hark
