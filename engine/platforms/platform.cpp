#include "platforms/platform.hpp"

namespace hark::platforms {

Reception Platform::receive(const HttpRequest&) {
    Reception reception;
    reception.reply.status = 404;
    return reception;
}

std::optional<StreamRequest> Platform::stream(const Cursor&) const {
    return std::nullopt;
}

void Platform::set_brands(std::span<const Brand>) {}

void Platform::share_with(Platform&) {}

bool Platform::is_ours() const {
    return false;
}

Step Platform::next(const Progress& progress) {
    if (auto request = stream(progress.cursor)) return *std::move(request);
    return std::monostate{};
}

Outcome Platform::replied(const HttpResponse& response) {
    return outcome_of(response.status);
}

std::optional<Reaction> Platform::react(Moment) {
    return std::nullopt;
}

namespace {

std::string_view meaning(unsigned status) noexcept {
    switch (status) {
        case 400: return "the request was not understood";
        case 401: return "the credentials were not accepted";
        case 402: return "it has to be paid for";
        case 403: return "these credentials may not have it";
        case 404: return "there is nothing at this address";
        case 410: return "there is nothing at this address any more";
        case 420:
        case 429: return "asked too often, or too many connections";
        default: break;
    }
    if (status >= 500) return "the server has a problem of its own";
    return status >= 300 && status < 400 ? "it has moved" : "refused";
}

}  // namespace

Outcome outcome_of(unsigned status) {
    Outcome outcome;
    const bool is_empty = status == 204 || status == 304;
    outcome.decode = status >= 200 && status < 300 && !is_empty;
    if (!outcome.decode && !is_empty)
        outcome.problem =
            "HTTP status " + std::to_string(status) + ": " + std::string(meaning(status));
    outcome.lasting = status == 400 || status == 401 || status == 403;
    return outcome;
}

}  // namespace hark::platforms
