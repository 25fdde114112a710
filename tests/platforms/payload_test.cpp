// Every payloads/<platform>/NAME.json or NAME.xml gives what NAME.expected.json says:
//   { "mentions": [ {…} ], "ignored": 0, "error": "ok", "refused": ["wrong_type"], "cursor": "…",
//     "settings": {…}, "request": {"query": "…", "received_at": "…"} }
// A mention has the fields of hark::Mention, `links` being the list of addresses; what is absent
// must be empty, 0 or false. `settings` defaults to payloads/<platform>/settings.json. With
// `request` the body is let in by the platform first, which may hand on other bytes.

#include "platforms/payload_test.hpp"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "core/settings.hpp"

namespace hark::platforms::testing {

namespace {

const std::filesystem::path kFolder = HARK_SOURCE_DIR "/tests/platforms";

std::string secret_reference(std::string_view value) {
    static std::map<std::string, std::string, std::less<>> names;
    const auto [entry, fresh] =
        names.emplace(value, "HARK_TEST_SECRET_" + std::to_string(names.size()));
    if (fresh) ::setenv(entry->second.c_str(), entry->first.c_str(), 1);
    return "${" + entry->second + "}";
}

std::string scalar_text(simdjson::dom::element element) {
    if (element.is_string()) {
        const auto text = element.get_string().value();
        constexpr std::string_view kSecret = "secret:";
        if (text.starts_with(kSecret)) return secret_reference(text.substr(kSecret.size()));
        return std::string(text);
    }
    return simdjson::minify(element);
}

SettingNode setting_node(simdjson::dom::element element) {
    SettingNode node;
    if (element.is_object()) {
        node.type = SettingNode::Type::map;
        for (const auto member : element.get_object()) {
            node.members.emplace_back(member.key, setting_node(member.value));
        }
    } else if (element.is_array()) {
        node.type = SettingNode::Type::list;
        for (const auto item : element.get_array()) node.items.push_back(setting_node(item));
    } else {
        node.type = SettingNode::Type::scalar;
        node.scalar = scalar_text(element);
    }
    return node;
}

void put(Fields& fields, std::string name, std::string_view value) {
    if (!value.empty()) fields.emplace(std::move(name), value);
}

/// Expected JSON to the same shape as fields_of: `ok`, 0 and false are left out there too.
void flatten(Fields& fields, const std::string& path, simdjson::dom::element element) {
    if (element.is_object()) {
        for (const auto member : element.get_object()) {
            if (path.empty() && (member.key == "settings" || member.key == "why" ||
                                 member.key == "request"))
                continue;
            const std::string name(member.key);
            flatten(fields, path.empty() ? name : path + "." + name, member.value);
        }
    } else if (element.is_array()) {
        std::size_t index = 0;
        for (const auto item : element.get_array()) {
            flatten(fields, path + "[" + std::to_string(index++) + "]", item);
        }
    } else {
        const auto text = scalar_text(element);
        if (text != "0" && text != "false" && !(path == "error" && text == "ok")) {
            put(fields, path, text);
        }
    }
}

void put_mention(Fields& fields, const std::string& path, const Mention& mention,
                 std::span<const std::string_view> links) {
    put(fields, path + ".platform", mention.platform);
    put(fields, path + ".id", mention.id);
    put(fields, path + ".event_id", mention.event_id);
    put(fields, path + ".kind", to_string(mention.kind));
    put(fields, path + ".action", to_string(mention.action));
    if (mention.created_at != Timestamp{}) {
        const auto text = format_rfc3339(mention.created_at);
        put(fields, path + ".created_at", {text.data(), text.size()});
    }
    put(fields, path + ".url", mention.url);
    put(fields, path + ".lang", mention.lang);
    put(fields, path + ".author.id", mention.author.id);
    put(fields, path + ".author.handle", mention.author.handle);
    put(fields, path + ".author.name", mention.author.name);
    if (mention.restored) put(fields, path + ".restored", "true");
    if (mention.all_of_author) put(fields, path + ".all_of_author", "true");
    if (mention.author.is_brand) put(fields, path + ".author.is_brand", "true");
    put(fields, path + ".thread", mention.thread);
    put(fields, path + ".parent", mention.parent);
    put(fields, path + ".phone", mention.phone);
    put(fields, path + ".text", mention.text);
    for (std::size_t i = 0; i < links.size(); ++i) {
        put(fields, path + ".links[" + std::to_string(i) + "]", links[i]);
    }
    if (mention.media != 0) put(fields, path + ".media", std::to_string(mention.media));
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
        return std::tolower(x) == std::tolower(y);
    });
}

std::vector<std::string> payload_names() {
    std::vector<std::string> names;
    constexpr std::string_view kExpected = ".expected.json";
    const auto folder = kFolder / "payloads";
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const auto path = std::filesystem::relative(entry.path(), folder).string();
        if (path.ends_with(kExpected)) {
            names.push_back(path.substr(0, path.size() - kExpected.size()));
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

std::unique_ptr<Platform> make(std::string_view name, std::string_view settings_json,
                               std::vector<Fault>& faults) {
    simdjson::dom::parser parser;
    const auto node = setting_node(parser.parse(simdjson::padded_string(settings_json)).value());
    SettingsReport report;
    Settings settings(node, report);
    (void)settings.text("path", "");  // the app's own key
    auto platform = make_platform(name, settings);
    settings.finish();
    faults.insert(faults.end(), report.faults.begin(), report.faults.end());
    return report.faults.empty() ? std::move(platform) : nullptr;
}

std::unique_ptr<Platform> make(std::string_view name, std::string_view settings_json) {
    std::vector<Fault> faults;
    auto platform = make(name, settings_json, faults);
    for (const auto& fault : faults) ADD_FAILURE() << fault.what;
    if (!platform) throw std::runtime_error("no platform " + std::string(name));
    return platform;
}

TestRequest::TestRequest(std::string_view method_text, std::string_view body_bytes)
    : padded(body_bytes) {
    method = method_text;
    body = padded.view();
    received_at = *parse_rfc3339(kReceivedAt);
}

std::string_view TestRequest::header(std::string_view name) const noexcept {
    for (const auto& [key, value] : headers) {
        if (same_name(key, name)) return value;
    }
    return {};
}

Fields fields_of(Errc error, const Mentions& mentions) {
    Fields fields;
    if (error != Errc::ok) put(fields, "error", to_string(error));
    if (mentions.ignored != 0) put(fields, "ignored", std::to_string(mentions.ignored));
    put(fields, "cursor", mentions.cursor.text());
    for (std::size_t i = 0; i < mentions.refused.size(); ++i) {
        put(fields, "refused[" + std::to_string(i) + "]", to_string(mentions.refused[i].reason));
    }
    for (std::size_t i = 0; i < mentions.list.size(); ++i) {
        const auto& mention = mentions.list[i];
        put_mention(fields, "mentions[" + std::to_string(i) + "]", mention,
                    mentions.links_of(mention));
    }
    return fields;
}

namespace {

/// What the first frame of a batch held, once the others were decoded too.
Fields decode_batch(Platform& platform, std::string_view body,
                    const std::vector<std::string>& others) {
    Arena arena;
    const auto decode_one = [&](const PaddedBytes& bytes, Mentions& out) {
        Frame frame;
        frame.bytes = bytes.view();
        frame.received_at = *parse_rfc3339(kReceivedAt);
        return platform.decode(frame, arena, out);
    };
    const PaddedBytes first(body);
    Mentions mentions;
    const auto error = decode_one(first, mentions);
    for (const auto& other : others) {
        Mentions unused;
        (void)decode_one(PaddedBytes(other), unused);
    }
    return fields_of(error, mentions);
}

}  // namespace

Fields decode(Platform& platform, std::string_view body) {
    return decode_batch(platform, body, {});
}

Fields expected_of(std::string_view expected_json) {
    simdjson::dom::parser parser;
    Fields fields;
    flatten(fields, "", parser.parse(simdjson::padded_string(expected_json)).value());
    return fields;
}

std::string read(std::string_view path) {
    std::ifstream file(kFolder / path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + std::string(path));
    return {std::istreambuf_iterator<char>(file), {}};
}

namespace {

class Payload : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        const auto& name = GetParam();
        platform_name_ = name.substr(0, name.find('/'));
        const auto file = "payloads/" + name;
        const bool json = std::filesystem::exists(kFolder / (file + ".json"));
        body_ = read(file + (json ? ".json" : ".xml"));
        const auto text = read("payloads/" + name + ".expected.json");
        simdjson::dom::parser parser;
        const auto document = parser.parse(simdjson::padded_string(text)).value();
        flatten(expected_, "", document);
        simdjson::dom::element settings;
        if (document["settings"].get(settings) == simdjson::SUCCESS) {
            settings_ = simdjson::minify(settings);
        } else {
            settings_ = read("payloads/" + platform_name_ + "/settings.json");
        }
        simdjson::dom::element request;
        if (document["request"].get(request) != simdjson::SUCCESS) return;
        query_ = request["query"].get_string().value();
        received_at_ = *parse_rfc3339(request["received_at"].get_string().value());
    }

    Fields decode_body(Platform& platform, std::string_view body,
                       const std::vector<std::string>& others = {}) const {
        if (query_.empty()) return decode_batch(platform, body, others);
        TestRequest request("POST", body);
        request.query = query_;
        request.received_at = received_at_;
        const auto reception = platform.receive(request);
        if (!reception.decode) return {{"error", std::string(to_string(reception.error))}};
        return decode_batch(platform,
                            reception.frame.data() == nullptr ? body : reception.frame, others);
    }

    std::string platform_name_;
    std::string body_;
    std::string settings_;
    std::string query_;
    Timestamp received_at_{};
    Fields expected_;
};

TEST_P(Payload, GivesTheMentionsThatTheSheetSays) {
    const auto platform = make(platform_name_, settings_);
    EXPECT_EQ(decode_body(*platform, body_), expected_);
    EXPECT_EQ(decode_body(*platform, body_), expected_) << "the second time, with a warm parser";
}

/// A platform's views outlive the frames of the same batch that are decoded after theirs.
TEST_P(Payload, StaysAsItWasWhileOtherFramesAreDecoded) {
    std::vector<std::string> others;
    for (const auto& name : payload_names()) {
        const auto file = "payloads/" + name + ".json";
        if (name.starts_with(platform_name_ + "/") && std::filesystem::exists(kFolder / file))
            others.push_back(read(file));
    }
    auto& written_over = others.emplace_back(body_);  // of the same shape, other digits and letters
    std::replace_if(
        written_over.begin(), written_over.end(),
        [](unsigned char c) { return std::isdigit(c) != 0 || c >= 0x80; }, '7');
    const auto platform = make(platform_name_, settings_);
    EXPECT_EQ(decode_body(*platform, body_, others), expected_);
}

TEST_P(Payload, GivesNothingWhenTheBodyIsCutShort) {
    const auto platform = make(platform_name_, settings_);
    const auto end = body_.find_last_not_of('\n');
    for (std::size_t size = 0; size <= end; ++size) {
        const auto fields = decode_body(*platform, std::string_view(body_).substr(0, size));
        EXPECT_TRUE(fields.contains("error")) << "cut to " << size;
        EXPECT_FALSE(fields.contains("mentions[0].platform")) << "cut to " << size;
    }
}

INSTANTIATE_TEST_SUITE_P(AllPlatforms, Payload, ::testing::ValuesIn(payload_names()),
                         [](const auto& test) {
                             std::string name = test.param;
                             std::replace_if(
                                 name.begin(), name.end(),
                                 [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                             return name;
                         });

}  // namespace

}  // namespace hark::platforms::testing
