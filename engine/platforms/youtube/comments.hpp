#pragma once

#include <string_view>

#include "platforms/batch.hpp"

namespace hark::platforms::youtube {

/// A page of `commentThreads.list`: comments, and those replies that come with them.
class Comments final : public JsonPlatform {
public:
    /// Of the page that was decoded last: what asks for the next one, empty at the end. Valid as
    /// long as its frame and arena.
    [[nodiscard]] std::string_view next_page() const noexcept { return next_page_; }
    /// When its newest and its oldest comment were published, replies left aside; zero: it has
    /// none.
    [[nodiscard]] Timestamp newest() const noexcept { return newest_; }
    [[nodiscard]] Timestamp oldest() const noexcept { return oldest_; }

protected:
    Errc read(JsonObject& root, EventReader& reader, const Batch& batch) override;

private:
    Errc read_thread(JsonObject& object, EventReader& reader, const Batch& batch);

    std::string_view next_page_;
    Timestamp newest_{};
    Timestamp oldest_{};
};

}  // namespace hark::platforms::youtube
