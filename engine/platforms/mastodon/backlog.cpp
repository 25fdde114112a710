#include "platforms/mastodon/backlog.hpp"

#include "platforms/percent.hpp"

namespace hark::platforms::mastodon {

namespace {

/// Ids are numbers, or texts of one length, that grow with time.
void keep_newer(std::string& newest, std::string_view id) {
    const bool is_newer = id.size() != newest.size() ? id.size() > newest.size() : id > newest;
    if (is_newer && id.size() <= Cursor::kMaxBytes) newest = id;
}

}  // namespace

void Backlog::saw(std::string_view id) {
    keep_newer(newest_, id);
}

void Backlog::saw_in_page(std::string_view id) {
    ++in_page_;
    keep_newer(filled_to_, id);
    keep_newer(newest_, id);
}

Call Backlog::page(const Headers& headers) const {
    Call call;
    call.url = timeline_ + "limit=" + std::to_string(kPageSize) +
               "&min_id=" + percent_encode(filled_to_);
    call.headers = headers;
    call.purpose = kPurpose;
    return call;
}

std::optional<Call> Backlog::begin(const Headers& headers) {
    if (!is_possible() || newest_.empty()) return std::nullopt;
    filled_to_ = newest_;
    in_page_ = 0;
    pages_ = 1;
    is_cut_ = false;
    return page(headers);
}

std::optional<Call> Backlog::next(const Headers& headers) {
    const bool was_full = in_page_ >= kPageSize;
    in_page_ = 0;
    is_cut_ = was_full && pages_ == kMostPages;
    if (!was_full || is_cut_) return std::nullopt;
    ++pages_;
    return page(headers);
}

}  // namespace hark::platforms::mastodon
