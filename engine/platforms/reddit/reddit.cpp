#include "platforms/reddit/reddit.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platforms/batch.hpp"
#include "platforms/percent.hpp"
#include "platforms/reception.hpp"
#include "platforms/reddit/listing.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms {

namespace {

using namespace std::chrono_literals;

enum Purpose : std::uint32_t { kToken = 1, kListing = 2 };

// What a listing gives at most.
constexpr std::size_t kPage = 100;
// So many replies in a row without anything new: the comment that is asked from may have been taken
// away, and a listing before what is not there is empty for ever.
constexpr int kEmptyReplies = 10;
// A token is renewed so long before it ends.
constexpr auto kTokenMargin = 60s;
constexpr auto kLongestToken = 24h;

constexpr std::array<std::string_view, 2> kListings = {"comments", "new"};

struct Configuration {
    std::string api_url;
    std::string token_url;
    std::string authorization;  ///< for the token
    std::string user_agent;
    std::string path;  ///< of the listing; empty: listings come from elsewhere
    std::chrono::milliseconds interval{};
};

class Reddit final : public JsonPlatform {
public:
    explicit Reddit(Configuration configuration) : configuration_(std::move(configuration)) {}

    Step next(const Progress& at) override {
        if (configuration_.path.empty()) return std::monostate{};
        if (token_.empty() || at.now >= token_ends_) return token_call();
        anchor_ = at.cursor;
        Call call;
        call.url = configuration_.api_url + configuration_.path;
        if (!anchor_.empty() && empty_replies_ < kEmptyReplies)
            call.url += "&before=" + percent_encode(anchor_.text());
        call.headers = {{"Authorization", "Bearer " + token_},
                        {"User-Agent", configuration_.user_agent}};
        call.purpose = kListing;
        if (!more_) call.delay = left_of(configuration_.interval, asked_at_, at.now);
        return call;
    }

    Outcome replied(const HttpResponse& response) override {
        if (response.purpose == kToken) return take_token(response);
        asked_at_ = response.received_at;
        auto outcome = outcome_of(response.status);
        if (response.status == 401) {
            token_.clear();
            // The first time it was rotated; a new one that is refused, too, is somebody's matter.
            outcome.lasting = std::exchange(token_refused_, true);
        } else {
            token_refused_ = false;
        }
        return outcome;
    }

    std::optional<Reaction> react(Moment) override {
        Reaction reaction;
        if (std::exchange(lost_, false)) reaction.gap = GapNotice{"cursor_too_old", {}, {}};
        if (!std::exchange(understood_, false)) reaction.reconnect = "the reply is no listing";
        return reaction;
    }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override {
        reddit::Page page;
        page.sought = anchor_.text();
        const auto error = reddit::read_listing(root, reader, batch, page);
        if (error != Errc::ok || reader.fault() != Errc::ok) return error;
        const bool whole = empty_replies_ >= kEmptyReplies;
        if (whole) lost_ = !anchor_.empty() && page.count > 0 && !page.found;
        more_ = !whole && !anchor_.empty() && page.count >= kPage;
        empty_replies_ = page.count > 0 || whole ? 0 : empty_replies_ + 1;
        if (!page.newest.empty() && page.newest.size() <= Cursor::kMaxBytes)
            batch.out->cursor = Cursor(page.newest);
        understood_ = true;
        return Errc::ok;
    }

private:
    [[nodiscard]] Call token_call() const {
        Call call;
        call.method = "POST";
        call.url = configuration_.token_url;
        call.headers = {{"Authorization", configuration_.authorization},
                        {"User-Agent", configuration_.user_agent},
                        {"Content-Type", "application/x-www-form-urlencoded"}};
        call.body = "grant_type=client_credentials";
        call.purpose = kToken;
        return call;
    }

    Outcome take_token(const HttpResponse& response) {
        auto outcome = outcome_of(response.status);
        outcome.decode = false;
        if (!outcome.problem.empty()) return outcome;
        arena_.reset();
        EventReader reader(arena_);
        std::string_view token;
        std::string_view seconds;
        const auto broken = json_document(parser_, response.body, [&](JsonValue root) {
            return reader.object(root, [&](std::string_view key, JsonValue value) {
                if (key == "access_token") reader.text(value, token);
                else if (key == "expires_in") reader.token(value, seconds);
                return Errc::ok;
            });
        });
        if (broken != Errc::ok || reader.fault() != Errc::ok || token.empty()) {
            outcome.problem = "the reply holds no token: are client_id and client_secret right?";
            outcome.lasting = true;
            return outcome;
        }
        token_.assign(token);
        const auto life = from_epoch(seconds, 1).value_or(Timestamp{}).time_since_epoch();
        token_ends_ = response.received_at +
                      std::clamp<std::chrono::microseconds>(life - kTokenMargin, kTokenMargin,
                                                            kLongestToken);
        return outcome;
    }

    Configuration configuration_;
    Arena arena_;  ///< for tokens only
    std::string token_;
    Timestamp token_ends_{};
    bool token_refused_ = false;
    Timestamp asked_at_{};
    Cursor anchor_;      ///< what the next listing is asked to be newer than
    bool more_ = false;  ///< the listing was full
    int empty_replies_ = 0;
    bool lost_ = false;        ///< a gap that is to be told
    bool understood_ = false;  ///< the last reply was a listing
};

/// `/r/a+b/comments?limit=100`
std::string listing_path(const std::vector<std::string>& subreddits, const std::string& listing) {
    std::string path = "/r/";
    for (const auto& name : subreddits) {
        if (path.back() != '/') path += '+';
        path += percent_encode(name);
    }
    return path + "/" + listing + "?limit=" + std::to_string(kPage);
}

}  // namespace

std::unique_ptr<Platform> make_reddit(Settings& source) {
    Configuration configuration;
    const auto subreddits = source.texts("subreddits");
    if (subreddits.empty()) return std::make_unique<Reddit>(std::move(configuration));
    const auto id = source.required_text("client_id");
    const auto secret = presented_secret(source, "client_secret", "the secret of your app");
    configuration.authorization = "Basic " + encode_base64(id + ":" + secret);
    configuration.user_agent = source.required_text("user_agent");
    configuration.path =
        listing_path(subreddits, source.one_of("listing", kListings, kListings.front()));
    configuration.interval = source.duration("interval", 5s, 1s, 1h);
    configuration.api_url = source.text("api_url", "https://oauth.reddit.com");
    configuration.token_url =
        source.text("token_url", "https://www.reddit.com/api/v1/access_token");
    return std::make_unique<Reddit>(std::move(configuration));
}

}  // namespace hark::platforms
