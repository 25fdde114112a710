#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hark_bench/sender.hpp"
#include "platforms/signature.hpp"

namespace hark::bench {

/// The headers with which a platform proves that a body is its own.
class Signer {
public:
    explicit Signer(const WebhookTarget& target);

    /// Appends the headers, each with its line's end. Standard Webhooks are signed with the time
    /// that it is now.
    void add_headers(std::string& head, std::string_view body);

private:
    Signature kind_;
    std::string secret_;
    std::optional<platforms::Hmac> hmac_;
    std::uint64_t messages_ = 0;
};

}  // namespace hark::bench
