#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hark {
class Engine;
}

namespace hark::bench {

struct CorpusOptions {
    std::string file;                    ///< NDJSON of mentions, as deploy/sample/posts.ndjson
    std::vector<std::string> languages;  ///< empty: all, as often as they come
    double hits = -1;  ///< share of posts that get a label; negative: as often as they come
    std::size_t bytes_min = 0;  ///< shorter posts are joined with more of their kind, to at
    std::size_t bytes_max = 0;  ///< most this; 0: posts as they are
    std::uint64_t seed = 1;
    std::string cache_folder;  ///< for compiled rules; empty: none
};

/// One post of the mixture.
struct Post {
    std::string text;
    std::string quoted;  ///< as JSON, with its quotes
    std::string lang;
    bool hit = false;
};

/// What is in the mixture, for the report.
struct CorpusFacts {
    std::size_t posts = 0;  ///< different ones; the load takes them at random, by the seed
    std::map<std::string, double> languages;  ///< shares
    double hits = 0;                          ///< share that gets a label
    std::size_t bytes_p10 = 0;
    std::size_t bytes_p50 = 0;
    std::size_t bytes_p90 = 0;
    std::size_t bytes_max = 0;
};

/// Real posts in a seeded mixture: which post a number has depends on the options and the seed
/// alone.
class Corpus {
public:
    /// Classifies each post of the file once, to know which hit. Throws std::runtime_error when the
    /// file cannot be read or nothing in it has the wanted languages and hits.
    explicit Corpus(const CorpusOptions& options);

    [[nodiscard]] const Post& of(std::uint64_t number) const noexcept {
        return posts_[index_of(number)];
    }
    /// Which of the different posts a number has, below facts().posts; and that post.
    [[nodiscard]] std::size_t index_of(std::uint64_t number) const noexcept;
    [[nodiscard]] const Post& drawn(std::size_t index) const noexcept { return posts_[index]; }
    [[nodiscard]] const CorpusFacts& facts() const noexcept { return facts_; }

private:
    void measure(Engine& engine);
    CorpusOptions options_;
    std::vector<Post> posts_;
    CorpusFacts facts_;
};

/// Who a post is of, in the run's terms.
struct Address {
    std::string_view nonce;
    std::uint64_t number = 0;
    std::uint64_t thread = 0;
};

/// The bodies of one post, appended to `out`. A mention as `generic`, `mention` and files take it;
/// a Jetstream v1 event; one change of a Meta page's webhook.
void add_mention(std::string& out, const Post& post, const Address& address);
void add_jetstream(std::string& out, const Post& post, const Address& address);
void add_meta_change(std::string& out, const Post& post, const Address& address);

/// The time_us of a number's Jetstream event, and back.
[[nodiscard]] std::int64_t jetstream_time_us(std::uint64_t number) noexcept;
[[nodiscard]] std::uint64_t first_number_from(std::int64_t time_us) noexcept;

}  // namespace hark::bench
