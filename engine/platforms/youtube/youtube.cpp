#include "platforms/youtube/youtube.hpp"

#include <algorithm>
#include <array>

#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/youtube/comments.hpp"
#include "platforms/youtube/feed.hpp"

namespace hark::platforms {

namespace {

constexpr std::string_view kTopic = "https://www.youtube.com/xml/feeds/videos.xml?channel_id=";
constexpr std::size_t kSecretBytes = 199;  // WebSub 5.1: less than 200

struct Method {
    std::string_view prefix;
    Digest digest;
};
constexpr std::array<Method, 4> kMethods = {{
    {"sha1=", Digest::sha1},
    {"sha256=", Digest::sha256},
    {"sha384=", Digest::sha384},
    {"sha512=", Digest::sha512},
}};

class YouTube final : public Platform {
public:
    YouTube(const std::vector<std::string>& secrets, std::vector<std::string> channels)
        : channels_(std::move(channels)) {
        for (const auto& method : kMethods) hmacs_.emplace_back(method.digest, secrets);
    }

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return verify_intent(request.query);
        if (request.method != "POST") return refuse(405);
        const auto error = check(request);
        // Whoever signs wrongly is not to know it (WebSub 7.1): the answer is the same.
        return error == Errc::ok ? accept() : refuse(200, error);
    }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        if (!frame.bytes.starts_with('<')) return comments_.decode(frame, arena, out);
        return settle(youtube::read_feed(xml_, frame.bytes, arena, out), out);
    }

private:
    /// The hub asks whether it is really we who want to hear of a topic, or no longer want to.
    [[nodiscard]] Reception verify_intent(std::string_view query) const {
        const auto mode = query_value(query, "hub.mode").value_or("");
        if (mode == "denied") return answer({});
        const auto topic = query_value(query, "hub.topic").value_or("");
        const auto challenge = query_value(query, "hub.challenge").value_or("");
        const bool ours = std::any_of(
            channels_.begin(), channels_.end(),
            [&](const std::string& channel) { return topic == std::string(kTopic) + channel; });
        const bool meant = ours ? mode == "subscribe" : mode == "unsubscribe";
        return meant && !challenge.empty() ? answer(challenge) : refuse(404);
    }

    Errc check(const HttpRequest& request) {
        const auto header = request.header("X-Hub-Signature");
        if (header.empty()) return Errc::missing_signature;
        for (std::size_t i = 0; i < kMethods.size(); ++i) {
            if (header.starts_with(kMethods[i].prefix))
                return check_code(hmacs_[i], header, kMethods[i].prefix, {request.body},
                                  Encoding::hex);
        }
        return Errc::bad_signature;
    }

    std::vector<std::string> channels_;
    std::vector<Hmac> hmacs_;  ///< in the order of kMethods
    XmlReader xml_;
    youtube::Comments comments_;
};

}  // namespace

std::unique_ptr<Platform> make_youtube(Settings& source) {
    auto secrets = required_secrets(source, "secret", "the secret that the hub is to sign with");
    for (const auto& secret : secrets) {
        if (secret.size() > kSecretBytes)
            source.fault("secret", "a hub takes secrets of less than 200 bytes");
    }
    auto channels = source.texts("channels");
    if (channels.empty()) {
        source.fault("channels",
                     "`channels` is missing: the ids of the channels to hear of, UC and 22 "
                     "characters each");
    }
    return std::make_unique<YouTube>(secrets, std::move(channels));
}

}  // namespace hark::platforms
