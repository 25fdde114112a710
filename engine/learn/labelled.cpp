#include "learn/labelled.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "core/byte_order_mark.hpp"

namespace hark::learn {

namespace {

namespace dom = simdjson::dom;

const std::string kNoPost = "is no {\"text\": …, \"labels\": {…}}";

/// Of the shipped packs: another value there is a slip. Under other names stand notes of a set's
/// makers, such as `reason` or `rating`, or labels of one's own.
constexpr std::array<std::string_view, 7> kLabels = {
    "spam", "trolling", "complaint", "praise", "question", "pii", "urgent",
};

std::string text_of(dom::object from, std::string_view key) {
    std::string_view text;
    return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

/// `{"complaint": ["refund"]}`, as in a record.
bool read_sublabels(dom::object from, LabelledPost& post) {
    dom::object by_label;
    const auto error = from["sublabels"].get(by_label);
    if (error == simdjson::NO_SUCH_FIELD) return true;
    if (error != simdjson::SUCCESS) return false;
    for (const auto [label, value] : by_label) {
        dom::array names;
        if (value.get(names) != simdjson::SUCCESS) return false;
        post.with_sublabels.emplace_back(label);
        for (const auto one : names) {
            std::string_view name;
            if (one.get(name) != simdjson::SUCCESS) return false;
            post.sublabels.push_back(std::string(label) + "/" + std::string(name));
        }
    }
    return true;
}

/// What is wrong; empty: nothing.
std::string read_post(dom::element line, LabelledPost& post) {
    dom::object object;
    dom::object labels;
    std::string_view text;
    if (line.get(object) != simdjson::SUCCESS || object["text"].get(text) != simdjson::SUCCESS)
        return kNoPost;
    post.text = text;
    post.lang = text_of(object, "lang");
    post.source = text_of(object, "source");
    const auto error = object["labels"].get(labels);
    if (error == simdjson::NO_SUCH_FIELD) return {};  // an ordinary post
    if (error != simdjson::SUCCESS) return kNoPost;
    for (const auto [key, value] : labels) {
        bool flag = false;
        std::int64_t number = 0;
        if (value.get(flag) != simdjson::SUCCESS) {
            if (value.is_null()) continue;  // not annotated
            if (value.get(number) != simdjson::SUCCESS || (number != 0 && number != 1)) {
                if (std::find(kLabels.begin(), kLabels.end(), key) == kLabels.end()) continue;
                return "`labels` are 0, 1, true, false or null: `" + std::string(key) +
                       "` is another value";
            }
            flag = number == 1;
        }
        post.labels.emplace_back(key, flag);
    }
    return read_sublabels(object, post) ? "" : kNoPost;
}

}  // namespace

int LabelledPost::label(std::string_view name) const noexcept {
    for (const auto& [known, value] : labels) {
        if (known == name) return value ? 1 : 0;
    }
    return -1;
}

void read_labelled(const std::string& path, std::vector<LabelledPost>& posts,
                   std::vector<Fault>& faults) {
    std::ifstream file(path);
    if (!file) {
        faults.push_back({{path, 0, 0}, "cannot be read"});
        return;
    }
    dom::parser parser;
    std::uint32_t number = 0;
    for (std::string line; std::getline(file, line);) {
        if (++number == 1) line = std::string(without_byte_order_mark(line));
        LabelledPost post;
        dom::element root;
        const bool is_json = parser.parse(line).get(root) == simdjson::SUCCESS;
        if (auto what = is_json ? read_post(root, post) : kNoPost; !what.empty()) {
            faults.push_back({{path, number, 0}, std::move(what)});
            continue;
        }
        if (post.source.empty()) post.source = std::filesystem::path(path).stem().string();
        posts.push_back(std::move(post));
    }
}

}  // namespace hark::learn
