#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <stdexcept>

#include "app/commands.hpp"
#include "app/labelled_posts.hpp"
#include "learn/features.hpp"
#include "learn/trainer.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "text/folder.hpp"

namespace hark::app {

namespace {

constexpr std::string_view kRulePrefix = "rule:";

void progress(const std::string& text) {
    if (::isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K%s", text.c_str());
}

class Learner {
public:
    explicit Learner(const LearnOptions& options)
        : options_(options), space_({options.inside, options.names > 0, 2}) {}

    int run() {
        if (!load_rules()) return kConfiguration;
        read_rows();
        if (!has_rows()) return kBadInput;
        weigh_sources();
        const auto labelled = rows_.size();
        read_background();
        background_ = rows_.size() - labelled;
        learn::TrainOptions how;
        how.rules = options_.most_rules;
        how.fewest = [this](learn::FeatureId feature) {
            return space_.name(feature).starts_with('@') ? options_.names : options_.fewest;
        };
        how.pooled = options_.pooled;
        how.origin = [this](learn::FeatureId feature) { return is_origin(space_.name(feature)); };
        how.balance = options_.balance;
        how.refit_cost = options_.refit_cost;
        how.precision = options_.precision;
        how.lean = options_.lean;
        if (const auto desk = sources_.find(options_.desk); desk != sources_.end())
            how.desk_source = static_cast<int>(desk->second);
        learn::Learned learned;
        try {
            learned = learn::train(rows_, space_.size(), how, progress);
        } catch (const std::runtime_error& error) {
            std::fprintf(stderr, "hark: %s\n", error.what());
            return kBadInput;
        }
        progress("");
        return write(learned);
    }

private:
    bool load_rules() {
        std::vector<Fault> faults;
        pipeline::RuleSources sources;
        sources.folders = options_.rules;
        if (sources.folders.empty()) return true;
        const auto rules = pipeline::load_rules(sources, faults);
        for (const auto& fault : faults)
            std::fprintf(stderr, "%s\n", pipeline::to_string(fault).c_str());
        if (rules == nullptr) return false;
        walk_.emplace(rules);
        const auto& book = rules->book();
        for (const auto& pack : book.packs) {
            if (book.labels[pack.label] != options_.label) continue;
            if (advice_.empty() || pack.lang == options_.lang) advice_ = pack.advice;
        }
        for (RuleIndex i = 0; i < book.rules.size(); ++i) {
            const auto& rule = book.rules[i];
            const auto& pack = book.packs[rule.pack];
            const bool weighed = book.labels[pack.label] == options_.label &&
                                 pack.lang == options_.lang && rule.weight != 0 &&
                                 rule.mode == Mode::live && !rule.learned;
            if (weighed) weighed_.push_back(i);
        }
        return true;
    }

    /// Pooled, names are features like others.
    [[nodiscard]] bool is_origin(const std::string& name) const {
        if (options_.pooled) return false;
        return name.starts_with('@') || std::find(options_.origins.begin(), options_.origins.end(),
                                                  name) != options_.origins.end();
    }

    void read_rows() {
        for (const auto& post : read_posts(options_.data, faulty_)) {
            if (is_of_part(post, options_.without_part)) continue;
            const auto value = post.label(options_.label);
            has_lang_ |= post.lang == options_.lang;
            has_label_ |= value >= 0;
            if (value < 0 || post.lang != options_.lang) continue;
            auto& row = add_row(post);
            row.positive = value == 1;
            row.source = sources_.emplace(post.source, sources_.size()).first->second;
        }
    }

    /// Whether there are posts to learn from; what is missing is said on stderr.
    [[nodiscard]] bool has_rows() const {
        std::string missing;
        if (!has_lang_) missing = "of the language `" + options_.lang + "`";
        else if (!has_label_)
            missing = "that says whether it has the label `" + options_.label + "`";
        else if (rows_.empty())
            missing = "of the language `" + options_.lang +
                      "` that says whether it has the label `" + options_.label + "`";
        if (missing.empty()) return true;
        std::fprintf(stderr, "hark: nothing can be learned: there is no post %s\n",
                     missing.c_str());
        return false;
    }

    void weigh_sources() {
        if (!options_.desk.empty() && !sources_.contains(options_.desk))
            std::fprintf(stderr, "hark: no post of %s, which --desk names\n",
                         options_.desk.c_str());
        for (const auto& option : options_.weigh) {
            const auto [name, weight] = weight_of_source(option);
            const auto source = sources_.find(name);
            if (source == sources_.end()) {
                std::fprintf(stderr, "hark: no post of %s to weigh\n", name.c_str());
                continue;
            }
            for (auto& row : rows_) {
                if (row.source == source->second) row.weight = weight;
            }
        }
    }

    /// At most as many as there are labelled posts, chosen by hash.
    void read_background() {
        auto posts = read_posts(options_.background, faulty_);
        std::erase_if(posts, [&](const learn::LabelledPost& post) {
            return post.lang != options_.lang || post.label(options_.label) >= 0 ||
                   is_of_part(post, options_.without_part);
        });
        std::sort(posts.begin(), posts.end(), [](const auto& a, const auto& b) {
            return std::pair(hash_of(a.text), a.text) < std::pair(hash_of(b.text), b.text);
        });
        posts.resize(std::min(posts.size(), rows_.size()));
        for (const auto& post : posts) add_row(post).source = learn::kBackground;
    }

    learn::Row& add_row(const learn::LabelledPost& post) {
        auto& row = rows_.emplace_back();
        row.fold = static_cast<std::uint32_t>(hash_of(post.text) % learn::kFolds);
        row.features = space_.of(folder_.fold(post.text));
        add_fired(post, row);
        if (rows_.size() % 500 == 0) progress(std::to_string(rows_.size()) + " posts");
        return row;
    }

    void add_fired(const learn::LabelledPost& post, learn::Row& row) {
        if (weighed_.empty()) return;
        (void)walk_->fires(weighed_.front(), mention_of(post));
        for (const auto index : weighed_) {
            if (!walk_->fired(index)) continue;
            const auto& rule = walk_->rules().book().rules[index];
            if (rule.fixed) {
                row.fixed += rule.weight;
                continue;
            }
            row.prior += rule.weight;
            row.features.push_back(space_.id_of(std::string(kRulePrefix) + rule.id));
        }
        std::sort(row.features.begin(), row.features.end());
    }

    int write(const learn::Learned& learned) const {
        std::ofstream file(options_.output);
        std::size_t positives = 0;
        for (const auto& row : rows_) positives += row.positive ? 1 : 0;
        file << "# " << options_.label << ", " << options_.lang << ": learned by `hark learn` from "
             << rows_.size() - background_ << " posts, " << positives
             << " of them with the label, of";
        for (const auto& [name, index] : sources_) file << ' ' << name;
        file << ",\n# beside " << background_ << " ordinary posts.\nlabel: " << options_.label
             << "\nlang: " << options_.lang << '\n';
        char number[64];
        std::snprintf(number, sizeof number, "bias: %.3f\nthreshold: %.3f\n", learned.bias,
                      learned.threshold);
        file << number;
        if (!advice_.empty()) file << "advice: " << advice_ << '\n';
        write_weights(learned, file);
        file << "learned: |\n  # weight, posts with and without the label that have it, pattern\n";
        std::size_t count = 0;
        for (const auto& rule : learned.rules) {
            const auto& name = space_.name(rule.feature);
            if (name.starts_with(kRulePrefix)) continue;
            std::snprintf(number, sizeof number, "  %+.2f %u %u ", rule.weight, rule.seen_with,
                          rule.seen_without);
            file << number << name << '\n';
            ++count;
        }
        file.close();
        if (!file) {
            std::fprintf(stderr, "hark: %s cannot be written\n", options_.output.c_str());
            return kBadInput;
        }
        std::printf("%s: %zu rules from %zu posts (%zu with the label), threshold %.3f\n",
                    options_.output.c_str(), count, rows_.size() - background_, positives,
                    learned.threshold);
        return faulty_ ? kBadInput : kFine;
    }

    void write_weights(const learn::Learned& learned, std::ofstream& file) const {
        std::map<std::string, double> weights;
        for (const auto index : weighed_) {
            const auto& rule = walk_->rules().book().rules[index];
            if (!rule.fixed)
                weights[rule.id] = learned.prior_scale * static_cast<double>(rule.weight);
        }
        for (const auto& rule : learned.rules) {
            const auto& name = space_.name(rule.feature);
            if (name.starts_with(kRulePrefix))
                weights[name.substr(kRulePrefix.size())] += rule.weight;
        }
        if (weights.empty()) return;
        file << "weights:  # of hand-written rules, learned with the others\n";
        char number[32];
        for (const auto& [id, weight] : weights) {
            std::snprintf(number, sizeof number, ": %.2f\n", weight);
            file << "  " << id << number;
        }
    }

    const LearnOptions& options_;
    learn::FeatureSpace space_;
    std::optional<pipeline::Walk> walk_;
    std::vector<RuleIndex> weighed_;
    std::string advice_;
    text::Folder folder_;
    std::vector<learn::Row> rows_;
    std::size_t background_ = 0;  ///< the last of them
    std::map<std::string, std::uint32_t> sources_;
    bool faulty_ = false;                        ///< a line was no post
    bool has_lang_ = false, has_label_ = false;  ///< of any post
};

}  // namespace

int learn(const LearnOptions& options) {
    return Learner(options).run();
}

}  // namespace hark::app
