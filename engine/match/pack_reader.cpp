#include "match/pack_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "core/limits.hpp"
#include "core/mention.hpp"
#include "core/settings.hpp"
#include "core/yaml.hpp"

namespace hark::match {

namespace {

constexpr std::array<std::string_view, 8> kAdvice = {
    "", "answer_first", "answer", "thank", "leave", "hide", "report", "move_to_private"};

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
        test.compare = Compare::equal;
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

/// A rule test as written, its names not yet resolved.
struct NamedTest {
    RuleIndex rule;
    std::vector<std::string> names;
    enum class Kind : std::uint8_t { all, any, none, at_least } kind;
    std::uint32_t at_least;
    Location where;
};

/// Reads packs into one book, then resolves the rules that conditions name, which may stand in any
/// pack.
class Reader {
public:
    Reader(RuleBook& book, std::vector<Fault>& faults) : book_(book), faults_(faults) {}

    void read(std::string_view text, const std::string& file) {
        const auto tree = read_yaml(text, file, limits::kRuleFileBytes, faults_);
        if (!tree) return;
        SettingsReport report;
        Settings root(*tree, report);
        read_root(root, file);
        faults_.insert(faults_.end(), report.faults.begin(), report.faults.end());
    }

    void resolve() {
        std::map<std::string, RuleIndex, std::less<>> by_id;
        std::vector<std::string> ids;
        for (RuleIndex i = 0; i < book_.rules.size(); ++i) {
            const auto& rule = book_.rules[i];
            const auto [other, fresh] = by_id.emplace(rule.id, i);
            ids.push_back(rule.id);
            if (fresh || rule.id.empty()) continue;
            const auto& first = book_.rules[other->second].where;
            faults_.push_back({rule.where, "rule `" + rule.id + "` stands already in " +
                                               first.file + ":" + std::to_string(first.line)});
        }
        std::set<RuleIndex> composite;
        for (const auto& test : named_) composite.insert(test.rule);
        for (const auto& test : named_) resolve(test, by_id, ids, composite);
    }

private:
    void read_root(Settings& root, const std::string& file) {
        Pack pack;
        pack.where = root.where();
        if (book_.packs.size() >= std::numeric_limits<PackIndex>::max()) {
            root.fault("label", "too many packs");
            return;
        }
        const auto label = root.required_text("label");
        pack.lang = root.required_text("lang");
        pack.bias = number(root, "bias", 0, -1000, 1000);
        pack.threshold = number(root, "threshold", 0.5F, 0, 1);
        pack.advice = advice(root);
        pack.label = label_of(label, root);
        const std::filesystem::path path(file);
        if (path.has_parent_path() &&
            (path.parent_path().filename() != label || path.stem() != pack.lang)) {
            root.fault("label", "this file should be " + label + "/" + pack.lang +
                                    ".yaml: one folder a label, one file a language");
        }
        book_.packs.push_back(pack);
        for (auto& item : root.maps("rules")) read_rule(item);
        root.finish();
    }

    LabelId label_of(const std::string& label, Settings& root) {
        const bool named =
            label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
        if (!named)
            root.fault("label", "a label is made of small letters, digits and _: it names a topic");
        const auto found = std::find(book_.labels.begin(), book_.labels.end(), label);
        if (found != book_.labels.end()) return static_cast<LabelId>(found - book_.labels.begin());
        if (book_.labels.size() >= limits::kLabels) {
            root.fault("label", "more than " + std::to_string(limits::kLabels) + " labels");
            return 0;
        }
        book_.labels.push_back(label);
        return static_cast<LabelId>(book_.labels.size() - 1);
    }

    void read_rule(Settings& item) {
        if (book_.rules.size() >= limits::kRules) {
            if (!full_) item.fault("id", "more than " + std::to_string(limits::kRules) + " rules");
            full_ = true;
            return;
        }
        const auto index = static_cast<RuleIndex>(book_.rules.size());
        auto& rule = book_.rules.emplace_back();
        rule.where = item.where();
        rule.pack = static_cast<PackIndex>(book_.packs.size() - 1);
        rule.id = item.required_text("id");
        rule.pattern = item.text("pattern", "");
        rule.weight = number(item, "weight", 0, -1000, 1000);
        rule.sublabel = item.text("sublabel", "");
        rule.advice = advice(item);
        static constexpr std::array<std::string_view, 2> kModes = {"live", "shadow"};
        rule.mode = item.one_of("mode", kModes, "live") == "shadow" ? Mode::shadow : Mode::live;
        if (auto when = item.map("when")) read_condition(*when, index);
        rule.hit = item.texts("hit");
        rule.miss = item.texts("miss");
        read_pii(item, rule);
        const bool empty = rule.pattern.empty() && book_.rules[index].when.empty() && !waits(index);
        if (empty)
            item.fault("id", "rule `" + rule.id +
                                 "` has neither `pattern` nor `when` nor `raw`: it can never fire");
        item.finish();
    }

    [[nodiscard]] bool waits(RuleIndex index) const {
        return !named_.empty() && named_.back().rule == index;
    }

    static void read_pii(Settings& item, Rule& rule) {
        const auto raw = item.text("raw", "");
        rule.pii_type = item.text("type", "");
        rule.validator = item.text("validator", "");
        rule.keywords = item.texts("keywords");
        rule.needs_keyword = item.boolean("needs_keyword", false);
        if (raw.empty() != rule.pii_type.empty()) item.fault("raw", "`raw` and `type` go together");
        if (raw.empty()) {
            for (const auto* key : {"validator", "keywords", "needs_keyword"}) {
                if (item.has(key))
                    item.fault(key, "`" + std::string(key) + "` belongs to rules with `raw`");
            }
            return;
        }
        if (!rule.pattern.empty())
            item.fault("pattern", "a rule has a `pattern` or a `raw` expression, not both");
        if (raw.size() > limits::kPatternBytes)
            item.fault("raw", "longer than " + std::to_string(limits::kPatternBytes) + " bytes");
        rule.pattern = raw;
    }

    void read_condition(Settings& when, RuleIndex index) {
        for (const auto& known : kFacts) {
            const auto text = when.text(known.name, "");
            if (text.empty()) continue;
            FactTest test;
            if (parse_test(known.fact, text, test)) book_.rules[index].when.facts.push_back(test);
            else
                when.fault(known.name, "`" + std::string(known.name) +
                                           "` is compared with a number: 3, >=3, <=3, !=3, >3, <3" +
                                           (known.fact == Fact::kind
                                                ? " (kind: post, comment, mention, message, review)"
                                                : ""));
        }
        const auto names = [&](std::string_view key, NamedTest::Kind kind) {
            auto rules = when.texts(key);
            if (!rules.empty()) named_.push_back({index, std::move(rules), kind, 0, when.where()});
        };
        names("all", NamedTest::Kind::all);
        names("any", NamedTest::Kind::any);
        names("none", NamedTest::Kind::none);
        if (auto at_least = when.map("at_least")) {
            const auto count = static_cast<std::uint32_t>(at_least->integer("n", 1, 1, 1000));
            auto of = at_least->texts("of");
            if (count > of.size())
                at_least->fault("n", "at least " + std::to_string(count) + " of " +
                                         std::to_string(of.size()) + " rules can never fire");
            named_.push_back(
                {index, std::move(of), NamedTest::Kind::at_least, count, at_least->where()});
            at_least->finish();
        }
        when.finish();
    }

    void resolve(const NamedTest& named, const std::map<std::string, RuleIndex, std::less<>>& by_id,
                 const std::vector<std::string>& ids, const std::set<RuleIndex>& composite) {
        RuleTest test;
        for (const auto& name : named.names) {
            const auto found = by_id.find(name);
            if (found == by_id.end()) {
                const auto guess = nearest(name, ids);
                faults_.push_back(
                    {named.where,
                     "no rule has the id `" + name + "`" +
                         (guess.empty() ? "" : "; did you mean `" + std::string(guess) + "`?")});
            } else if (composite.contains(found->second)) {
                faults_.push_back(
                    {named.where,
                     "rule `" + name +
                         "` has conditions over rules itself and cannot be named here"});
            } else {
                test.rules.push_back(found->second);
            }
        }
        const auto count = static_cast<std::uint32_t>(test.rules.size());
        test.at_least = named.kind == NamedTest::Kind::all        ? count
                        : named.kind == NamedTest::Kind::any      ? 1
                        : named.kind == NamedTest::Kind::at_least ? named.at_least
                                                                  : 0;
        test.at_most = named.kind == NamedTest::Kind::none ? 0 : count;
        book_.rules[named.rule].when.rules.push_back(std::move(test));
    }

    static float number(Settings& from, std::string_view key, float fallback, float min,
                        float max) {
        const auto text = from.text(key, "");
        if (text.empty()) return fallback;
        float value = 0;
        const auto begin = text.data() + (text.starts_with('+') ? 1 : 0);
        const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value);
        if (error == std::errc{} && end == text.data() + text.size() && value >= min &&
            value <= max)
            return value;
        const auto whole = [](float bound) { return std::to_string(static_cast<int>(bound)); };
        from.fault(
            key, "`" + std::string(key) + "` is a number from " + whole(min) + " to " + whole(max));
        return fallback;
    }

    static std::string advice(Settings& from) {
        auto text = from.text("advice", "");
        if (std::find(kAdvice.begin(), kAdvice.end(), text) != kAdvice.end()) return text;
        from.fault(
            "advice",
            "`advice` is one of answer_first, answer, thank, leave, hide, report, move_to_private");
        return {};
    }

    RuleBook& book_;
    std::vector<Fault>& faults_;
    std::vector<NamedTest> named_;
    bool full_ = false;
};

/// A byte more than a pack may have, at most: the reader refuses it then.
std::optional<std::string> read_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) return std::nullopt;
    std::string text(std::min<std::uintmax_t>(size, limits::kRuleFileBytes + 1), '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (static_cast<std::size_t>(file.gcount()) != text.size()) return std::nullopt;
    return text;
}

}  // namespace

void read_pack(std::string_view text, const std::string& file, RuleBook& book,
               std::vector<Fault>& faults) {
    Reader reader(book, faults);
    reader.read(text, file);
    reader.resolve();
}

RuleBook read_packs(std::span<const std::string> folders, std::vector<Fault>& faults) {
    namespace fs = std::filesystem;
    RuleBook book;
    Reader reader(book, faults);
    for (const auto& folder : folders) {
        std::error_code error;
        std::vector<fs::path> files;
        for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
             at.increment(error)) {
            const auto kind = at->path().extension();
            std::error_code gone;
            if (!at->is_regular_file(gone)) continue;
            if (kind == ".yaml") files.push_back(at->path());
            if (kind == ".yml")
                faults.push_back(
                    {{at->path().string(), 0, 0}, "a pack is a .yaml file: this one is not read"});
        }
        if (error)
            faults.push_back(
                {{folder, 0, 0}, "the folder of rules cannot be read: " + error.message()});
        else if (files.empty())
            faults.push_back(
                {{folder, 0, 0}, "there is no pack (<label>/<language>.yaml) in this folder"});
        std::sort(files.begin(), files.end());
        for (const auto& path : files) {
            if (const auto text = read_file(path)) reader.read(*text, path.string());
            else faults.push_back({{path.string(), 0, 0}, "cannot be read"});
        }
    }
    reader.resolve();
    return book;
}

}  // namespace hark::match
