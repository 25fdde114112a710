#pragma once

#include <string>
#include <string_view>

namespace hark::app {

// What single values of a configuration have to look like.

/// What a topic's name is made of: it is a folder's too.
[[nodiscard]] bool is_topic_part(std::string_view text);
[[nodiscard]] bool is_webhook_path(std::string_view path);
[[nodiscard]] bool is_phone(std::string_view text);
[[nodiscard]] bool is_account(std::string_view text);    ///< `platform:author id`
[[nodiscard]] bool is_address(const std::string& text);  ///< an IP address

/// librdkafka's list: it parts brokers at commas and blanks, and passes over those that it does not
/// understand.
[[nodiscard]] bool are_brokers(std::string_view list);

}  // namespace hark::app
