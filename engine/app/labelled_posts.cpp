#include "app/labelled_posts.hpp"

#include <xxhash.h>

#include <cstdio>

#include "pipeline/rules.hpp"

namespace hark::app {

std::uint64_t hash_of(const std::string& text) {
    const auto folded = pipeline::fold_words(text);
    return XXH3_64bits(folded.data(), folded.size());
}

std::vector<learn::LabelledPost> read_posts(const std::vector<std::string>& files, int part,
                                            bool& faulty) {
    std::vector<learn::LabelledPost> posts;
    std::vector<Fault> faults;
    for (const auto& file : files) learn::read_labelled(file, posts, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
    faulty |= !faults.empty();
    if (part >= 0) {
        std::erase_if(posts, [&](const learn::LabelledPost& post) {
            return static_cast<int>(hash_of(post.text) >> 32U & 1U) != part;
        });
    }
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
