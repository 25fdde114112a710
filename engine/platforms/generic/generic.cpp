#include "platforms/generic/generic.hpp"

#include <algorithm>
#include <optional>

#include "core/utf8.hpp"
#include "platforms/generic/endpoint.hpp"
#include "platforms/generic/mapping.hpp"
#include "platforms/generic/verify.hpp"
#include "platforms/json.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

/// CloudEvents of binary mode: their attributes are headers, which are read when the request comes
/// in, just before its body is decoded.
class BinaryEvent {
public:
    /// Remembers the event of this request, or that it has none.
    void remember(const HttpRequest& request) {
        body_ = request.header("ce-specversion").empty() ? nullptr : request.body.data();
        if (body_ == nullptr) return;
        unescape(request.header("ce-id"), id_);
        unescape(request.header("ce-source"), source_);
        unescape(request.header("ce-time"), time_);
        unescape(request.header("ce-partitionkey"), thread_);
        if (thread_.empty()) unescape(request.header("ce-subject"), thread_);
    }

    /// The envelope of the frame that is this request's body. Valid until the next request.
    [[nodiscard]] std::optional<generic::Envelope> envelope_of(const Frame& frame) const {
        if (body_ == nullptr || body_ != frame.bytes.data()) return std::nullopt;
        return generic::Envelope{id_, source_, time_, thread_, {}};
    }
    void forget() noexcept { body_ = nullptr; }

private:
    /// Percent-encoded UTF-8, a plus being a plus; empty when it is not.
    static void unescape(std::string_view value, std::string& out) {
        out.clear();
        while (!value.empty()) {
            const auto plain = std::min(value.find('%'), value.size());
            out.append(value.substr(0, plain));
            value.remove_prefix(plain);
            if (value.empty()) break;
            const auto byte = decode_hex(value.substr(1, 2));
            if (!byte || byte->size() != 1 || byte->front() == '\0') return out.clear();
            out.append(*byte);
            value.remove_prefix(3);
        }
        if (!is_utf8(out)) out.clear();
    }

    const char* body_ = nullptr;
    std::string id_, source_, time_, thread_;
};

/// Pointers reach into a body in any order, which On-Demand cannot do without reading it again for
/// each: this one platform reads through the DOM.
class Generic final : public Platform {
public:
    explicit Generic(Settings& source)
        : verifier_(source), mapping_(source), endpoint_(source) {}

    [[nodiscard]] bool is_ours() const override { return endpoint_.is_poll(); }

    [[nodiscard]] Step next(const Progress& progress) override { return endpoint_.next(progress); }

    Outcome replied(const HttpResponse& response) override {
        auto outcome = outcome_of(response.status);
        outcome.decode = outcome.decode && !response.body.empty();
        return outcome;
    }

    Reception receive(const HttpRequest& request) override {
        event_.forget();
        if (request.method != "POST") return refuse(405);
        const auto error = verifier_.verify(request);
        if (error != Errc::ok) return refuse(401, error);
        event_.remember(request);
        auto reception = accept();
        reception.reply.status = 204;
        return reception;
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        const auto envelope = event_.envelope_of(frame);
        event_.forget();
        if (const auto deep = json_depth(frame.bytes); deep != Errc::ok) return deep;
        simdjson::dom::element root;
        const auto error = parser_.parse(frame.bytes.data(), frame.bytes.size(), false).get(root);
        if (error == simdjson::STRING_ERROR) return string_error(frame.bytes, arena);
        if (error != simdjson::SUCCESS) return json_error(error);
        endpoint_.read_place(root, arena, out);
        return envelope ? mapping_.read_data(root, *envelope, arena, out)
                        : mapping_.read(root, arena, out);
    }

private:
    /// The parser does not tell half a surrogate pair from an escape that does not exist. The first
    /// backslash that is wrong does.
    static Errc string_error(std::string_view bytes, Arena& arena) {
        std::string_view unescaped;
        const auto error = json_unescape(bytes, arena, unescaped);
        return error == Errc::ok ? Errc::malformed_json : error;
    }

    generic::Verifier verifier_;
    generic::Mapping mapping_;
    generic::Endpoint endpoint_;
    BinaryEvent event_;
    simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<Platform> make_generic(Settings& source) {
    return std::make_unique<Generic>(source);
}

}  // namespace hark::platforms
