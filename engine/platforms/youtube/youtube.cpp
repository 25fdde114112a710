#include "platforms/youtube/youtube.hpp"

#include <algorithm>
#include <array>

#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/signature.hpp"
#include "platforms/youtube/comment_poll.hpp"
#include "platforms/youtube/feed.hpp"
#include "platforms/youtube/hub.hpp"

namespace hark::platforms {

namespace {

using namespace std::chrono_literals;

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

/// Videos, which a hub tells of.
class Videos final : public Platform {
public:
    Videos(const std::vector<std::string>& secrets, const youtube::Subscriptions& subscriptions)
        : subscriber_(subscriptions) {
        for (const auto& method : kMethods) hmacs_.emplace_back(method.digest, secrets);
    }

    Reception receive(const HttpRequest& request) override {
        if (request.method == "GET") return verify_intent(request.query);
        if (request.method != "POST") return refuse(405);
        const auto error = check(request);
        // Whoever signs wrongly is not to know it (WebSub 7.1): the answer is the same.
        return error == Errc::ok ? accept() : refuse(200, error);
    }

    void share_with(Platform& first) override {
        subscriber_.share_with(dynamic_cast<Videos&>(first).subscriber_);
    }
    /// Videos of the channels that were named.
    [[nodiscard]] bool is_ours() const override { return true; }
    Step next(const Progress& at) override { return subscriber_.next(at); }
    Outcome replied(const HttpResponse& response) override { return subscriber_.replied(response); }

    Errc decode(const Frame& frame, Arena& arena, Mentions& out) override {
        return settle(youtube::read_feed(xml_, frame.bytes, arena, out), out);
    }

private:
    /// The hub asks whether it is really we who want to hear of a topic, or no longer want to.
    [[nodiscard]] Reception verify_intent(std::string_view query) {
        const auto mode = query_value(query, "hub.mode").value_or("");
        if (mode == "denied") return answer({});
        const auto topic = query_value(query, "hub.topic").value_or("");
        const auto challenge = query_value(query, "hub.challenge").value_or("");
        const bool meant = mode == (subscriber_.is_ours(topic) ? "subscribe" : "unsubscribe");
        if (!meant || challenge.empty()) return refuse(404);
        subscriber_.confirmed(topic, query_value(query, "hub.lease_seconds").value_or(""));
        return answer(challenge);
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

    std::vector<Hmac> hmacs_;  ///< in the order of kMethods
    youtube::Subscriber subscriber_;
    XmlReader xml_;
};

std::unique_ptr<Platform> make_videos(Settings& source, std::vector<std::string> channels) {
    youtube::Subscriptions subscriptions;
    const auto secrets =
        required_secrets(source, "secret", "the secret that the hub is to sign with");
    for (const auto& secret : secrets) {
        if (secret.size() > kSecretBytes)
            source.fault("secret", "a hub takes secrets of less than 200 bytes");
    }
    if (!secrets.empty()) subscriptions.secret = secrets.front();
    subscriptions.channels = std::move(channels);
    subscriptions.callback = source.text("callback", std::string());
    subscriptions.hub = source.text("hub", "https://pubsubhubbub.appspot.com/subscribe");
    subscriptions.lease = source.duration("lease", 120h, 1min, 2400h);
    return std::make_unique<Videos>(secrets, subscriptions);
}

std::unique_ptr<Platform> make_comments(Settings& source, std::vector<std::string> channels) {
    youtube::CommentSettings settings;
    settings.api_key = presented_secret(source, "api_key", "a key of the YouTube Data API");
    settings.channels = std::move(channels);
    settings.quota = source.integer("quota", 10'000, 1, 10'000'000);
    settings.api_url = source.text("api_url", "https://www.googleapis.com/youtube/v3");
    return std::make_unique<youtube::CommentPoll>(std::move(settings));
}

}  // namespace

std::unique_ptr<Platform> make_youtube(Settings& source) {
    auto channels = source.texts("channels");
    if (channels.empty()) {
        source.fault("channels",
                     "`channels` is missing: the ids of the channels to hear of, UC and 22 "
                     "characters each");
        channels.emplace_back();
    }
    return source.has("api_key") ? make_comments(source, std::move(channels))
                                 : make_videos(source, std::move(channels));
}

}  // namespace hark::platforms
