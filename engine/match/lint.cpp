#include "match/lint.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "match/word_groups.hpp"

namespace hark::match {

namespace {

constexpr std::size_t kOpenLetters = 2;  // `*a*` stands in every post
constexpr unsigned kExpressionBytes = 2;

std::size_t letters_in(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    }));
}

/// Whether every word that fits `narrow` fits `wide`.
bool covers(const Element& wide, const Element& narrow) {
    if (wide.group || narrow.group) return wide.group == narrow.group && wide.group.has_value();
    if (narrow.open_left && !wide.open_left) return false;
    if (narrow.open_right && !wide.open_right) return false;
    if (wide.open_left && wide.open_right) return narrow.word.find(wide.word) != std::string::npos;
    if (wide.open_left) return narrow.word.ends_with(wide.word);
    if (wide.open_right) return narrow.word.starts_with(wide.word);
    return wide.word == narrow.word;
}

/// Whether `wide` stands wherever `narrow` stands; false when that is not plain to see.
bool covers(const Sequence& wide, const Sequence& narrow) {
    if (wide.size() == 1) {
        return std::any_of(narrow.begin(), narrow.end(),
                           [&](const Element& element) { return covers(wide[0], element); });
    }
    return std::equal(wide.begin(), wide.end(), narrow.begin(), narrow.end(),
                      [](const Element& a, const Element& b) {
                          return covers(a, b) && a.gap_before >= b.gap_before;
                      });
}

std::string key_of(const Sequence& sequence) {
    std::string key;
    for (const auto& element : sequence) {
        key += "~" + std::to_string(element.gap_before) + (element.open_left ? "*" : " ");
        key += element.group ? "{" + std::to_string(*element.group) : element.word;
        key += element.open_right ? "*" : " ";
    }
    return key;
}

void add_list(std::string& key, const std::vector<std::string>& texts) {
    for (const auto& text : texts) key += text + ",";
    key += ";";
}

std::string key_of(const Condition& when) {
    std::string key;
    for (const auto& test : when.facts) {
        key += std::to_string(static_cast<int>(test.fact)) + "/" +
               std::to_string(static_cast<int>(test.compare)) + "/" + std::to_string(test.value) +
               ";";
    }
    for (const auto& test : when.rules) {
        key += std::to_string(test.at_least) + "-" + std::to_string(test.at_most) + ":";
        for (const auto rule : test.rules) key += std::to_string(rule) + ",";
    }
    add_list(key, when.langs);
    add_list(key, when.domains);
    return key;
}

/// Of several tests of one fact: whether any value passes all.
bool can_hold(const std::vector<FactTest>& tests, Fact fact) {
    constexpr std::int64_t kMost = 2'000'000;
    std::int64_t least = 0;
    std::int64_t most =
        fact == Fact::capitals_percent ? 100
        : fact == Fact::is_reply || fact == Fact::author_is_brand || fact == Fact::names_brand
            ? 1
            : kMost;
    std::vector<std::int64_t> not_these;
    for (const auto& test : tests) {
        if (test.fact != fact) continue;
        const std::int64_t value = test.value;
        switch (test.compare) {
            case Compare::equal:
                least = std::max(least, value);
                most = std::min(most, value);
                break;
            case Compare::at_least: least = std::max(least, value); break;
            case Compare::at_most: most = std::min(most, value); break;
            case Compare::not_equal: not_these.push_back(value); break;
        }
    }
    for (;
         least <= most && std::find(not_these.begin(), not_these.end(), least) != not_these.end();)
        ++least;
    return least <= most;
}

class Linter {
public:
    Linter(const RuleBook& book, const FoldFunction& fold, const CompileOptions& options,
           std::vector<Fault>& faults)
        : book_(book),
          fold_(fold),
          groups_(book.lists, fold, options.dictionary_folder, ignored_),
          faults_(faults) {}

    void run() {
        for (const auto& rule : book_.rules) patterns_.push_back(parse(rule));
        find_weightless();
        find_unreachable();
        for (RuleIndex i = 0; i < book_.rules.size(); ++i) {
            const auto& rule = book_.rules[i];
            find_never(rule, patterns_[i]);
            if (rule.learned) continue;  // weighed beside all that looks like it
            find_twin(i);
            find_cost(rule, patterns_[i]);
        }
    }

private:
    void fault(const Rule& rule, const std::string& what) {
        faults_.push_back({rule.where, "rule `" + rule.id + "` " + what});
    }

    /// Where a later folder broke a rule, if one did.
    void fault_at(const Location& change, const Rule& rule, const std::string& what) {
        if (change.file.empty()) fault(rule, what);
        else
            faults_.push_back({change, "rule `" + rule.id + "` (" + rule.where.file + ":" +
                                           std::to_string(rule.where.line) + ") " + what});
    }

    Pattern parse(const Rule& rule) {
        if (rule.pattern.empty() || !rule.pii_type.empty()) return {};
        PatternFault none;
        const auto group = [&](std::string_view name, bool forms, std::string& why) {
            return groups_.find(name, forms, book_.packs[rule.pack].lang, why);
        };
        return parse_pattern(rule.pattern, fold_, none, group).value_or(Pattern{});
    }

    /// Rules that change nothing: nobody wrote a weight, and no rule or pack names them.
    void find_weightless() {
        std::vector<bool> named(book_.rules.size());
        for (const auto& rule : book_.rules) {
            for (const auto& test : rule.when.rules) {
                for (const auto one : test.rules) named[one] = true;
            }
        }
        for (const auto& pack : book_.packs) {
            if (pack.told_by != kNoRule) named[pack.told_by] = true;
        }
        for (RuleIndex i = 0; i < book_.rules.size(); ++i) {
            if (!book_.rules[i].has_weight && !named[i])
                fault(book_.rules[i],
                      "has no `weight`, and no other rule names it: it changes nothing");
        }
    }

    /// Labels that would not be given though all that speaks for them fired.
    void find_unreachable() {
        for (const auto& pack : book_.packs) {
            const auto same = [&](const Pack& other) {
                return other.label == pack.label && other.lang == pack.lang;
            };
            if (&*std::find_if(book_.packs.begin(), book_.packs.end(), same) != &pack) continue;
            float most = 0;
            for (const auto& rule : book_.rules) {
                const auto& of = book_.packs[rule.pack];
                const bool counts = of.label == pack.label && rule.mode == Mode::live &&
                                    (of.lang == pack.lang || of.lang == "any");
                if (counts) most += std::max(rule.weight, 0.0F);
            }
            const auto probability = 1 / (1 + std::exp(-(pack.bias + most)));
            if (most == 0 || probability >= pack.threshold) continue;
            char numbers[100];
            std::snprintf(numbers, sizeof numbers,
                          "weights of %.2f in all and a bias of %.2f make %.3f, less than %.3f",
                          most, pack.bias, probability, pack.threshold);
            faults_.push_back(
                {pack.threshold_where.file.empty() ? pack.where : pack.threshold_where,
                 "`" + book_.labels[pack.label] + "` can never be given: " + numbers});
        }
    }

    void find_twin(RuleIndex index) {
        const auto& rule = book_.rules[index];
        const auto& pack = book_.packs[rule.pack];
        const auto& pattern = patterns_[index];
        std::vector<std::string> keys;
        for (const auto& sequence : pattern.sequences) keys.push_back(key_of(sequence));
        std::sort(keys.begin(), keys.end());
        const auto twice = std::adjacent_find(keys.begin(), keys.end());
        if (twice != keys.end())
            faults_.push_back({rule.pattern_where, "rule `" + rule.id +
                                                       "`: an alternative stands " + "twice: `" +
                                                       readable(*twice) + "`"});
        std::string key = book_.labels[pack.label] + "/" + pack.lang + "/" + pattern.expression;
        if (!rule.pii_type.empty()) {
            add_list(key, {rule.pii_type, rule.pattern, rule.validator});
            add_list(key, rule.keywords);
        }
        add_list(key, keys);
        key += key_of(rule.when);
        const auto [other, fresh] = twins_.emplace(std::move(key), index);
        if (fresh) return;
        const auto& first = book_.rules[other->second];
        fault(rule, "does what `" + first.id + "` does (" + first.where.file + ":" +
                        std::to_string(first.where.line) + "): keep one");
    }

    static std::string readable(std::string_view key) {
        std::string text;
        for (std::size_t i = 0; i < key.size(); ++i) {
            if (key[i] == '~') i = key.find_first_of(" *", i);
            if (key[i] == '*' || !(text.empty() || text.ends_with(' ')) || key[i] != ' ')
                text += key[i];
        }
        while (text.ends_with(' ')) text.pop_back();
        return text;
    }

    void find_never(const Rule& rule, const Pattern& pattern) {
        for (const auto& test : rule.when.facts) {
            if (can_hold(rule.when.facts, test.fact)) continue;
            fault(rule, "can never fire: no number passes all that `when` asks of one fact");
            break;
        }
        const auto& lang = book_.packs[rule.pack].lang;
        const auto asks_for = [&](std::string_view one) {
            return std::find(rule.when.langs.begin(), rule.when.langs.end(), one) !=
                   rule.when.langs.end();
        };
        if (lang != "any" && !rule.when.langs.empty() && !asks_for(lang) && !asks_for("unknown"))
            fault(rule, "can never fire: its pack is " + lang + ", and `lang` asks for another");
        for (const auto& test : rule.when.rules) find_never(rule, pattern, test);
    }

    void find_never(const Rule& rule, const Pattern& pattern, const RuleTest& test) {
        std::size_t able = test.rules.size();
        for (const auto named : test.rules) {
            const bool waits = rule.mode == Mode::live && book_.rules[named].mode == Mode::shadow;
            if (waits) --able;
            if (waits && test.at_least > 0 && able < test.at_least)
                fault_at(book_.rules[named].mode_where, rule,
                         "can never fire: it waits for `" + book_.rules[named].id +
                             "`, which is in shadow mode");
            if (test.at_most == 0 && always_with(named, rule, pattern))
                fault(rule, "can never fire: `" + book_.rules[named].id +
                                "`, which it excludes, stands wherever it does");
        }
        if (test.deleted.empty() || test.rules.size() >= test.at_least) return;
        const auto& id = test.deleted.front();
        const auto known = std::find_if(book_.deleted.begin(), book_.deleted.end(),
                                        [&](const DeletedRule& one) { return one.id == id; });
        fault_at(known == book_.deleted.end() ? rule.where : known->where, rule,
                 "can never fire: it waits for `" + id + "`, which is deleted; delete it too");
    }

    /// Whether rule `other` fires wherever `rule` does.
    bool always_with(RuleIndex other, const Rule& rule, const Pattern& pattern) const {
        for (const auto& test : rule.when.rules) {
            const bool needs_all = test.at_least == test.rules.size();
            if (needs_all &&
                std::find(test.rules.begin(), test.rules.end(), other) != test.rules.end())
                return true;
        }
        const auto& wide = book_.rules[other];
        if (!wide.when.empty() || wide.mode == Mode::shadow || wide.sample < rule.sample ||
            pattern.sequences.empty())
            return false;
        return std::all_of(
            pattern.sequences.begin(), pattern.sequences.end(), [&](const Sequence& narrow) {
                return std::any_of(patterns_[other].sequences.begin(),
                                   patterns_[other].sequences.end(),
                                   [&](const Sequence& one) { return covers(one, narrow); });
            });
    }

    void find_cost(const Rule& rule, const Pattern& pattern) {
        const auto fits_most = [](const Sequence& sequence) {
            return std::all_of(sequence.begin(), sequence.end(), [](const Element& element) {
                return (element.open_left || element.open_right) &&
                       letters_in(element.word) < kOpenLetters;
            });
        };
        if (std::any_of(pattern.sequences.begin(), pattern.sequences.end(), fits_most))
            faults_.push_back({rule.pattern_where,
                               "rule `" + rule.id +
                                   "`: `*` beside a single letter (`zzz` folds to one) fits most " +
                                   "posts: write more of the word"});
        if (!pattern.expression.empty()) {
            find_unfolded(rule, pattern.expression);
            find_cost(rule, pattern.expression, HS_FLAG_SINGLEMATCH);
        }
        if (!rule.pii_type.empty() && !rule.pattern.empty())
            find_cost(rule, rule.pattern, HS_FLAG_SOM_LEFTMOST);
    }

    /// Letters that folded text does not hold, such as capitals: what is escaped is none of them.
    void find_unfolded(const Rule& rule, const std::string& expression) {
        if (expression.find("(?") != std::string::npos) return;  // may say that case is nothing
        const auto is_letter = [](unsigned char c) {
            return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
        };
        for (std::size_t i = 0; i < expression.size();) {
            if (expression[i] == '\\') {
                const bool braced = i + 2 < expression.size() && expression[i + 2] == '{';
                const auto end = expression.find('}', i);
                if (expression.substr(i, 2) == "\\x" && !braced) i += 4;
                else i = braced && end != std::string::npos ? end : i + 2;
                continue;
            }
            auto end = i;
            while (end < expression.size() &&
                   is_letter(static_cast<unsigned char>(expression[end])))
                ++end;
            const auto written = expression.substr(i, end - i);
            const auto folded = written.empty() ? " " : fold_(written);
            if (!written.empty() && folded != " " + written + " ")
                faults_.push_back(
                    {rule.pattern_where, "rule `" + rule.id +
                                             "`: its expression sees folded text, which " +
                                             "never holds `" + written + "` but `" + folded + "`"});
            i = std::max(end, i + 1);
        }
    }

    void find_cost(const Rule& rule, const std::string& expression, unsigned flags) {
        hs_expr_info_t* info = nullptr;
        hs_compile_error_t* error = nullptr;
        if (hs_expression_info(expression.c_str(), flags, &info, &error) != HS_SUCCESS) {
            hs_free_compile_error(error);
            return;
        }
        const auto width = info->min_width;
        std::free(info);
        if (width < kExpressionBytes)
            faults_.push_back({rule.pattern_where,
                               "rule `" + rule.id + "`: one byte is enough for its expression, " +
                                   "which fits most posts: write more of it"});
    }

    const RuleBook& book_;
    const FoldFunction& fold_;
    std::vector<Fault> ignored_;  ///< said when the book was compiled
    WordGroups groups_;
    std::vector<Fault>& faults_;
    std::vector<Pattern> patterns_;
    std::unordered_map<std::string, RuleIndex> twins_;
};

}  // namespace

void lint(const RuleBook& book, const FoldFunction& fold, const CompileOptions& options,
          std::vector<Fault>& faults) {
    Linter(book, fold, options, faults).run();
}

}  // namespace hark::match
