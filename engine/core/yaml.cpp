#include "core/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace hark {

namespace {

constexpr std::size_t kDepth = 32;  // no honest file comes near

class Converter {
public:
    Converter(const std::string& file, std::size_t max_nodes, std::vector<Fault>& faults)
        : file_(file), max_nodes_(max_nodes), faults_(faults) {}

    SettingNode convert(const YAML::Node& node, std::size_t depth = 0) {
        SettingNode out;
        out.where = place(node);
        if (++nodes_ > max_nodes_ || depth > kDepth) {
            if (!full_) faults_.push_back({out.where, "too large or too deeply nested"});
            full_ = true;
            return out;
        }
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                out.type = SettingNode::Type::scalar;
                out.scalar = node.Scalar();
                break;
            case YAML::NodeType::Sequence:
                out.type = SettingNode::Type::list;
                for (const auto& item : node) out.items.push_back(convert(item, depth + 1));
                break;
            case YAML::NodeType::Map: convert_map(node, depth, out); break;
            case YAML::NodeType::Null:
            case YAML::NodeType::Undefined: break;
        }
        return out;
    }

private:
    void convert_map(const YAML::Node& node, std::size_t depth, SettingNode& out) {
        out.type = SettingNode::Type::map;
        for (const auto& member : node) {
            const auto where = place(member.first);
            if (!member.first.IsScalar()) {
                faults_.push_back({where, "a key is a single word"});
                continue;
            }
            const auto& key = member.first.Scalar();
            const bool twice = std::any_of(out.members.begin(), out.members.end(),
                                           [&](const auto& one) { return one.first == key; });
            if (twice) faults_.push_back({where, "key `" + key + "` stands here twice"});
            auto value = convert(member.second, depth + 1);
            value.key_where = where;
            out.members.emplace_back(key, std::move(value));
        }
    }

    [[nodiscard]] Location place(const YAML::Node& node) const {
        const auto mark = node.Mark();
        if (mark.is_null()) return {file_, 1, 1};
        return {file_, static_cast<std::uint32_t>(mark.line + 1),
                static_cast<std::uint32_t>(mark.column + 1)};
    }

    const std::string& file_;
    std::size_t max_nodes_;
    std::vector<Fault>& faults_;
    std::size_t nodes_ = 0;
    bool full_ = false;
};

}  // namespace

std::optional<SettingNode> read_yaml(std::string_view text, const std::string& file,
                                     std::size_t max_bytes, std::vector<Fault>& faults) {
    if (text.size() > max_bytes) {
        faults.push_back({{file, 1, 1}, "larger than " + std::to_string(max_bytes) + " bytes"});
        return std::nullopt;
    }
    try {
        const auto root = YAML::Load(std::string(text));
        // Every node takes a byte of the text, but for aliases: those could make a small file a
        // huge tree ("billion laughs").
        Converter converter(file, text.size() + 16, faults);
        auto node = converter.convert(root);
        if (node.where.line == 0) node.where = {file, 1, 1};
        return node;
    } catch (const YAML::Exception& error) {
        const auto line = error.mark.is_null() ? 1 : error.mark.line + 1;
        const auto column = error.mark.is_null() ? 1 : error.mark.column + 1;
        faults.push_back(
            {{file, static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(column)},
             "not YAML: " + error.msg});
        return std::nullopt;
    }
}

}  // namespace hark
