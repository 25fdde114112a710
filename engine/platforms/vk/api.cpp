#include "platforms/vk/api.hpp"

#include <algorithm>
#include <array>

#include "platforms/event.hpp"
#include "platforms/members.hpp"
#include "platforms/percent.hpp"

namespace hark::platforms::vk {

namespace {

constexpr std::string_view kVersion = "5.199";

constexpr Members<Reply, 6> kTokens = {{
    {"endpoint", &Reply::endpoint},
    {"server", &Reply::server},
    {"key", &Reply::key},
    {"ts", &Reply::ts},
    {"failed", &Reply::failed},
    {"error_code", &Reply::error_code},
}};

}  // namespace

Call method_call(const Api& api, std::string_view method, std::string_view form,
                 std::uint32_t purpose) {
    Call call;
    call.method = "POST";
    call.url = api.url + "/" + std::string(method);
    call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
    call.body = "v=" + std::string(kVersion) + "&access_token=" + percent_encode(api.token);
    if (!form.empty()) call.body.append("&").append(form);
    call.purpose = purpose;
    return call;
}

Errc ReplyReader::read(std::string_view body, Reply& reply) {
    arena_.reset();
    EventReader reader(arena_);
    const auto take = [&](std::string_view key, JsonValue value) {
        kTokens.read(key, value, reader, reply);
        return Errc::ok;
    };
    const auto broken = json_document(parser_, body, [&](JsonValue root) {
        if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
        return json_members(root, [&](std::string_view key, JsonValue value) {
            if (key == "response" || key == "error") return reader.object(value, take);
            return take(key, value);
        });
    });
    return broken != Errc::ok ? broken : reader.fault();
}

Outcome ReplyReader::read_method(const HttpResponse& response, Reply& reply) {
    auto outcome = outcome_of(response.status);
    outcome.decode = false;
    if (!outcome.problem.empty()) return outcome;
    const auto error = read(response.body, reply);
    const auto code = reply.error_code;
    // A wrong token, a missing right, a wrong parameter, a community that is not the token's.
    static constexpr std::array<std::string_view, 7> kLasting = {"5",  "7",   "15",  "27",
                                                                 "28", "100", "1051"};
    outcome.lasting = std::find(kLasting.begin(), kLasting.end(), code) != kLasting.end();
    if (!code.empty()) outcome.problem = "VK's method failed with error " + std::string(code);
    else if (error != Errc::ok) outcome.problem = "VK's method gave what is no reply";
    return outcome;
}

bool is_host(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '-' || c == ':';
    });
}

}  // namespace hark::platforms::vk
