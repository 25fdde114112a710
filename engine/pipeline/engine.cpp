#include "hark/engine.hpp"

#include <xxhash.h>

#include <cstdio>

#include "core/limits.hpp"
#include "core/utf8.hpp"
#include "pipeline/rules.hpp"
#include "pipeline/walk.hpp"
#include "publish/record.hpp"

namespace hark {

struct Engine::Inside {
    explicit Inside(pipeline::RuleSources given) : sources(std::move(given)), walk(load(sources)) {}

    static std::shared_ptr<const match::RuleSet> load(const pipeline::RuleSources& sources) {
        std::vector<Fault> faults;
        auto rules = pipeline::load_rules(sources, faults);
        if (rules != nullptr) return rules;
        std::string lines;
        for (const auto& fault : faults) lines += pipeline::to_string(fault) + "\n";
        throw ConfigurationError(lines);
    }

    pipeline::RuleSources sources;
    pipeline::Walk walk;
    publish::RecordWriter writer;
};

namespace {

pipeline::RuleSources sources_of(const EngineOptions& options) {
    pipeline::RuleSources sources;
    sources.folders = options.rule_folders;
    if (sources.folders.empty()) sources.folders.push_back(pipeline::shipped_rules());
    sources.cache_folder = options.cache_folder;
    for (const auto& given : options.brands) {
        Brand brand;
        brand.id = given.id;
        brand.names = given.names;
        brand.handles = given.handles;
        brand.hashtags = given.hashtags;
        brand.domains = given.domains;
        brand.where.file = "brand " + given.id;
        sources.brands.push_back(std::move(brand));
    }
    return sources;
}

std::string id_of(std::string_view text) {
    const auto hash = XXH3_128bits(text.data(), text.size());
    char hex[48];
    const int size = std::snprintf(hex, sizeof hex, "text:%016llx%016llx",
                                   static_cast<unsigned long long>(hash.high64),
                                   static_cast<unsigned long long>(hash.low64));
    return {hex, static_cast<std::size_t>(size)};
}

}  // namespace

Engine::Engine(const EngineOptions& options)
    : inside_(std::make_unique<Inside>(sources_of(options))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Classification Engine::classify(const Post& post) {
    if (post.text.size() > limits::kTextBytes) {
        throw std::invalid_argument("the text is longer than 256 KiB");
    }
    if (!is_utf8(post.text)) throw std::invalid_argument("the text is not UTF-8");
    const auto id = post.id.empty() ? id_of(post.text) : std::string(post.id);
    Mention mention;
    mention.platform = post.platform.empty() ? "text" : post.platform;
    mention.id = id;
    mention.text = post.text;
    mention.lang = post.lang;
    mention.thread = post.thread;
    mention.author.id = post.author_id;
    mention.author.is_brand = post.author_is_brand;
    auto& walk = inside_->walk;
    mention.author.is_brand = walk.is_brand_account(mention);
    (void)walk.names_brand(mention);
    const auto& verdict = walk.judge(mention);
    const auto& book = walk.rules().book();
    Classification result;
    for (const auto& given : verdict.labels) {
        result.labels.push_back({book.labels[given.label], given.probability});
    }
    for (const auto brand : verdict.brands) result.brands.push_back(book.brands[brand].id);
    result.lang = verdict.lang;
    result.advice = verdict.advice;
    result.record = inside_->writer.record({mention, verdict, book, walk.rules().hash(), now()});
    return result;
}

void Engine::reload() {
    inside_->walk.use(Inside::load(inside_->sources));
}

std::string Engine::ruleset() const {
    return std::string(inside_->walk.rules().hash());
}

std::string_view version() noexcept {
    return HARK_VERSION;
}

}  // namespace hark
