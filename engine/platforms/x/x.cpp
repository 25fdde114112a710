#include "platforms/x/x.hpp"

#include <algorithm>

#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/x/event.hpp"
#include "platforms/x/outbound.hpp"

namespace hark::platforms {

namespace {

std::vector<std::string> consumer_secrets(Settings& source) {
    if (!source.has("path")) return source.secrets("consumer_secret");
    return required_secrets(source, "consumer_secret",
                            "the consumer (API key) secret of your X app");
}

/// The challenge is answered with the very code that proves a body to be of X: only what can never
/// be a body may be asked for, or everybody could have any body signed.
bool is_crc_token(std::string_view token) {
    constexpr std::size_t kLongest = 256;
    return !token.empty() && token.size() <= kLongest &&
           std::all_of(token.begin(), token.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
           });
}

class X final : public JsonPlatform {
public:
    explicit X(Settings& source)
        : signature_(Digest::sha256, consumer_secrets(source)), outbound_(source) {}

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return answer_challenge(request.query);
        if (request.method != "POST") return refuse(405);
        const auto error = check_code(signature_, request.header("x-twitter-webhooks-signature"),
                                      "sha256=", {request.body}, Encoding::base64);
        return error == Errc::ok ? accept() : refuse(403, error);
    }

    [[nodiscard]] bool is_ours() const override { return outbound_.is_ours(); }
    [[nodiscard]] Step next(const Progress& progress) override { return outbound_.next(progress); }
    Outcome replied(const HttpResponse& response) override { return outbound_.replied(response); }
    [[nodiscard]] std::optional<Reaction> react(Moment moment) override {
        return outbound_.react(moment, event_.has_problem && !event_.has_data,
                               event_.too_many_connections);
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        event_.clear();
        const auto broken = x::read_event(root, reader, batch, event_);
        if (broken == Errc::ok) x::finish_event(event_, reader, batch);
        return broken;
    }

private:
    Reception answer_challenge(std::string_view query) {
        const auto token = query_value(query, "crc_token");
        if (!token || !is_crc_token(*token)) return refuse(400);
        const auto code = encode_base64(signature_.code(*token));
        return answer(R"({"response_token":"sha256=)" + code + "\"}", "application/json");
    }

    Hmac signature_;
    x::Outbound outbound_;
    x::Event event_;  ///< the last; its views ended with its frame
};

}  // namespace

std::unique_ptr<Platform> make_x(Settings& source) {
    return std::make_unique<X>(source);
}

}  // namespace hark::platforms
