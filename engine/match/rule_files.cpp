#include "match/rule_files.hpp"

#include <algorithm>
#include <fstream>

#include "core/byte_order_mark.hpp"
#include "core/limits.hpp"
#include "core/utf8.hpp"

namespace hark::match {

namespace fs = std::filesystem;

namespace {

std::string small(std::string text) {
    for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

/// By its name; editors keep links of theirs beside the file, `.#en.yaml`, that lead nowhere.
bool is_of_rules(const fs::path& path) {
    const auto extension = small(path.extension().string());
    const bool is_list = extension == ".txt" && path.parent_path().filename() == "lists";
    return (is_list || extension == ".yaml" || extension == ".yml") &&
           !path.filename().string().starts_with(".#");
}

}  // namespace

RuleFolder look_into(const std::string& folder, std::vector<Fault>& faults) {
    RuleFolder found;
    std::error_code error;
    for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code gone;
        const auto& path = at->path();
        if (is_of_rules(path) && at->is_symlink(gone) && !at->exists(gone))
            faults.push_back({{path.string(), 0, 0},
                              "is a link to `" + fs::read_symlink(path, gone).string() +
                                  "`, which is not there"});
        if (!at->is_regular_file(gone)) continue;
        if (path.extension() == ".yaml") {
            if (at.depth() == 0 && path.filename() == "changes.yaml") found.changes = path;
            else found.packs.push_back(path);
        }
        const auto extension = small(path.extension().string());
        const bool is_list = extension == ".txt" && path.parent_path().filename() == "lists";
        if (is_list && path.extension() == ".txt") found.lists.push_back(path);
        else if (is_list)
            faults.push_back(
                {{path.string(), 0, 0}, "a list is a .txt file: this one is not read"});
        if (extension == ".yml" || (extension == ".yaml" && path.extension() != ".yaml"))
            faults.push_back(
                {{path.string(), 0, 0}, "a pack is a .yaml file: this one is not read"});
    }
    std::sort(found.packs.begin(), found.packs.end());
    std::sort(found.lists.begin(), found.lists.end());
    if (error)
        faults.push_back(
            {{folder, 0, 0}, "the folder of rules cannot be read: " + error.message()});
    else if (found.packs.empty() && found.lists.empty() && !found.changes)
        faults.push_back(
            {{folder, 0, 0}, "there is no pack (<label>/<language>.yaml) in this folder"});
    return found;
}

std::optional<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    std::ifstream file(path, std::ios::binary);
    if (error || !file) return std::nullopt;
    std::string text(std::min<std::uintmax_t>(size, max_bytes + 1), '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (static_cast<std::size_t>(file.gcount()) != text.size()) return std::nullopt;
    return text;
}

WordList read_list(std::string_view text, const fs::path& path, std::vector<Fault>& faults) {
    WordList list;
    list.name = path.stem().string();
    list.file = path.string();
    if (list.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
        faults.push_back({{list.file, 0, 0}, "a list's name is small letters, digits and _"});
    if (text.size() > limits::kListBytes) {
        faults.push_back(
            {{list.file, 0, 0},
             "larger than " + std::to_string(limits::kListBytes / limits::kMiB) + " MiB"});
        return list;
    }
    std::uint32_t number = 0;
    text = without_byte_order_mark(text);
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        auto line = text.substr(begin, end - begin);
        begin = end + 1;
        ++number;
        const auto last = line.find_last_not_of(" \t\r");
        line = last == std::string_view::npos ? std::string_view{} : line.substr(0, last + 1);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        if (line.empty() || line == "#" || line.starts_with("# ")) continue;
        if (!is_utf8(line)) faults.push_back({{list.file, number, 1}, "is no UTF-8"});
        list.entries.push_back({std::string(line), number});
    }
    return list;
}

}  // namespace hark::match
