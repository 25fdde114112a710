#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "learn/labelled.hpp"
#include "learn/measures.hpp"
#include "pipeline/walk.hpp"

namespace hark::app {

/// Judges labelled posts by one rule set. Not thread-safe.
class Jury {
public:
    explicit Jury(const std::shared_ptr<const match::RuleSet>& rules);

    void hear(const learn::LabelledPost& post);

    // Of the post that was heard last.
    [[nodiscard]] learn::Judged of(const std::string& label, bool truth) const;
    /// The rules of the label that fired in the post's language, whether it was given or not.
    [[nodiscard]] std::vector<RuleIndex> fired(const std::string& label) const;
    /// Whether the label would be given if this rule, which fired, had no weight.
    [[nodiscard]] bool given_without(RuleIndex rule) const;
    /// Of a label that was given.
    [[nodiscard]] std::vector<std::string> sublabels(const std::string& label) const;
    /// Weights and ids of what fired.
    [[nodiscard]] std::string reasons(const std::string& label) const;

    [[nodiscard]] bool knows(const std::string& label) const { return ids_.contains(label); }
    [[nodiscard]] const RuleBook& book() const noexcept { return walk_.rules().book(); }

private:
    pipeline::Walk walk_;
    std::map<std::string, LabelId> ids_;
    std::string lang_;
    const Verdict* verdict_ = nullptr;
};

/// One line of the report. Sets are never pooled.
struct EvalKey {
    std::string source, label, lang;
    auto operator<=>(const EvalKey&) const = default;
};

/// What a rule decided: posts that are right, or wrong, only because of its weight.
struct RuleEffect {
    std::size_t helped = 0, hurt = 0;
};

struct SublabelCount {
    std::size_t given = 0;
    std::size_t of_label = 0;   ///< given to a post that truly has the label
    std::size_t annotated = 0;  ///< of `given`, posts whose sublabels somebody annotated
    std::size_t right = 0;      ///< of those
    std::size_t truth = 0;      ///< annotated posts that have it
};

struct EvalRow {
    struct Wrong {
        double surprise = 0;  ///< how far the probability is from the truth
        std::size_t post = 0;
    };
    std::vector<learn::Judged> judged;
    std::vector<learn::Judged> other;  ///< the same posts by the rules of --against
    std::vector<Wrong> wrong;
    std::map<RuleIndex, RuleEffect> effects;
    std::map<std::string, SublabelCount> sublabels;

    void add(const learn::LabelledPost& post, std::size_t number, const std::string& label,
             bool truth, const Jury& jury);
    /// The worst first, at most so many.
    [[nodiscard]] std::vector<Wrong> worst(std::size_t most) const;
    /// Rules that decided more posts wrongly than rightly, the worst first.
    [[nodiscard]] std::vector<std::pair<RuleIndex, RuleEffect>> harmful() const;
};

using EvalRows = std::map<EvalKey, EvalRow>;

/// A page of its own: no script, nothing fetched. Post texts are in it. False: it cannot be
/// written.
[[nodiscard]] bool write_eval_page(const std::string& path, const EvalRows& rows,
                                   const std::vector<learn::LabelledPost>& posts,
                                   std::size_t errors, Jury& jury);

}  // namespace hark::app
