#include "core/utf8.hpp"
#include "platforms/event.hpp"
#include "platforms/line_id.hpp"
#include "platforms/mention/mention.hpp"

namespace hark::platforms {

namespace {

class TextLines final : public Platform {
public:
    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        if (!is_utf8(frame.bytes)) return Errc::invalid_utf8;
        Mention mention;
        mention.platform = "text";
        mention.id = line_id("text", frame.bytes, arena);
        mention.text = frame.bytes;
        return admit(mention, out);
    }
};

}  // namespace

std::unique_ptr<Platform> make_text(Settings&) {
    return std::make_unique<TextLines>();
}

}  // namespace hark::platforms
