#include "app/labelled_posts.hpp"

#include <xxhash.h>

#include <cstdio>

#include "pipeline/rules.hpp"

namespace hark::app {

std::uint64_t hash_of(const std::string& text) {
    const auto folded = pipeline::fold_words(text);
    return XXH3_64bits(folded.data(), folded.size());
}

namespace {

constexpr float kLeastWeight = 0.1F, kMostWeight = 100;

/// The number of the part and of all parts.
std::pair<unsigned, unsigned> numbers_of(const std::string& part) {
    unsigned number = 0, of = 0;
    char beyond = 0;
    if (std::sscanf(part.c_str(), "%2u/%2u%c", &number, &of, &beyond) != 2) return {0, 0};
    return {number, of};
}

}  // namespace

std::string fault_of_part(const std::string& part) {
    const auto [number, of] = numbers_of(part);
    return number >= 1 && number <= of ? "" : "is no part such as 2/5: " + part;
}

bool is_of_part(const learn::LabelledPost& post, const std::string& part) {
    const auto [number, of] = numbers_of(part);
    return of > 0 && (hash_of(post.text) >> 32U) % of == number - 1;
}

std::pair<std::string, float> weight_of_source(const std::string& text) {
    const auto sign = text.rfind('=');
    if (sign == 0 || sign == std::string::npos) return {text, 0.0F};
    float weight = 0;
    char beyond = 0;
    const bool is_number = std::sscanf(text.c_str() + sign + 1, "%f%c", &weight, &beyond) == 1;
    const bool is_fit = is_number && weight >= kLeastWeight && weight <= kMostWeight;
    return {text.substr(0, sign), is_fit ? weight : 0.0F};
}

std::string fault_of_weight(const std::string& text) {
    return weight_of_source(text).second > 0 ? "" : "is no weight such as SOURCE=0.5: " + text;
}

std::vector<learn::LabelledPost> read_posts(const std::vector<std::string>& files, bool& faulty) {
    std::vector<learn::LabelledPost> posts;
    std::vector<Fault> faults;
    for (const auto& file : files) learn::read_labelled(file, posts, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    faulty |= !faults.empty();
    return posts;
}

Mention mention_of(const learn::LabelledPost& post) {
    Mention mention;
    mention.platform = "text";
    mention.id = "labelled";
    mention.text = post.text;
    mention.lang = post.lang;
    return mention;
}

}  // namespace hark::app
