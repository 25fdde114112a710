#include "platforms/markup.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/digits.hpp"
#include "core/utf8.hpp"

namespace hark::platforms {

namespace {

struct Reference {
    std::string_view name;
    std::int32_t code;
};
constexpr std::array<Reference, 6> kNamed = {{
    {"amp", '&'},
    {"lt", '<'},
    {"gt", '>'},
    {"quot", '"'},
    {"apos", '\''},
    {"nbsp", 0xA0},
}};
constexpr std::size_t kLongestReference = 10;  // `&#x10FFFF;`

std::int32_t digits_of(std::string_view digits, std::int32_t base) noexcept {
    std::int32_t code = 0;
    for (const char c : digits) {
        const int digit = hex_digit(c);
        if (digit < 0 || digit >= base || code > 0x10FFFF) return 0;
        code = code * base + digit;
    }
    return code;
}

/// The code point of what stands between `&` and `;`; 0: it is no reference.
std::int32_t code_of(std::string_view inside) noexcept {
    for (const auto& reference : kNamed) {
        if (reference.name == inside) return reference.code;
    }
    if (!inside.starts_with('#')) return 0;
    inside.remove_prefix(1);
    const bool hexadecimal = inside.starts_with('x') || inside.starts_with('X');
    const auto code = hexadecimal ? digits_of(inside.substr(1), 16) : digits_of(inside, 10);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return surrogate || code > 0x10FFFF ? 0 : code;
}

/// Copies `text` to `out` with its references decoded; where it ends. A reference is never shorter
/// than what it stands for.
char* put_unescaped(char* out, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto plain = std::min(text.find('&'), text.size());
        std::memcpy(out, text.data(), plain);
        out += plain;
        text.remove_prefix(plain);
        if (text.empty()) break;
        const auto end = text.substr(0, kLongestReference).find(';');
        const auto code = end == std::string_view::npos ? 0 : code_of(text.substr(1, end - 1));
        if (code != 0) out = put_utf8(out, code);
        else *out++ = '&';
        text.remove_prefix(code != 0 ? end + 1 : 1);
    }
    return out;
}

constexpr std::array<std::string_view, 16> kBlocks = {
    "p",  "div", "li", "ul", "ol", "blockquote", "pre", "tr",
    "h1", "h2",  "h3", "h4", "h5", "h6",         "hr",  "table"};

/// A tag as it stands between `<` and `>`.
struct Tag {
    std::string_view name;  ///< as written, without the slash
    std::string_view attributes;
    bool closing = false;
};

Tag tag_of(std::string_view inside) noexcept {
    Tag tag;
    tag.closing = inside.starts_with('/');
    if (tag.closing) inside.remove_prefix(1);
    const auto end = std::min(inside.find_first_of(" \t\r\n/"), inside.size());
    tag.name = inside.substr(0, end);
    tag.attributes = inside.substr(end);
    return tag;
}

bool named(const Tag& tag, std::string_view name) noexcept {
    return std::equal(tag.name.begin(), tag.name.end(), name.begin(), name.end(),
                      [](char a, char b) { return (a | 0x20) == (b | 0x20); });
}

bool is_block(const Tag& tag) noexcept {
    return std::any_of(kBlocks.begin(), kBlocks.end(),
                       [&](std::string_view name) { return named(tag, name); });
}

/// The value of ` name="…"`; empty when there is none.
std::string_view attribute(std::string_view attributes, std::string_view name) noexcept {
    for (auto at = attributes.find(name); at != std::string_view::npos;
         at = attributes.find(name, at + 1)) {
        const auto value = attributes.substr(at + name.size());
        const bool begins = at > 0 && static_cast<unsigned char>(attributes[at - 1]) <= ' ';
        if (!begins || value.size() < 2 || value[0] != '=') continue;
        const char quote = value[1];
        if (quote != '"' && quote != '\'') continue;
        return value.substr(2, value.find(quote, 2) - 2);
    }
    return {};
}

/// Where a tag that begins with `html` ends: `>` inside quotes does not end it, unless no other
/// does.
std::size_t tag_end(std::string_view html) noexcept {
    for (std::size_t at = 0; at < html.size(); ++at) {
        const char c = html[at];
        if (c == '>') return at;
        if (c != '"' && c != '\'') continue;
        at = html.find(c, at + 1);
        if (at == std::string_view::npos) break;
    }
    return html.find('>');
}

class HtmlReader {
public:
    HtmlReader(std::string_view html, Arena& arena, std::vector<std::string_view>& links)
        : html_(html), arena_(&arena), links_(&links) {}

    std::string_view read() {
        // A tag is never shorter than what stands for it.
        begin_ = arena_->allocate(html_.size());
        at_ = begin_;
        const auto first_link = links_->size();
        while (!html_.empty()) {
            const auto plain = std::min(html_.find('<'), html_.size());
            at_ = put_unescaped(at_, html_.substr(0, plain));
            html_.remove_prefix(plain);
            if (!html_.empty()) read_tag();
        }
        auto text = written();
        while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);
        // References in addresses need memory of their own, and the text was the last allocation.
        for (auto i = first_link; i < links_->size(); ++i) {
            auto& link = (*links_)[i];
            link = unescape_references(link, *arena_);
        }
        return text;
    }

private:
    void read_tag() {
        const bool may_be_tag = !no_more_tags_ && html_.size() > 1 &&
                                (html_[1] == '/' || html_[1] == '!' ||
                                 ((html_[1] | 0x20) >= 'a' && (html_[1] | 0x20) <= 'z'));
        const auto end = may_be_tag ? tag_end(html_) : std::string_view::npos;
        if (end == std::string_view::npos) {
            // Nobody may have the rest searched once more for each `<` in it.
            no_more_tags_ |= may_be_tag;
            *at_++ = '<';
            html_.remove_prefix(1);
            return;
        }
        const auto tag = tag_of(html_.substr(1, end - 1));
        html_.remove_prefix(end + 1);
        if (named(tag, "br")) *at_++ = '\n';
        else if (named(tag, "a")) read_link(tag);
        else if (named(tag, "span") && !tag.closing) read_span(tag);
        else if (is_block(tag)) end_lines(tag.closing && named(tag, "p") ? 2 : 1);
    }

    /// Ends the line, and leaves `lines - 1` empty ones, unless that is so already.
    void end_lines(std::size_t lines) {
        const auto text = written();
        const auto last = text.find_last_not_of('\n');
        if (last == std::string_view::npos) return;
        for (auto have = text.size() - last - 1; have < lines; ++have) *at_++ = '\n';
    }

    [[nodiscard]] std::string_view written() const noexcept {
        return {begin_, static_cast<std::size_t>(at_ - begin_)};
    }

    /// Mastodon cuts an address into a part that is shown and parts that are not.
    void read_span(const Tag& tag) {
        const auto kind = attribute(tag.attributes, "class");
        is_cut_ |= kind == "invisible" || kind == "ellipsis";
    }

    void read_link(const Tag& tag) {
        if (!tag.closing) {
            const auto kind = attribute(tag.attributes, "class");
            const bool name = kind.find("mention") != std::string_view::npos ||
                              kind.find("hashtag") != std::string_view::npos;
            href_ = name ? std::string_view() : attribute(tag.attributes, "href");
            link_text_ = static_cast<std::size_t>(at_ - begin_);
            is_cut_ = false;
            return;
        }
        if (!href_.empty() && is_cut_) at_ = put_unescaped(begin_ + link_text_, href_);
        else if (!href_.empty() && written().substr(link_text_) != href_) links_->push_back(href_);
        href_ = {};
    }

    std::string_view html_;
    Arena* arena_;
    std::vector<std::string_view>* links_;
    char* begin_ = nullptr;
    char* at_ = nullptr;
    std::string_view href_;
    std::size_t link_text_ = 0;
    bool is_cut_ = false;  ///< the link in hand
    bool no_more_tags_ = false;
};

}  // namespace

std::string_view unescape_references(std::string_view text, Arena& arena) {
    if (text.find('&') == std::string_view::npos) return text;
    char* const begin = arena.allocate(text.size());
    const auto size = static_cast<std::size_t>(put_unescaped(begin, text) - begin);
    arena.shrink(text.size() - size);
    return {begin, size};
}

std::string_view html_text(std::string_view html, Arena& arena,
                           std::vector<std::string_view>& links) {
    // Two searches for one character each are many times faster than one for either.
    if (html.find('<') == std::string_view::npos && html.find('&') == std::string_view::npos)
        return html;
    return HtmlReader(html, arena, links).read();
}

}  // namespace hark::platforms
