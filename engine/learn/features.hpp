#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/folded_text.hpp"

namespace hark::learn {

using FeatureId = std::uint32_t;

/// Which patterns a learner may choose from.
struct FeatureOptions {
    bool inside = false;       ///< `*abcd*`: inner parts of words
    bool names = false;        ///< `@name`: whom a post speaks to
    std::uint32_t gap = 2;     ///< words between the two of `a ~2 b`
};

/// The features of posts, each named by the rule that it would become: `word`, `stem*`, `two
/// words`, `one ~2 two`, `*inside*`, `@name`, `[questions >=1]`. Not thread-safe.
class FeatureSpace {
public:
    explicit FeatureSpace(const FeatureOptions& options) : options_(options) {}

    /// The features of one post, sorted, each once. New names are added.
    [[nodiscard]] std::vector<FeatureId> of(const FoldedText& folded);

    /// A feature that the caller knows, e.g. a rule that fired.
    [[nodiscard]] FeatureId id_of(const std::string& name);

    [[nodiscard]] const std::string& name(FeatureId id) const { return names_[id]; }
    [[nodiscard]] std::size_t size() const noexcept { return names_.size(); }

private:
    void add_word(std::string_view word, std::vector<FeatureId>& out);
    void add_facts(const TextFacts& facts, std::vector<FeatureId>& out);

    FeatureOptions options_;
    std::unordered_map<std::string, FeatureId> ids_;
    std::vector<std::string> names_;
    std::string name_;
};

}  // namespace hark::learn
