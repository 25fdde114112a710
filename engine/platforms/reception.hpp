#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platforms/platform.hpp"

namespace hark::platforms {

/// A request that is not let in: the status alone, so that nothing of the request is echoed.
[[nodiscard]] inline Reception refuse(unsigned status, Errc error = Errc::ok) {
    Reception reception;
    reception.error = error;
    reception.reply.status = status;
    return reception;
}

/// A request whose body is to be decoded; `body` is the answer once that is acknowledged.
[[nodiscard]] inline Reception accept(std::string body = {}) {
    Reception reception;
    reception.decode = true;
    reception.reply.body = std::move(body);
    return reception;
}

/// A handshake, or an event with nothing to decode. `content_type` is static storage.
[[nodiscard]] inline Reception answer(std::string body,
                                      std::string_view content_type = "text/plain") {
    Reception reception;
    reception.reply.body = std::move(body);
    reception.reply.content_type = content_type;
    return reception;
}

/// The secrets of a key that cannot be left out; `what` says where the user finds them.
[[nodiscard]] inline std::vector<std::string> required_secrets(Settings& source,
                                                               std::string_view key,
                                                               std::string_view what) {
    if (!source.has(key)) {
        source.fault(key, "`" + std::string(key) + "` is missing: " + std::string(what) +
                              ", as ${NAME} or file:PATH");
    }
    return source.secrets(key);
}

/// A secret that Hark presents, so that one is enough; empty with a fault when it is missing.
[[nodiscard]] inline std::string presented_secret(Settings& source, std::string_view key,
                                                  std::string_view what) {
    const auto secrets = required_secrets(source, key, what);
    if (secrets.size() > 1) source.fault(key, "one is enough: Hark presents it");
    return secrets.empty() ? std::string() : secrets.front();
}

}  // namespace hark::platforms
