#include "learn/labelled.hpp"

#include <simdjson.h>

#include <filesystem>
#include <fstream>

namespace hark::learn {

namespace {

namespace dom = simdjson::dom;

std::string text_of(dom::object from, std::string_view key) {
    std::string_view text;
    return from[key].get(text) == simdjson::SUCCESS ? std::string(text) : std::string{};
}

bool read_post(dom::element line, LabelledPost& post) {
    dom::object object;
    dom::object labels;
    std::string_view text;
    if (line.get(object) != simdjson::SUCCESS || object["text"].get(text) != simdjson::SUCCESS)
        return false;
    post.text = text;
    post.lang = text_of(object, "lang");
    post.source = text_of(object, "source");
    const auto error = object["labels"].get(labels);
    if (error == simdjson::NO_SUCH_FIELD) return true;  // an ordinary post
    if (error != simdjson::SUCCESS) return false;
    for (const auto [key, value] : labels) {
        bool flag = false;
        std::int64_t number = 0;
        if (value.get(flag) != simdjson::SUCCESS) {
            if (value.get(number) != simdjson::SUCCESS || (number != 0 && number != 1)) continue;
            flag = number == 1;
        }
        post.labels.emplace_back(key, flag);
    }
    return true;
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
        ++number;
        LabelledPost post;
        dom::element root;
        if (parser.parse(line).get(root) != simdjson::SUCCESS || !read_post(root, post)) {
            faults.push_back({{path, number, 0}, "is no {\"text\": …, \"labels\": {…}}"});
            continue;
        }
        if (post.source.empty()) post.source = std::filesystem::path(path).stem().string();
        posts.push_back(std::move(post));
    }
}

}  // namespace hark::learn
