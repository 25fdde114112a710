#pragma once

#include <string>
#include <string_view>

#include "platforms/outbound.hpp"

namespace hark::platforms::mastodon {

/// What was posted while nobody listened: a stream's timeline is read page by page from the newest
/// status on that came by.
class Backlog {
public:
    /// `timeline`: address of the stream's timeline, with a query; empty: it has none.
    explicit Backlog(std::string timeline = {}) : timeline_(std::move(timeline)) {}

    [[nodiscard]] bool is_possible() const noexcept { return !timeline_.empty(); }
    [[nodiscard]] std::string_view newest() const noexcept { return newest_; }

    /// A status, or a notification, of this id came by, on the stream or in a page.
    void saw(std::string_view id);
    /// The same in a page.
    void saw_in_page(std::string_view id);
    /// The first page, of what is newer than everything seen. nullopt: nothing was ever seen.
    [[nodiscard]] std::optional<Call> begin(const Headers& headers);
    /// The page after the one that was decoded; nullopt: it was the last.
    [[nodiscard]] std::optional<Call> next(const Headers& headers);
    /// next() ended although there was more than is fetched.
    [[nodiscard]] bool is_cut() const noexcept { return is_cut_; }

    static constexpr std::uint32_t kPurpose = 2;

private:
    // What a page holds at most, and how many of them are asked for after one break: Mastodon lets
    // 300 be asked in 5 minutes.
    static constexpr std::size_t kPageSize = 40;
    static constexpr std::size_t kMostPages = 250;

    [[nodiscard]] Call page(const Headers& headers) const;

    std::string timeline_;
    std::string newest_;
    std::string filled_to_;
    std::size_t in_page_ = 0;
    std::size_t pages_ = 0;
    bool is_cut_ = false;
};

}  // namespace hark::platforms::mastodon
