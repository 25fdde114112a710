#pragma once

#include "platforms/json.hpp"
#include "platforms/platform.hpp"
#include "platforms/tokens.hpp"

namespace hark::platforms::telegram {

/// `getUpdates` (core.telegram.org/bots/api#getupdates): the way without an address of ours. Each
/// poll waits at Telegram until there is something, and confirms what came before.
class Polling {
public:
    explicit Polling(Settings& source);

    [[nodiscard]] Step next(const Progress& progress);
    Outcome replied(const HttpResponse& response);

    /// Where to go on after the update of this id, which came at that time. Empty: the id is none.
    [[nodiscard]] static Cursor cursor_after(std::string_view update_id, Timestamp received_at);

private:

    std::string base_;
    Tokens tokens_;
    Timestamp heard_{};  ///< before this run
    bool polled_ = false;
    JsonParser parser_;
};

}  // namespace hark::platforms::telegram
