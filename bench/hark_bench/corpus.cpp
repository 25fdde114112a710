#include "hark_bench/corpus.hpp"

#include <simdjson.h>

#include <algorithm>
#include <fstream>
#include <hark/engine.hpp>
#include <stdexcept>

#include "hark_bench/schedule.hpp"

namespace hark::bench {

namespace {

// Enough that caches do not learn the posts, few enough to be made in a moment.
constexpr std::size_t kDrawn = 4096;
constexpr std::int64_t kFirstEvent_us = 1'700'000'000'000'000;
constexpr std::int64_t kEventStep_us = 1000;

std::string quote(const std::string& text) {
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += kDigits[c >> 4];
            out += kDigits[c & 15];
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::vector<Post> read(const CorpusOptions& options, Engine& engine) {
    std::ifstream in(options.file);
    if (!in) throw std::runtime_error(options.file + ": cannot be read");
    std::vector<Post> posts;
    simdjson::dom::parser parser;
    for (std::string line; std::getline(in, line);) {
        simdjson::dom::element object;
        std::string_view text;
        std::string_view lang;
        if (parser.parse(line).get(object) != simdjson::SUCCESS ||
            object["text"].get(text) != simdjson::SUCCESS)
            continue;
        if (object["lang"].get(lang) != simdjson::SUCCESS) lang = "und";
        const auto& wanted = options.languages;
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), lang) == wanted.end())
            continue;
        auto& post = posts.emplace_back();
        post.text = text;
        post.lang = lang;
        post.hit = !engine.classify({.text = text}).labels.empty();
    }
    return posts;
}

/// Cut before the character that would pass the size.
void cut(std::string& text, std::size_t bytes) {
    if (text.size() <= bytes) return;
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    text.resize(bytes);
}

class Drawer {
public:
    Drawer(const CorpusOptions& options, const std::vector<Post>& from)
        : options_(options), from_(from) {
        for (const auto& post : from) alike_[{post.lang, post.hit}].push_back(&post);
        std::size_t hits = 0;
        for (const auto& post : from) hits += post.hit ? 1 : 0;
        share_ = options.hits >= 0 ? options.hits
                                   : static_cast<double>(hits) / static_cast<double>(from.size());
    }

    Post draw(std::uint64_t number) {
        const bool hit = unit(4 * number, options_.seed) < share_;
        // The language as often as it comes, whichever posts of it hit.
        const auto& sample = from_[mixed(4 * number + 1, options_.seed) % from_.size()];
        const auto found = alike_.find({sample.lang, hit});
        if (found == alike_.end())
            throw std::runtime_error("no post of `" + sample.lang + "` " +
                                     (hit ? "gets a label" : "goes without a label"));
        const auto& kin = found->second;
        auto at = mixed(4 * number + 2, options_.seed);
        Post post = *kin[at % kin.size()];
        if (options_.bytes_max > 0) {
            const auto span = options_.bytes_max - std::min(options_.bytes_min, options_.bytes_max);
            const auto wanted =
                options_.bytes_min + mixed(4 * number + 3, options_.seed) % (span + 1);
            while (post.text.size() < wanted) post.text += " " + kin[++at % kin.size()]->text;
            cut(post.text, wanted);
        }
        post.quoted = quote(post.text);
        return post;
    }

private:
    const CorpusOptions& options_;
    const std::vector<Post>& from_;
    std::map<std::pair<std::string, bool>, std::vector<const Post*>> alike_;
    double share_ = 0;
};

}  // namespace

Corpus::Corpus(const CorpusOptions& options) : options_(options) {
    Engine engine({.cache_folder = options.cache_folder});
    const auto from = read(options, engine);
    if (from.empty())
        throw std::runtime_error(options.file + ": no post of the wanted languages in it");
    Drawer drawer(options_, from);
    for (std::size_t i = 0; i < kDrawn; ++i) posts_.push_back(drawer.draw(i));
    measure(engine);
}

std::size_t Corpus::index_of(std::uint64_t number) const noexcept {
    return mixed(number, options_.seed + 1) % posts_.size();
}

/// Of the posts as they will be sent: one that was joined or cut may hit where its parts did not.
void Corpus::measure(Engine& engine) {
    std::vector<std::size_t> sizes;
    const auto share = 1.0 / static_cast<double>(posts_.size());
    for (auto& post : posts_) {
        sizes.push_back(post.text.size());
        facts_.languages[post.lang] += share;
        post.hit = !engine.classify({.text = post.text}).labels.empty();
        facts_.hits += post.hit ? share : 0;
    }
    std::sort(sizes.begin(), sizes.end());
    facts_.posts = posts_.size();
    facts_.bytes_p10 = sizes[sizes.size() / 10];
    facts_.bytes_p50 = sizes[sizes.size() / 2];
    facts_.bytes_p90 = sizes[sizes.size() * 9 / 10];
    facts_.bytes_max = sizes.back();
}

void add_mention(std::string& out, const Post& post, const Address& address) {
    const auto nonce = std::string(address.nonce);
    const auto thread = std::to_string(address.thread);
    out += "{\"id\":\"" + nonce + "-" + std::to_string(address.number) +
           R"(","kind":"comment","created_at":"2026-11-22T10:00:00.000Z","lang":")" + post.lang +
           R"(","thread":")" + nonce + "-t" + thread + R"(","author":{"id":"a)" + thread +
           R"(","name":"Bench"},"text":)" + post.quoted + "}";
}

void add_jetstream(std::string& out, const Post& post, const Address& address) {
    const auto nonce = std::string(address.nonce);
    const auto subject = R"("cid":"bafyreiftot7eltsc3f6g4qktykmbv6jcmdmhcx5osscan6jpdxkpqcmcza",)"
                         R"("uri":"at://did:plc:r2zybk6op3ymzpz6jhqpkoy5/app.bsky.feed.post/)" +
                         nonce + "t" + std::to_string(address.thread) + "\"";
    out += R"({"did":"did:plc:dclwtltrt2ggsryagfzk1234","time_us":)" +
           std::to_string(jetstream_time_us(address.number)) +
           R"(,"kind":"commit","commit":{"rev":"3mptbypcq37)" + std::to_string(address.number) +
           R"(","operation":"create","collection":"app.bsky.feed.post","rkey":")" + nonce + "-" +
           std::to_string(address.number) +
           R"(","record":{"$type":"app.bsky.feed.post","createdAt":"2026-07-04T14:38:06.240Z",)" +
           R"("langs":[")" + post.lang + R"("],"reply":{"parent":{)" + subject + R"(},"root":{)" +
           subject + R"(}},"text":)" + post.quoted +
           R"(},"cid":"bafyreiguce4jh7kcbmof3pmcvasifqtw24b6isakj5ve5ga2b4z4alpc4i"}})";
}

void add_meta_change(std::string& out, const Post& post, const Address& address) {
    const auto nonce = std::string(address.nonce);
    const auto thread = "104857600012345_" + nonce + "t" + std::to_string(address.thread);
    out +=
        R"({"field":"feed","value":{"from":{"id":"1111000011110000","name":"Bench"},"message":)" +
        post.quoted + R"(,"post_id":")" + thread + R"(","comment_id":")" + nonce + "-" +
        std::to_string(address.number) +
        R"(","created_time":1772449000,"item":"comment","parent_id":")" + thread +
        R"(","verb":"add"}})";
}

std::int64_t jetstream_time_us(std::uint64_t number) noexcept {
    return kFirstEvent_us + static_cast<std::int64_t>(number) * kEventStep_us;
}

std::uint64_t first_number_from(std::int64_t time_us) noexcept {
    if (time_us <= kFirstEvent_us) return 0;
    return static_cast<std::uint64_t>((time_us - kFirstEvent_us + kEventStep_us - 1) /
                                      kEventStep_us);
}

}  // namespace hark::bench
