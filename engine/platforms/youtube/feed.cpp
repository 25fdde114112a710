#include "platforms/youtube/feed.hpp"

#include <array>
#include <chrono>

#include "platforms/event.hpp"

namespace hark::platforms::youtube {

namespace {

using namespace std::chrono_literals;

// A feed tells of a new video and of a changed one in the same words. The update of a new one
// follows within seconds, that of a changed one whenever its owner gets to it.
constexpr auto kStillNew = 10min;

constexpr std::string_view kFeed = "http://www.w3.org/2005/Atom feed";
constexpr std::string_view kEntry = "http://www.w3.org/2005/Atom entry";
constexpr std::string_view kLink = "http://www.w3.org/2005/Atom link";
constexpr std::string_view kAuthorUri = "http://www.w3.org/2005/Atom uri";
constexpr std::string_view kDeleted = "http://purl.org/atompub/tombstones/1.0 deleted-entry";

struct Entry {
    std::string_view video;
    std::string_view channel;
    std::string_view title;
    std::string_view name;
    std::string_view author_uri;
    std::string_view published;
    std::string_view updated;
    std::string_view url;
    bool deleted = false;
};

constexpr std::array<XmlElement<Entry>, 5> kOfEntry = {{
    {"http://www.youtube.com/xml/schemas/2015 videoId", &Entry::video},
    {"http://www.youtube.com/xml/schemas/2015 channelId", &Entry::channel},
    {"http://www.w3.org/2005/Atom title", &Entry::title},
    {"http://www.w3.org/2005/Atom published", &Entry::published},
    {"http://www.w3.org/2005/Atom updated", &Entry::updated},
}};
constexpr std::array<XmlElement<Entry>, 2> kOfAuthor = {{
    {"http://www.w3.org/2005/Atom name", &Entry::name},
    {kAuthorUri, &Entry::author_uri},
}};

class FeedVisitor final : public XmlVisitor {
public:
    FeedVisitor(Arena& arena, Mentions& out) : arena_(&arena), out_(&out) {}

    void open(std::size_t depth, std::string_view name, const XmlAttributes& attributes) override {
        if (depth == 1 && name != kFeed) note(Errc::missing_member);
        if (depth == 2) begin(name, attributes);
        if (depth == 3 && name == kLink) keep(entry_.url, attributes.value("href"));
    }

    void close(std::size_t depth, std::string_view name, std::string_view text) override {
        if (!inside_) return;
        if (depth == 2) return end();
        const auto field = depth == 3   ? xml_field(kOfEntry, name)
                           : depth == 4 ? xml_field(kOfAuthor, name)
                                        : nullptr;
        if (field != nullptr) keep(entry_.*field, text);
    }

    [[nodiscard]] Errc fault() const noexcept { return fault_; }
    [[nodiscard]] bool found() const noexcept { return found_; }

private:
    void begin(std::string_view name, const XmlAttributes& attributes) {
        entry_ = {};
        entry_.deleted = name == kDeleted;
        inside_ = entry_.deleted || name == kEntry;
        if (!entry_.deleted) return;
        auto video = attributes.value("ref");
        constexpr std::string_view kPrefix = "yt:video:";
        if (video.starts_with(kPrefix)) keep(entry_.video, video.substr(kPrefix.size()));
        keep(entry_.updated, attributes.value("when"));
    }

    void end() {
        inside_ = false;
        found_ = true;
        note(add());
    }

    Errc add() {
        if (entry_.video.empty()) return Errc::missing_member;
        auto& arena = *arena_;
        Mention mention;
        mention.platform = "youtube";
        mention.kind = Kind::post;
        mention.id = arena.join("youtube:video:", entry_.video);
        mention.thread = mention.id;
        mention.event_id = entry_.updated;
        mention.url = entry_.url;
        mention.author.id = entry_.channel;
        if (entry_.channel.empty())
            mention.author.id = entry_.author_uri.substr(entry_.author_uri.rfind('/') + 1);
        mention.author.name = entry_.name;
        mention.text = entry_.title;
        if (entry_.deleted) {
            mention.action = Action::deleted;
            return admit(mention, *out_);
        }
        const auto published = parse_rfc3339(entry_.published);
        if (!published && !entry_.published.empty()) return Errc::number_range;
        mention.created_at = published.value_or(Timestamp{});
        const auto updated = parse_rfc3339(entry_.updated);
        if (published && updated && *updated - *published > kStillNew)
            mention.action = Action::edited;
        mention.media = 1;
        return admit(mention, *out_);
    }

    void keep(std::string_view& field, std::string_view text) {
        if (field.data() == nullptr) field = text.empty() ? "" : arena_->copy(text);
    }
    void note(Errc fault) noexcept {
        if (fault_ == Errc::ok) fault_ = fault;
    }

    Arena* arena_;
    Mentions* out_;
    Entry entry_;
    bool inside_ = false;
    bool found_ = false;
    Errc fault_ = Errc::ok;
};

}  // namespace

Errc read_feed(XmlReader& xml, std::string_view bytes, Arena& arena, Mentions& out) {
    FeedVisitor visitor(arena, out);
    const auto broken = xml.read(bytes, visitor);
    if (broken != Errc::ok) return broken;
    if (visitor.fault() == Errc::ok && !visitor.found()) ++out.ignored;
    return visitor.fault();
}

}  // namespace hark::platforms::youtube
