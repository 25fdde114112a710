#include "match/pack_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "core/languages.hpp"
#include "core/limits.hpp"
#include "core/settings.hpp"
#include "core/yaml.hpp"
#include "match/condition_reader.hpp"
#include "match/learned_line.hpp"
#include "match/rule_files.hpp"

namespace hark::match {

namespace {

constexpr std::array<std::string_view, 8> kAdvice = {
    "", "answer_first", "answer", "thank", "leave", "hide", "report", "move_to_private"};

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

    /// What is read from now on may overrule what was read before.
    void begin_folder() { folders_.push_back(book_.packs.size()); }

    void read(std::string_view text, const std::string& file) {
        const auto tree = read_yaml(text, file, limits::kRuleFileBytes, faults_);
        if (!tree) return;
        SettingsReport report;
        Settings root(*tree, report);
        read_root(root, file);
        faults_.insert(faults_.end(), report.faults.begin(), report.faults.end());
    }

    /// Changes to rules of the folders read so far.
    void read_changes(std::string_view text, const std::string& file) {
        const auto tree = read_yaml(text, file, limits::kRuleFileBytes, faults_);
        if (!tree) return;
        SettingsReport report;
        Settings root(*tree, report);
        for (const auto& id : root.texts("delete")) {
            if (existing(id, root, "delete") == nullptr) continue;
            deleted_ids_.insert(id);
            book_.deleted.push_back({id, root.where("delete")});
        }
        for (auto& item : root.maps("change")) {
            const auto id = item.required_text("id");
            auto* const rule = existing(id, item, "id");
            if (rule == nullptr) continue;
            if (item.has("weight")) changed_ids_.insert(id);
            rule->weight = number(item, "weight", rule->weight, -1000, 1000);
            rule->has_weight |= item.has("weight");
            read_mode(item, *rule);
            if (item.has("mode")) rule->mode_where = item.where("mode");
            if (!finish(item))
                item.fault("id",
                           "of a rule `weight`, `mode` and `sample` can be changed; delete "
                           "it and write your own to change more");
        }
        root.finish();
        faults_.insert(faults_.end(), report.faults.begin(), report.faults.end());
        remove_deleted();
    }

    void add_list(WordList list) {
        const auto place =
            std::lower_bound(book_.lists.begin(), book_.lists.end(), list,
                             [](const WordList& a, const WordList& b) { return a.name < b.name; });
        const bool known = place != book_.lists.end() && place->name == list.name;
        if (known) *place = std::move(list);
        else book_.lists.insert(place, std::move(list));
    }

    void resolve() {
        for (auto& rule : book_.rules)
            resolve_domains(rule.when.domains, book_.lists, rule.where, faults_);
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
        resolve_weights(by_id);
        resolve_head(&Pack::bias, &Pack::bias_where);
        resolve_head(&Pack::threshold, &Pack::threshold_where);
        resolve_head(&Pack::advice, &Pack::advice_where);
        resolve_quotes(by_id);
        std::set<RuleIndex> composite;
        for (const auto& test : named_) composite.insert(test.rule);
        for (RuleIndex i = 0; i < book_.rules.size(); ++i) {
            if (!book_.rules[i].when.rules.empty()) composite.insert(i);  // of an earlier read
        }
        for (const auto& test : named_) resolve(test, by_id, ids, composite);
    }

private:
    /// Of the packs of a label and language, one decides: of the last folder that writes the key,
    /// the first by name, which is the learned pack.
    template <typename Value>
    void resolve_head(Value Pack::*value, Location Pack::*where) {
        const auto folder_of = [this](std::size_t pack) {
            return std::upper_bound(folders_.begin(), folders_.end(), pack) - folders_.begin();
        };
        const auto key_of = [](const Pack& pack) { return std::pair(pack.label, pack.lang); };
        std::map<std::pair<LabelId, std::string>, std::size_t> deciding;
        for (std::size_t i = 0; i < book_.packs.size(); ++i) {
            const auto& pack = book_.packs[i];
            if ((pack.*where).file.empty()) continue;
            const auto [known, fresh] = deciding.emplace(key_of(pack), i);
            if (!fresh && folder_of(i) > folder_of(known->second)) known->second = i;
        }
        for (auto& pack : book_.packs) {
            const auto known = deciding.find(key_of(pack));
            if (known == deciding.end()) continue;
            const auto& decides = book_.packs[known->second];
            pack.*value = Value(decides.*value);
            pack.*where = Location(decides.*where);
        }
    }

    void resolve_quotes(const std::map<std::string, RuleIndex, std::less<>>& by_id) {
        for (const auto& pack : book_.packs) {
            if (pack.quotes_told_by.empty()) continue;
            const auto found = by_id.find(pack.quotes_told_by);
            if (found == by_id.end() && !deleted_ids_.contains(pack.quotes_told_by))
                faults_.push_back({pack.where, "no rule has the id `" + pack.quotes_told_by +
                                                   "` of `quotes_told_by`"});
            for (auto& other : book_.packs) {
                if (other.label == pack.label && other.lang == pack.lang)
                    other.told_by = found == by_id.end() ? kNoRule : found->second;
            }
        }
    }

    void read_root(Settings& root, const std::string& file) {
        Pack pack;
        pack.where = root.where();
        if (book_.packs.size() >= std::numeric_limits<PackIndex>::max()) {
            root.fault("label", "too many packs");
            return;
        }
        const auto label = root.required_text("label");
        pack.lang = root.required_text("lang");
        if (!pack.lang.empty() && pack.lang != "any" && !is_served(pack.lang))
            root.fault("lang", no_language(pack.lang) + ", any");
        pack.bias = number(root, "bias", 0, -1000, 1000);
        pack.threshold = number(root, "threshold", 0.5F, 0, 1);
        pack.advice = advice(root);
        if (root.has("bias")) pack.bias_where = root.where("bias");
        if (root.has("threshold")) pack.threshold_where = root.where("threshold");
        if (root.has("advice")) pack.advice_where = root.where("advice");
        pack.quotes_told_by = root.text("quotes_told_by", "");
        pack.label = label_of(label, root);
        const std::filesystem::path path(file);
        const auto learned = root.text("learned", "");
        const auto stem = pack.lang + (root.has("learned") ? ".learned" : "");
        if (!label.empty() && !pack.lang.empty() && path.has_parent_path() &&
            (path.parent_path().filename() != label || path.stem() != stem)) {
            root.fault("label", "this file should be " + label + "/" + stem +
                                    ".yaml: one folder a label, one file a language");
        }
        book_.packs.push_back(pack);
        for (auto& item : root.maps("rules")) read_rule(item);
        read_learned(learned, root);
        for (const auto& [id, weight] : root.text_map("weights"))
            weights_.push_back({id, weight, root.where("weights")});
        root.finish();
    }

    /// Lines of `weight seen-with seen-without pattern`; a fact stands in brackets. One scalar, for
    /// a tree of thirty thousand small mappings takes seconds.
    void read_learned(std::string_view lines, Settings& root) {
        auto where = root.where("learned");
        const auto label = book_.labels[book_.packs.back().label];
        const auto prefix = label + "." + book_.packs.back().lang + ":";
        while (!lines.empty()) {
            const auto end = std::min(lines.find('\n'), lines.size());
            const auto line = lines.substr(0, end);
            lines.remove_prefix(std::min(end + 1, lines.size()));
            ++where.line;
            if (line.empty() || line.starts_with('#')) continue;
            if (book_.rules.size() >= limits::kRules) return;
            Rule rule;
            rule.where = rule.pattern_where = where;
            rule.where.column = rule.pattern_where.column = 1;
            rule.pack = static_cast<PackIndex>(book_.packs.size() - 1);
            rule.learned = rule.has_weight = true;
            if (!read_learned_line(line, rule)) {
                faults_.push_back(
                    {where, "a learned rule is `weight seen-with seen-without pattern`"});
                continue;
            }
            rule.id = prefix + std::string(rule.id);
            book_.rules.push_back(std::move(rule));
        }
    }

    /// What learning found the weights of hand-written rules to be.
    void resolve_weights(const std::map<std::string, RuleIndex, std::less<>>& by_id) {
        for (const auto& [id, text, where] : weights_) {
            const auto found = by_id.find(id);
            float weight = 0;
            const auto* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
            const auto [end, error] = std::from_chars(begin, text.data() + text.size(), weight);
            if (error != std::errc{} || end != text.data() + text.size() ||
                !(weight >= -1000 && weight <= 1000))
                faults_.push_back({where, "the weight of `" + id + "` is a number"});
            else if (found != by_id.end() && !changed_ids_.contains(id))
                weigh(book_.rules[found->second], weight);
            else if (found == by_id.end() && !deleted_ids_.contains(id))
                faults_.push_back(
                    {where, "no rule has the id `" + id + "`, whose weight stands here"});
        }
    }

    static void weigh(Rule& rule, float weight) {
        rule.weight = weight;
        rule.has_weight = true;
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
        rule.pattern_where = item.where(rule.pattern.empty() ? "raw" : "pattern");
        rule.weight = number(item, "weight", 0, -1000, 1000);
        rule.has_weight = item.has("weight");
        rule.sublabel = item.text("sublabel", "");
        rule.advice = advice(item);
        rule.fixed = item.boolean("fixed", false);
        read_mode(item, rule);
        if (auto when = item.map("when")) read_condition(*when, index);
        rule.hit = item.placed_texts("hit");
        rule.miss = item.placed_texts("miss");
        read_pii(item, rule);
        const bool empty = finish(item) && rule.pattern.empty() && rule.pii_type.empty() &&
                           !item.has("raw") && rule.when.empty() && !waits(index);
        if (empty)
            item.fault("id",
                       "rule `" + rule.id +
                           "` has neither `pattern` nor `when` nor `type`: it can never fire");
    }

    /// Whether all its keys are known; those that are not are told.
    static bool finish(Settings& item) {
        const auto before = item.faults();
        item.finish();
        return item.faults() == before;
    }

    static void read_mode(Settings& item, Rule& rule) {
        static constexpr std::array<std::string_view, 2> kModes = {"live", "shadow"};
        const auto before = kModes[static_cast<std::size_t>(rule.mode)];
        rule.mode = item.one_of("mode", kModes, before) == "shadow" ? Mode::shadow : Mode::live;
        const auto text = item.text("sample", "");
        if (text.empty()) return;
        double percent = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), percent);
        const auto rest = std::string_view(end, text.data() + text.size());
        if (error != std::errc{} || rest != "%" || percent < 0.01 || percent > 100) {
            item.fault("sample", "`sample` is a share of posts, 0.01% to 100%");
            return;
        }
        rule.sample = static_cast<std::uint16_t>(percent * 100 + 0.5);
    }

    Rule* existing(const std::string& id, Settings& from, std::string_view key) {
        const auto found = std::find_if(book_.rules.begin(), book_.rules.end(),
                                        [&](const Rule& rule) { return rule.id == id; });
        if (found != book_.rules.end()) return &*found;
        std::vector<std::string> ids;
        for (const auto& rule : book_.rules) ids.push_back(rule.id);
        const auto guess = nearest(id, ids);
        from.fault(key, "no rule of the folders before this one has the id `" + id + "`" +
                            (guess.empty() ? "" : "; did you mean `" + std::string(guess) + "`?"));
        return nullptr;
    }

    void remove_deleted() {
        std::vector<Rule> kept;
        std::vector<std::optional<RuleIndex>> moved;
        for (auto& rule : book_.rules) {
            const bool gone = deleted_ids_.contains(rule.id);
            moved.push_back(gone ? std::nullopt
                                 : std::optional(static_cast<RuleIndex>(kept.size())));
            if (!gone) kept.push_back(std::move(rule));
        }
        book_.rules = std::move(kept);
        std::erase_if(named_, [&](const NamedTest& test) { return !moved[test.rule]; });
        for (auto& test : named_) test.rule = *moved[test.rule];
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
        if (rule.pii_type.empty()) {
            for (const auto* key : {"raw", "validator", "keywords", "needs_keyword"}) {
                if (item.has(key))
                    item.fault(key, "`" + std::string(key) + "` belongs to rules with a `type`");
            }
            return;
        }
        if (raw.empty() && rule.validator.empty())
            item.fault("type", "personal data needs a `raw` expression or a `validator`");
        if (!rule.pattern.empty())
            item.fault("pattern", "a rule has a `pattern` or a `raw` expression, not both");
        if (raw.size() > limits::kPatternBytes)
            item.fault("raw", "longer than " + std::to_string(limits::kPatternBytes) + " bytes");
        rule.pattern = raw;
    }

    void read_condition(Settings& when, RuleIndex index) {
        read_post_tests(when, book_.rules[index].when);
        const auto names = [&](std::string_view key, NamedTest::Kind kind) {
            auto rules = when.texts(key);
            if (!rules.empty())
                named_.push_back({index, std::move(rules), kind, 0, when.where(key)});
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
            if (found == by_id.end() && deleted_ids_.contains(name)) {  // never fires
                test.deleted.push_back(name);
            } else if (found == by_id.end()) {
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
        const auto count = static_cast<std::uint32_t>(named.names.size());
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
    std::vector<std::size_t> folders_;  ///< of each the first pack
    struct Weight {
        std::string id, text;
        Location where;
    };
    std::vector<Weight> weights_;
    std::set<std::string, std::less<>> changed_ids_;  ///< whose weight a user's folder gave
    std::set<std::string, std::less<>> deleted_ids_;
    bool full_ = false;
};

}  // namespace

void read_pack(std::string_view text, const std::string& file, RuleBook& book,
               std::vector<Fault>& faults) {
    Reader reader(book, faults);
    reader.read(text, file);
    reader.resolve();
}

RuleBook read_packs(std::span<const std::string> folders, std::vector<Fault>& faults) {
    RuleBook book;
    Reader reader(book, faults);
    const auto read = [&](const std::filesystem::path& path, std::size_t max_bytes, auto&& take) {
        if (const auto text = read_file(path, max_bytes)) take(*text, path.string());
        else faults.push_back({{path.string(), 0, 0}, "cannot be read"});
    };
    for (const auto& folder : folders) {
        const auto found = look_into(folder, faults);
        reader.begin_folder();
        if (found.changes)
            read(*found.changes, limits::kRuleFileBytes,
                 [&](const auto& text, const auto& file) { reader.read_changes(text, file); });
        for (const auto& path : found.lists)
            read(path, limits::kListBytes, [&](const auto& text, const auto&) {
                reader.add_list(read_list(text, path, faults));
            });
        for (const auto& path : found.packs)
            read(path, limits::kRuleFileBytes,
                 [&](const auto& text, const auto& file) { reader.read(text, file); });
    }
    if (book.rules.empty() && faults.empty())
        faults.push_back({{folders.empty() ? "rules" : folders.back(), 0, 0}, "there is no rule"});
    reader.resolve();
    return book;
}

}  // namespace hark::match
