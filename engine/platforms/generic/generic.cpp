#include "platforms/generic/generic.hpp"

#include "core/limits.hpp"
#include "platforms/generic/mapping.hpp"
#include "platforms/generic/verify.hpp"
#include "platforms/json.hpp"
#include "platforms/refuse.hpp"

namespace hark::platforms {

namespace {

/// Pointers reach into a body in any order, which On-Demand cannot do without reading it again for
/// each: this one platform reads through the DOM.
class Generic final : public Platform {
public:
    explicit Generic(Settings& source) : verifier_(source), mapping_(source) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method != "POST") return refuse(405);
        const auto error = verifier_.verify(request);
        if (error != Errc::ok) return refuse(401, error);
        Reception reception;
        reception.decode = true;
        reception.reply.status = 204;
        return reception;
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        if (const auto deep = json_depth(frame.bytes); deep != Errc::ok) return deep;
        simdjson::dom::element root;
        const auto error = parser_.parse(frame.bytes.data(), frame.bytes.size(), false).get(root);
        if (error != simdjson::SUCCESS) return json_error(error);
        return mapping_.read(root, arena, out);
    }

private:
    generic::Verifier verifier_;
    generic::Mapping mapping_;
    simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<Platform> make_generic(Settings& source) {
    return std::make_unique<Generic>(source);
}

}  // namespace hark::platforms
