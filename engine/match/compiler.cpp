#include "match/compiler.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/limits.hpp"

namespace hark::match {

namespace {

constexpr unsigned kFoldedFlags = HS_FLAG_SINGLEMATCH;
constexpr unsigned kOriginalFlags = HS_FLAG_SOM_LEFTMOST;

/// What is published as `ruleset`: changes with anything that could change a verdict.
class Canonical {
public:
    void text(std::string_view value) {
        number(static_cast<double>(value.size()));
        bytes_ += value;
    }
    void texts(const std::vector<std::string>& values) {
        number(static_cast<double>(values.size()));
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
    for (const auto& fact : when.facts) {
        canonical.number(static_cast<double>(fact.fact));
        canonical.number(static_cast<double>(fact.compare));
        canonical.number(fact.value);
    }
    for (const auto& test : when.rules) {
        canonical.number(test.at_least);
        canonical.number(test.at_most);
        for (const auto rule : test.rules) canonical.number(rule);
    }
}

std::string hash_of(const RuleBook& book) {
    Canonical canonical;
    canonical.texts(book.labels);
    for (const auto& pack : book.packs) {
        canonical.number(pack.label);
        canonical.text(pack.lang);
        canonical.number(static_cast<double>(pack.bias));
        canonical.number(static_cast<double>(pack.threshold));
        canonical.text(pack.advice);
    }
    for (const auto& rule : book.rules) {
        canonical.number(rule.pack);
        canonical.texts(
            {rule.id, rule.pattern, rule.sublabel, rule.advice, rule.pii_type, rule.validator});
        canonical.texts(rule.keywords);
        canonical.number(static_cast<double>(rule.weight));
        canonical.number(static_cast<double>(rule.mode) + (rule.needs_keyword ? 10 : 0));
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
    Compiler(RuleBook book, const FoldFunction& fold, std::vector<Fault>& faults)
        : set_(std::make_shared<RuleSet>()), fold_(fold), faults_(faults) {
        set_->book_ = std::move(book);
    }

    std::shared_ptr<const RuleSet> run(const CompileOptions& options) {
        const auto before = faults_.size();
        const auto& book = set_->book_;
        if (book.brands.size() > std::numeric_limits<BrandIndex>::max())
            faults_.push_back({book.brands.back().where, "too many brands"});
        set_->patterns_.resize(book.rules.size());
        for (RuleIndex i = 0; i < book.rules.size(); ++i) add_rule(i);
        for (BrandIndex i = 0; i < book.brands.size(); ++i) add_brand(i);
        set_->vocabulary_.finish();
        if (faults_.size() > before) return nullptr;
        const DatabaseCache cache(options.cache_folder);
        set_->folded_ = cache.get(folded_, faults_);
        set_->original_ = cache.get(original_, faults_);
        if (faults_.size() == before) set_->places_ = cache.get(places_, faults_);
        if (faults_.size() > before) return nullptr;
        set_->hash_ = hash_of(book);
        return set_;
    }

private:
    void add_rule(RuleIndex index) {
        const auto& rule = set_->book_.rules[index];
        if (!rule.pii_type.empty()) {
            if (const auto at = find_torn_letter(rule.pattern))
                fault("rule `" + rule.id + "`", rule.where, rule.pattern, {*at, kTornLetter});
            original_.push_back({rule.pattern, kOriginalFlags, index, rule.where, rule.id});
            return;
        }
        if (rule.pattern.empty()) return;
        auto pattern = parse(rule.pattern, "rule `" + rule.id + "`", rule.where);
        if (!pattern) return;
        if (!pattern->expression.empty()) {
            folded_.push_back({pattern->expression, kFoldedFlags, index, rule.where, rule.id});
            places_.push_back({pattern->expression, kOriginalFlags, index, rule.where, rule.id});
        }
        for (const auto& sequence : pattern->sequences)
            add_sequence(sequence, index, rule.where, rule.id);
        std::erase_if(pattern->sequences, Vocabulary::takes);
        set_->patterns_[index] = std::move(*pattern);
    }

    void add_brand(BrandIndex index) {
        const auto& brand = set_->book_.brands[index];
        const auto target = static_cast<Target>(set_->book_.rules.size() + index);
        for (const auto* terms : {&brand.names, &brand.handles, &brand.hashtags, &brand.domains}) {
            for (const auto& term : *terms) {
                const auto pattern =
                    parse(term, "brand `" + brand.id + "`, term `" + term + "`", brand.where);
                if (!pattern) continue;
                if (!pattern->expression.empty()) {
                    folded_.push_back(
                        {pattern->expression, kFoldedFlags, target, brand.where, brand.id});
                }
                for (const auto& sequence : pattern->sequences) {
                    add_sequence(sequence, target, brand.where, brand.id);
                }
            }
        }
    }

    void add_sequence(const Sequence& sequence, Target target, const Location& where,
                      const std::string& name) {
        if (Vocabulary::takes(sequence)) set_->vocabulary_.add(sequence, target);
        else folded_.push_back({to_expression(sequence), kFoldedFlags, target, where, name});
    }

    std::optional<Pattern> parse(const std::string& text, const std::string& of,
                                 const Location& where) {
        PatternFault problem;
        auto pattern = parse_pattern(text, fold_, problem);
        if (!pattern) fault(of, where, text, problem);
        return pattern;
    }

    void fault(const std::string& of, const Location& where, const std::string& text,
               const PatternFault& problem) {
        const auto before = std::string_view(text).substr(0, problem.at);
        const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
            return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
        });
        faults_.push_back({where, of + ", character " + std::to_string(characters + 1) + " of `" +
                                      text + "`: " + problem.what});
    }

    std::shared_ptr<RuleSet> set_;
    const FoldFunction& fold_;
    std::vector<Fault>& faults_;
    std::vector<Expression> folded_;
    std::vector<Expression> original_;
    std::vector<Expression> places_;
};

std::shared_ptr<const RuleSet> compile(RuleBook book, const FoldFunction& fold,
                                       const CompileOptions& options, std::vector<Fault>& faults) {
    return Compiler(std::move(book), fold, faults).run(options);
}

std::string explain(const std::string& pattern, const FoldFunction& fold,
                    std::vector<Fault>& faults) {
    PatternFault fault;
    const auto parsed = parse_pattern(pattern, fold, fault);
    if (!parsed) {
        faults.push_back({{"pattern", 1, static_cast<std::uint32_t>(fault.at + 1)}, fault.what});
        return {};
    }
    if (!parsed->expression.empty())
        return "expression /" + parsed->expression + "/ over folded text, by Hyperscan\n";
    std::string lines;
    for (const auto& sequence : parsed->sequences) {
        const bool vocabulary = Vocabulary::takes(sequence);
        for (const auto& element : sequence) {
            if (element.gap_before > 0) lines += "~" + std::to_string(element.gap_before) + " ";
            lines +=
                (element.open_left ? "*" : "") + element.word + (element.open_right ? "* " : " ");
        }
        lines += vocabulary ? " by the table of words\n"
                            : " by Hyperscan as /" + to_expression(sequence) + "/\n";
    }
    return lines;
}

}  // namespace hark::match
