#include "match/condition_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/languages.hpp"
#include "core/mention.hpp"

namespace hark::match {

namespace {

struct FactName {
    std::string_view name;
    Fact fact;
};
constexpr FactName kFacts[] = {
    {"code_points", Fact::code_points},
    {"words", Fact::words},
    {"capitals_percent", Fact::capitals_percent},
    {"digits", Fact::digits},
    {"emoji", Fact::emoji},
    {"exclamations", Fact::exclamations},
    {"questions", Fact::questions},
    {"links", Fact::links},
    {"mentions", Fact::mentions},
    {"hashtags", Fact::hashtags},
    {"stretched", Fact::stretched},
    {"disguised", Fact::disguised},
    {"mixed_script", Fact::mixed_script},
    {"media", Fact::media},
    {"is_reply", Fact::is_reply},
    {"author_is_brand", Fact::author_is_brand},
    {"names_brand", Fact::names_brand},
    {"kind", Fact::kind},
    {"account_age_days", Fact::account_age_days},
};

std::string_view take_comparison(std::string_view& text) {
    for (const std::string_view sign : {">=", "<=", "!=", ">", "<"}) {
        if (!text.starts_with(sign)) continue;
        text.remove_prefix(sign.size());
        return sign;
    }
    return "=";
}

/// `3`, `>=3`, `<3`, `!=3`, and a kind's name for `kind`; false when it is none.
bool parse_test(Fact fact, std::string_view text, FactTest& test) {
    test.fact = fact;
    if (fact == Fact::kind) {
        test.compare = text.starts_with("!=") ? Compare::not_equal : Compare::equal;
        if (test.compare == Compare::not_equal) text.remove_prefix(2);
        for (const auto kind : {Kind::post, Kind::comment, Kind::mention, Kind::message,
                                Kind::review, Kind::reaction}) {
            if (to_string(kind) == text) {
                test.value = static_cast<std::int32_t>(kind);
                return true;
            }
        }
        return false;
    }
    const auto sign = take_comparison(text);
    while (text.starts_with(' ')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), test.value);
    if (error != std::errc{} || end != text.data() + text.size() || test.value < 0 ||
        test.value > 1'000'000)
        return false;
    if (sign == ">") ++test.value;
    if (sign == "<") --test.value;
    test.compare = sign.starts_with('>')   ? Compare::at_least
                   : sign.starts_with('<') ? Compare::at_most
                   : sign == "!="          ? Compare::not_equal
                                           : Compare::equal;
    return true;
}

std::string small(std::string text) {
    for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

bool is_domain(std::string_view text) {
    return text.find('.') != std::string_view::npos &&
           text.find_first_of("/:@ \t{}*") == std::string_view::npos && !text.starts_with('.') &&
           !text.ends_with('.');
}

}  // namespace

std::string_view to_string(Fact fact) noexcept {
    for (const auto& known : kFacts) {
        if (known.fact == fact) return known.name;
    }
    return {};
}

void read_post_tests(Settings& when, Condition& out) {
    for (const auto& known : kFacts) {
        const auto text = when.text(known.name, "");
        if (text.empty()) continue;
        FactTest test;
        if (parse_test(known.fact, text, test)) out.facts.push_back(test);
        else
            when.fault(known.name,
                       known.fact == Fact::kind
                           ? "`kind` is post, comment, mention, message, review or reaction, or "
                             "`!=` and one of these"
                           : "`" + std::string(known.name) +
                                 "` is compared with a number: 3, >=3, <=3, !=3, >3, <3");
    }
    out.langs = when.texts("lang");
    for (const auto& lang : out.langs) {
        if (lang != "unknown" && !is_served(lang))
            when.fault("lang", no_language(lang) + ", unknown");
    }
    out.domains = when.texts("domains");
}

std::optional<FactTest> read_fact_test(std::string_view text) {
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    for (const auto& known : kFacts) {
        if (known.name != text.substr(0, blank)) continue;
        FactTest test;
        if (parse_test(known.fact, text.substr(blank + 1), test)) return test;
    }
    return std::nullopt;
}

void resolve_domains(std::vector<std::string>& domains, const std::vector<WordList>& lists,
                     const Location& where, std::vector<Fault>& faults) {
    std::vector<std::string> resolved;
    const auto add = [&](const std::string& domain, const Location& at) {
        if (is_domain(domain)) resolved.push_back(small(domain));
        else
            faults.push_back(
                {at, "`" + domain + "` is no domain: write `example.com`, or a list `{name}`"});
    };
    for (const auto& domain : domains) {
        const bool named = domain.starts_with('{') && domain.ends_with('}');
        if (!named) {
            add(domain, where);
            continue;
        }
        const auto list = std::find_if(lists.begin(), lists.end(), [&](const WordList& one) {
            return "{" + one.name + "}" == domain;
        });
        if (list == lists.end()) {
            faults.push_back({where, "there is no list `" + domain + "`"});
            continue;
        }
        for (const auto& entry : list->entries) add(entry.text, {list->file, entry.line, 1});
    }
    std::sort(resolved.begin(), resolved.end());
    resolved.erase(std::unique(resolved.begin(), resolved.end()), resolved.end());
    domains = std::move(resolved);
}

}  // namespace hark::match
