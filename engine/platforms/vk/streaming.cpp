#include "platforms/vk/streaming.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "platforms/event.hpp"
#include "platforms/percent.hpp"

namespace hark::platforms::vk {

namespace {

enum Purpose : std::uint32_t { kServer = 1, kRules, kDelete, kAdd };

// VK's own limits.
constexpr std::size_t kMostRules = 300;
constexpr std::size_t kTagBytes = 256;

// Ours are told from what others have set by their tag: this and the rule itself.
constexpr std::string_view kTagHead = "hark:";

std::string tag_of(std::string_view value) {
    return std::string(kTagHead) + std::string(value.substr(0, kTagBytes - kTagHead.size()));
}

/// `{"rule":{"value":…,"tag":…}}`, or `{"tag":…}` without a value.
std::string rule_json(std::string_view tag, std::string_view value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
    const auto member = [&json](const char* key, std::string_view text) {
        json.Key(key);
        json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    };
    json.StartObject();
    if (!value.empty()) {
        json.Key("rule");
        json.StartObject();
        member("value", value);
    }
    member("tag", tag);
    if (!value.empty()) json.EndObject();
    json.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

std::string rule_words(std::string_view name) {
    if (name.starts_with("re:") || name.find_first_of("()|~{}\"") != std::string_view::npos)
        return {};
    std::string words;
    bool starts_word = true;
    for (const char c : name) {
        if (c == '*') continue;
        // In front of a word these would exclude it, or make it a tag.
        if (starts_word && (c == '-' || c == '#' || c == '@' || c == ' ')) continue;
        words += c;
        starts_word = c == ' ';
    }
    while (words.ends_with(' ')) words.pop_back();
    return words;
}

Streaming::Streaming(Api api, std::vector<std::string> values)
    : api_(std::move(api)), values_(std::move(values)) {}

void Streaming::set_brands(std::span<const Brand> brands) {
    if (!values_.empty()) return;
    for (const auto& brand : brands) {
        for (const auto* names : {&brand.names, &brand.hashtags}) {
            for (const auto& name : *names) {
                auto words = rule_words(name);
                const bool is_new =
                    std::find(values_.begin(), values_.end(), words) == values_.end();
                if (!words.empty() && is_new && values_.size() < kMostRules)
                    values_.push_back(std::move(words));
            }
        }
    }
}

std::string Streaming::address(std::string_view path) const {
    return endpoint_ + std::string(path) + "?key=" + percent_encode(key_);
}

Call Streaming::rule_call(std::string method, std::string body, std::uint32_t purpose) const {
    Call call;
    call.method = std::move(method);
    call.url = (api_.is_plain() ? "http://" : "https://") + address("/rules");
    if (!body.empty()) call.headers = {{"Content-Type", "application/json"}};
    call.body = std::move(body);
    call.purpose = purpose;
    return call;
}

Step Streaming::next() const {
    if (endpoint_.empty()) return method_call(api_, "streaming.getServerUrl", "", kServer);
    if (!rules_known_) return rule_call("GET", "", kRules);
    if (!tags_to_delete_.empty())
        return rule_call("DELETE", rule_json(tags_to_delete_.back(), ""), kDelete);
    if (!values_to_add_.empty()) {
        const auto& value = values_to_add_.back();
        return rule_call("POST", rule_json(tag_of(value), value), kAdd);
    }
    StreamRequest request;
    request.url = (api_.is_plain() ? "ws://" : "wss://") + address("/stream") + "&stream_id=0";
    request.resumes = false;
    request.may_be_quiet = true;
    return request;
}

Outcome Streaming::replied(const HttpResponse& response) {
    switch (response.purpose) {
        case kServer: return take_server(response);
        case kRules: return take_rules(response);
        case kDelete:
        case kAdd: return take_change(response);
        default: break;
    }
    // The stream: a key holds for a while only, and another server gives another.
    forget();
    auto outcome = outcome_of(response.status);
    outcome.lasting = false;
    return outcome;
}

Outcome Streaming::take_server(const HttpResponse& response) {
    Reply reply;
    auto outcome = replies_.read_method(response, reply);
    if (!outcome.problem.empty()) return outcome;
    if (!is_host(reply.endpoint) || reply.key.empty()) {
        outcome.problem = "streaming.getServerUrl gave no endpoint and key";
        return outcome;
    }
    endpoint_ = reply.endpoint;
    key_ = reply.key;
    return outcome;
}

Outcome Streaming::take_rules(const HttpResponse& response) {
    auto outcome = outcome_of(response.status);
    if (!outcome.problem.empty()) {
        forget();
        outcome.lasting = false;
        return outcome;
    }
    outcome.decode = false;
    Arena arena;
    EventReader reader(arena);
    std::vector<std::string> tags;
    const auto broken = json_document(parser_, response.body, [&](JsonValue root) {
        if (!json_raw(root).starts_with('{')) return Errc::wrong_type;
        return json_members(root, [&](std::string_view key, JsonValue value) {
            if (key != "rules") return Errc::ok;
            return reader.array(value, [&](JsonValue rule) {
                return reader.object(rule, [&](std::string_view name, JsonValue member) {
                    std::string_view tag;
                    if (name == "tag") reader.text(member, tag);
                    if (!tag.empty()) tags.emplace_back(tag);
                    return Errc::ok;
                });
            });
        });
    });
    if (broken != Errc::ok || reader.fault() != Errc::ok) {
        outcome.problem = "VK's list of rules could not be read";
        return outcome;
    }
    plan(tags);
    return outcome;
}

void Streaming::plan(const std::vector<std::string>& present_tags) {
    rules_known_ = true;
    const auto is_in = [](const std::vector<std::string>& all, const std::string& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    std::vector<std::string> wanted;
    for (const auto& value : values_) {
        wanted.push_back(tag_of(value));
        if (!is_in(present_tags, wanted.back())) values_to_add_.push_back(value);
    }
    for (const auto& tag : present_tags) {
        if (tag.starts_with(kTagHead) && !is_in(wanted, tag)) tags_to_delete_.push_back(tag);
    }
}

/// A rule that VK does not want is told once and left out, so that the others are heard.
Outcome Streaming::take_change(const HttpResponse& response) {
    const bool adds = response.purpose == kAdd;
    Reply reply;
    const auto error = replies_.read(response.body, reply);
    const auto code = reply.error_code;
    Outcome outcome;
    if (error != Errc::ok || (code.empty() && response.status != 200)) {
        outcome = outcome_of(response.status);
        outcome.decode = false;
        if (outcome.problem.empty()) outcome.problem = "VK's answer to a rule could not be read";
        return outcome;
    }
    if (code.starts_with('1')) {  // of the address or the key
        forget();
        outcome.problem = "VK refused its key for rules with error " + std::string(code);
        return outcome;
    }
    auto& open = adds ? values_to_add_ : tags_to_delete_;
    if (!open.empty()) open.pop_back();
    const bool is_done = code.empty() || code == "2001" || code == "2002";  // is there; is gone
    if (!is_done) outcome.problem = "VK refused a rule with error " + std::string(code);
    return outcome;
}

void Streaming::heard(std::string_view code, std::string_view service_code) {
    if (code == "400") leave_ = "VK reported an error in its stream";
    else if (code == "300" && service_code == "3000") leave_ = "VK's server is going away";
}

std::optional<Reaction> Streaming::react(Moment moment) {
    if (moment != Moment::message || leave_.empty()) return std::nullopt;
    Reaction reaction;
    reaction.reconnect = std::exchange(leave_, {});
    forget();
    return reaction;
}

void Streaming::forget() {
    endpoint_.clear();
    key_.clear();
    rules_known_ = false;
    tags_to_delete_.clear();
    values_to_add_.clear();
}

}  // namespace hark::platforms::vk
