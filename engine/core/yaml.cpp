#include "core/yaml.hpp"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <new>

#include "core/byte_order_mark.hpp"

namespace hark {

namespace {

constexpr std::size_t kDepth = 32;  // no honest file comes near

/// One event of libyaml's parser.
class Event {
public:
    Event() = default;
    ~Event() { yaml_event_delete(&event_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;
    /// The next event in place of this one; false where the text is not YAML.
    bool next(yaml_parser_t& parser) {
        yaml_event_delete(&event_);
        return yaml_parser_parse(&parser, &event_) != 0;
    }
    [[nodiscard]] const yaml_event_t& operator*() const noexcept { return event_; }
    [[nodiscard]] const yaml_event_t* operator->() const noexcept { return &event_; }

private:
    yaml_event_t event_{};
};

std::string text_of(const yaml_char_t* bytes) {
    return bytes == nullptr ? std::string() : reinterpret_cast<const char*>(bytes);
}

class Reader {
public:
    Reader(std::string_view text, const std::string& file, std::vector<Fault>& faults)
        // Every node takes a byte of the text, but for aliases: those could make a small file a
        // huge tree ("billion laughs").
        : text_(text), file_(file), max_nodes_(text.size() + 16), faults_(faults) {
        if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
        yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
        // The library insists on an address, though there be nothing at it.
        const auto* const begin = text.empty() ? "" : text.data();
        yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(begin),
                                     text.size());
    }
    ~Reader() { yaml_parser_delete(&parser_); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// The only document; nullopt where the text is not YAML, which is told.
    std::optional<SettingNode> document() {
        SettingNode root;
        root.where = {file_, 1, 1};
        bool found = false;
        while (advance()) {
            switch (event_->type) {
                case YAML_STREAM_END_EVENT: return root;
                case YAML_DOCUMENT_START_EVENT:
                    if (!found) break;
                    faults_.push_back({place(event_->start_mark), "a second document: one a file"});
                    return root;
                case YAML_STREAM_START_EVENT:
                case YAML_DOCUMENT_END_EVENT: break;
                default:
                    found = true;
                    if (!read(root, 0)) return full_ ? std::optional(root) : std::nullopt;
            }
        }
        return std::nullopt;
    }

private:
    bool advance() {
        if (event_.next(parser_)) return true;
        const auto* const what = parser_.problem == nullptr ? "unreadable" : parser_.problem;
        auto where = place(parser_.problem_mark);
        if (parser_.error == YAML_READER_ERROR) {  // bytes that are no UTF-8: by their offset alone
            const auto before = text_.substr(0, parser_.problem_offset);
            where.line +=
                static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
            where.column = static_cast<std::uint32_t>(before.size() - (before.rfind('\n') + 1)) + 1;
        }
        faults_.push_back({std::move(where), std::string("not YAML: ") + what});
        return false;
    }

    /// Reads the node that the event at hand begins. False: nothing more is to be read.
    bool read(SettingNode& out, std::size_t depth) {
        out.where = place(event_->start_mark);
        if (++nodes_ > max_nodes_ || depth > kDepth) return is_full(out.where);
        const auto began_with = nodes_;
        switch (event_->type) {
            case YAML_SCALAR_EVENT: {
                const auto anchor = text_of(event_->data.scalar.anchor);
                read_scalar(out);
                return keep(anchor, out, began_with);
            }
            case YAML_SEQUENCE_START_EVENT: {
                const auto anchor = text_of(event_->data.sequence_start.anchor);
                return read_list(out, depth) && keep(anchor, out, began_with);
            }
            case YAML_MAPPING_START_EVENT: {
                const auto anchor = text_of(event_->data.mapping_start.anchor);
                return read_map(out, depth) && keep(anchor, out, began_with);
            }
            default: return follow(out);
        }
    }

    void read_scalar(SettingNode& out) const {
        const auto& scalar = event_->data.scalar;
        out.scalar.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        static constexpr std::array<std::string_view, 5> kNulls = {"", "~", "null", "Null", "NULL"};
        const bool is_null = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.tag == nullptr &&
                             std::find(kNulls.begin(), kNulls.end(), out.scalar) != kNulls.end();
        out.type = is_null ? SettingNode::Type::null : SettingNode::Type::scalar;
        if (is_null) out.scalar.clear();
    }

    bool read_list(SettingNode& out, std::size_t depth) {
        out.type = SettingNode::Type::list;
        while (advance()) {
            if (event_->type == YAML_SEQUENCE_END_EVENT) return true;
            if (!read(out.items.emplace_back(), depth + 1)) return false;
        }
        return false;
    }

    bool read_map(SettingNode& out, std::size_t depth) {
        out.type = SettingNode::Type::map;
        while (advance()) {
            if (event_->type == YAML_MAPPING_END_EVENT) return true;
            SettingNode key;
            SettingNode value;
            if (!read(key, depth + 1) || !advance() || !read(value, depth + 1)) return false;
            if (key.type != SettingNode::Type::scalar) {
                faults_.push_back({key.where, "a key is a single word"});
                continue;
            }
            const bool twice =
                std::any_of(out.members.begin(), out.members.end(),
                            [&](const auto& one) { return one.first == key.scalar; });
            if (twice) {
                faults_.push_back({key.where, "key `" + key.scalar + "` stands here twice"});
            }
            value.key_where = std::move(key.where);
            out.members.emplace_back(std::move(key.scalar), std::move(value));
        }
        return false;
    }

    /// What an alias stands for; its place is the anchor's, where the value is written.
    bool follow(SettingNode& out) {
        const auto found = anchors_.find(text_of(event_->data.alias.anchor));
        if (found == anchors_.end()) {
            faults_.push_back({out.where, "not YAML: an alias of nothing that stands before it"});
            return false;
        }
        nodes_ += found->second.nodes;
        if (nodes_ > max_nodes_) return is_full(out.where);
        out = found->second.node;
        return true;
    }

    bool keep(const std::string& anchor, const SettingNode& node, std::size_t began_with) {
        if (!anchor.empty()) anchors_.insert_or_assign(anchor, Anchor{node, nodes_ - began_with});
        return true;
    }

    bool is_full(const Location& where) {
        faults_.push_back({where, "too large or too deeply nested"});
        full_ = true;
        return false;
    }

    [[nodiscard]] Location place(const yaml_mark_t& mark) const {
        return {file_, static_cast<std::uint32_t>(mark.line + 1),
                static_cast<std::uint32_t>(mark.column + 1)};
    }

    struct Anchor {
        SettingNode node;
        std::size_t nodes = 0;  ///< below it
    };

    std::string_view text_;
    const std::string& file_;
    std::size_t max_nodes_;
    std::vector<Fault>& faults_;
    yaml_parser_t parser_{};
    Event event_;
    std::map<std::string, Anchor, std::less<>> anchors_;
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
    return Reader(without_byte_order_mark(text), file, faults).document();
}

}  // namespace hark
