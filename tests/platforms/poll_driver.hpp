#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "platforms/payload_test.hpp"

namespace hark::platforms::testing {

/// Asks a platform what to do and gives it the replies, as whoever drives it would, on a clock of
/// its own.
class PollDriver {
public:
    explicit PollDriver(Platform& platform) : platform_(&platform) {
        at.now = *parse_rfc3339(kReceivedAt);
    }

    /// What the platform wants now; asking twice changes nothing.
    Call ask() {
        platform_->next(at);
        auto step = platform_->next(at);
        const auto* const wanted = std::get_if<Call>(&step);
        if (wanted == nullptr) throw std::runtime_error("the platform has nothing to do");
        at.now += wanted->delay;
        return *wanted;
    }

    /// Asks, and gives the reply. What was decoded is in `fields` and `reaction`.
    Outcome reply(unsigned status, std::string_view body,
                  std::map<std::string, std::string, std::less<>> headers = {}) {
        call = ask();
        fields.clear();
        reaction.reset();
        const PaddedBytes bytes(body);
        Response response;
        response.status = status;
        response.purpose = call.purpose;
        response.body = bytes.view();
        response.received_at = at.now;
        response.headers = std::move(headers);
        auto outcome = platform_->replied(response);
        if (outcome.decode) decode(bytes.view());
        return outcome;
    }

    [[nodiscard]] std::string header(std::string_view name) const {
        for (const auto& [key, value] : call.headers) {
            if (key == name) return value;
        }
        return {};
    }

    Progress at;
    Call call;  ///< what was asked last
    Fields fields;
    std::optional<Reaction> reaction;

private:
    struct Response final : HttpResponse {
        [[nodiscard]] std::string_view header(std::string_view name) const noexcept override {
            const auto found = headers.find(name);
            return found == headers.end() ? std::string_view() : std::string_view(found->second);
        }
        std::map<std::string, std::string, std::less<>> headers;
    };

    void decode(std::string_view bytes) {
        Arena arena;
        Mentions mentions;
        Frame frame;
        frame.bytes = bytes;
        frame.received_at = at.now;
        frame.purpose = call.purpose;
        const auto error = platform_->decode(frame, arena, mentions);
        fields = fields_of(error, mentions);
        if (!mentions.cursor.empty()) at.cursor = mentions.cursor;
        reaction = platform_->react(Moment::reply);
    }

    Platform* platform_;
};

}  // namespace hark::platforms::testing
