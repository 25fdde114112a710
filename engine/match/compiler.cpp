#include "match/compiler.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <set>

#include "core/limits.hpp"
#include "match/word_groups.hpp"

namespace hark::match {

namespace {

constexpr unsigned kFoldedFlags = HS_FLAG_SINGLEMATCH;
constexpr std::string_view kDisguised = "disguised";  // the list that the respeller reads
constexpr unsigned kOriginalFlags = HS_FLAG_SOM_LEFTMOST;

/// What is published as `ruleset`: changes with anything that could change a verdict.
class Canonical {
public:
    void text(std::string_view value) {
        number(static_cast<double>(value.size()));
        bytes_ += value;
    }
    /// Before the parts of anything that may have more or fewer of them.
    template <typename Value>
    void count(const std::vector<Value>& values) {
        number(static_cast<double>(values.size()));
    }
    void texts(const std::vector<std::string>& values) {
        count(values);
        for (const auto& value : values) text(value);
    }
    void number(double value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    [[nodiscard]] std::string hash() const {
        char hex[20];
        std::snprintf(hex, sizeof hex, "%016llx",
                      static_cast<unsigned long long>(XXH3_64bits(bytes_.data(), bytes_.size())));
        return hex;
    }

private:
    std::string bytes_;
};

void add_condition(Canonical& canonical, const Condition& when) {
    canonical.count(when.facts);
    for (const auto& fact : when.facts) {
        canonical.number(static_cast<double>(fact.fact));
        canonical.number(static_cast<double>(fact.compare));
        canonical.number(fact.value);
    }
    canonical.count(when.rules);
    for (const auto& test : when.rules) {
        canonical.count(test.rules);
        canonical.number(test.at_least);
        canonical.number(test.at_most);
        for (const auto rule : test.rules) canonical.number(rule);
    }
    canonical.texts(when.langs);
    canonical.texts(when.domains);
}

void add_groups(Canonical& canonical, const WordGroups& groups) {
    canonical.count(groups.all());
    for (const auto& group : groups.all()) {
        canonical.text(group.name);
        for (const auto* part : {&group.closed, &group.open}) {
            canonical.count(*part);
            for (const auto& sequence : *part) canonical.text(to_expression(sequence));
        }
    }
}

std::string hash_of(const RuleBook& book, const WordGroups& groups) {
    Canonical canonical;
    add_groups(canonical, groups);
    canonical.texts(book.labels);
    canonical.count(book.packs);
    for (const auto& pack : book.packs) {
        canonical.number(pack.label);
        canonical.text(pack.lang);
        canonical.number(static_cast<double>(pack.bias));
        canonical.number(static_cast<double>(pack.threshold));
        canonical.text(pack.advice);
    }
    canonical.count(book.rules);
    for (const auto& rule : book.rules) {
        canonical.number(rule.pack);
        canonical.texts(
            {rule.id, rule.pattern, rule.sublabel, rule.advice, rule.pii_type, rule.validator});
        canonical.texts(rule.keywords);
        canonical.number(static_cast<double>(rule.weight));
        canonical.number(static_cast<double>(rule.mode) + (rule.needs_keyword ? 10 : 0));
        canonical.number(rule.sample);
        add_condition(canonical, rule.when);
    }
    for (const auto& brand : book.brands) {
        canonical.text(brand.id);
        for (const auto* terms :
             {&brand.names, &brand.handles, &brand.hashtags, &brand.domains, &brand.accounts}) {
            canonical.texts(*terms);
        }
    }
    return canonical.hash();
}

}  // namespace

/// Builds one RuleSet.
class Compiler {
public:
    Compiler(RuleBook book, const FoldFunction& fold, const CompileOptions& options,
             std::vector<Fault>& faults)
        : before_(faults.size()),
          groups_(book.lists, fold, options.dictionary_folder, faults),
          set_(std::make_shared<RuleSet>()),
          fold_(fold),
          faults_(faults) {
        set_->book_ = std::move(book);
    }

    std::shared_ptr<const RuleSet> run(const std::string& cache_folder) {
        const auto& book = set_->book_;
        if (book.brands.size() > std::numeric_limits<BrandIndex>::max())
            faults_.push_back({book.brands.back().where, "too many brands"});
        set_->patterns_.resize(book.rules.size());
        for (RuleIndex i = 0; i < book.rules.size(); ++i) add_rule(i);
        for (BrandIndex i = 0; i < book.brands.size(); ++i) add_brand(i);
        add_groups();
        set_->vocabulary_.finish();
        for (const auto& list : book.lists) {
            if (list.name == kDisguised) set_->respeller_.add(list, fold_, faults_);
        }
        set_->respeller_.finish();
        if (faults_.size() > before_) return nullptr;
        const DatabaseCache cache(cache_folder);
        set_->folded_ = cache.get(folded_, faults_);
        set_->original_ = cache.get(original_, faults_);
        if (faults_.size() == before_) set_->places_ = cache.get(places_, faults_);
        if (faults_.size() > before_) return nullptr;
        set_->hash_ = hash_of(book, groups_);
        return set_;
    }

private:
    void add_rule(RuleIndex index) {
        const auto& rule = set_->book_.rules[index];
        const auto name = "rule `" + rule.id + "`";
        if (!rule.pii_type.empty()) {
            if (rule.pattern.empty()) return;
            if (const auto misreading = find_misreading(rule.pattern))
                fault(name, rule.pattern_where, rule.pattern, *misreading);
            original_.push_back({rule.pattern, kOriginalFlags, index, rule.pattern_where, name});
            return;
        }
        if (rule.pattern.empty()) return;
        const Origin origin{index, set_->book_.packs[rule.pack].lang, rule.pattern_where, name};
        auto pattern = parse(rule.pattern, origin);
        if (!pattern) return;
        if (!pattern->expression.empty()) {
            add_expression(pattern->expression, origin);
            places_.push_back({pattern->expression, kOriginalFlags, index, origin.where, name});
        }
        add_sequences(*pattern, origin);
        set_->patterns_[index] = std::move(*pattern);
    }

    void add_brand(BrandIndex index) {
        const auto& brand = set_->book_.brands[index];
        const auto target = static_cast<Target>(set_->book_.rules.size() + index);
        for (const auto* terms : {&brand.names, &brand.handles, &brand.hashtags, &brand.domains}) {
            for (const auto& term : *terms) {
                const auto name = "brand `" + brand.id + "`, term `" + term + "`";
                const Origin origin{target, "any", brand.where, name};
                auto pattern = parse(term, origin);
                if (!pattern) continue;
                if (!pattern->expression.empty()) add_expression(pattern->expression, origin);
                add_sequences(*pattern, origin);
            }
        }
    }

    /// Who a pattern belongs to.
    struct Origin {
        Target target;
        std::string_view lang;
        const Location& where;
        const std::string& name;  ///< "rule `id`", for faults
    };

    void add_expression(std::string text, const Origin& origin) {
        folded_.push_back(
            {std::move(text), kFoldedFlags, origin.target, origin.where, origin.name});
    }

    /// Leaves in the pattern what the vocabulary did not take.
    void add_sequences(Pattern& pattern, const Origin& origin) {
        std::vector<Sequence> expanded;
        bool fits = true;
        for (const auto& sequence : pattern.sequences)
            fits = fits && groups_.expand(sequence, expanded);
        std::vector<Sequence> left;
        for (auto& sequence : expanded) {
            fits = fits && sequence.size() <= kSequenceWords;
            if (!fits) break;
            if (Vocabulary::takes(sequence)) {
                set_->vocabulary_.add(sequence, origin.target);
                for (const auto& element : sequence) {
                    if (element.group) used_groups_.insert(*element.group);
                }
            } else {
                add_expression(to_expression(sequence), origin);
                left.push_back(std::move(sequence));
            }
        }
        pattern.sequences = std::move(left);
        if (!fits)
            faults_.push_back({origin.where, origin.name +
                                                 ": too many combinations of a list with words "
                                                 "that begin with `*`"});
    }

    void add_groups() {
        for (const auto number : used_groups_) {
            for (const auto& sequence : groups_.all()[number].closed)
                set_->vocabulary_.add_to_group(sequence, number);
        }
    }

    std::optional<Pattern> parse(const std::string& text, const Origin& origin) {
        PatternFault problem;
        const auto group = [&](std::string_view name, bool forms, std::string& why) {
            return groups_.find(name, forms, origin.lang, why);
        };
        auto pattern = parse_pattern(text, fold_, problem, group);
        if (!pattern) fault(origin.name, origin.where, text, problem);
        return pattern;
    }

    void fault(const std::string& of, const Location& where, const std::string& text,
               const PatternFault& problem) {
        const auto character = characters_before(text, problem.at) + 1;
        faults_.push_back({where, of + ", character " + std::to_string(character) + " of `" + text +
                                      "`: " + problem.what});
    }

    const std::size_t before_;  ///< faults
    WordGroups groups_;
    std::set<GroupNumber> used_groups_;
    std::shared_ptr<RuleSet> set_;
    const FoldFunction& fold_;
    std::vector<Fault>& faults_;
    std::vector<Expression> folded_;
    std::vector<Expression> original_;
    std::vector<Expression> places_;
};

std::shared_ptr<const RuleSet> compile(RuleBook book, const FoldFunction& fold,
                                       const CompileOptions& options, std::vector<Fault>& faults) {
    return Compiler(std::move(book), fold, options, faults).run(options.cache_folder);
}

}  // namespace hark::match
