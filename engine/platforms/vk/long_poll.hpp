#pragma once

#include <string>

#include "platforms/vk/api.hpp"

namespace hark::platforms::vk {

/// Bots Long Poll: a community's events without a port of one's own. `ts` is the cursor.
class LongPoll {
public:
    LongPoll(Api api, std::string group_id);

    [[nodiscard]] Step next(const Progress& progress) const;
    [[nodiscard]] Outcome replied(const HttpResponse& response);
    /// A reply with events was decoded: the cursor is right again.
    void decoded() { restart_ts_.clear(); }

private:
    [[nodiscard]] Outcome take_server(const HttpResponse& response);
    [[nodiscard]] Outcome take_events(const HttpResponse& response);

    Api api_;
    std::string group_id_;
    std::string server_;
    std::string key_;
    std::string first_ts_;    ///< where a server begins that was never asked before
    std::string restart_ts_;  ///< instead of a cursor that the server does not know any more
    bool history_lost_ = false;
    ReplyReader replies_;
};

}  // namespace hark::platforms::vk
