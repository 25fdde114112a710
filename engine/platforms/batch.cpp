#include "platforms/batch.hpp"

#include "core/limits.hpp"

namespace hark::platforms {

Errc Batch::refuse(Errc reason, std::string_view bytes) const {
    if (out->refused.size() >= limits::kMentionsPerFrame) return Errc::too_many;
    out->refused.push_back({reason, bytes});
    return Errc::ok;
}

Errc settle(Errc error, Mentions& out) {
    const bool nothing = out.list.empty() && out.ignored == 0;
    if (error == Errc::ok && nothing && !out.refused.empty()) error = out.refused[0].reason;
    if (error != Errc::ok) {
        out.list.clear();
        out.refused.clear();
        out.ignored = 0;
    }
    drop_loose_links(out);
    return error;
}

Errc JsonPlatform::decode(const Frame& frame, Arena& arena, Mentions& out) {
    const Batch batch{&arena, &out};
    EventReader reader(arena);
    const auto broken = json_document(parser_, frame.bytes, [&](JsonValue root) {
        return root.first() == '{' ? read(root, reader, batch) : Errc::wrong_type;
    });
    return settle(broken != Errc::ok ? broken : reader.fault(), out);
}

}  // namespace hark::platforms
