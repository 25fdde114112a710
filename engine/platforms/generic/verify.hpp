#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platforms/platform.hpp"
#include "platforms/signature.hpp"

namespace hark::platforms::generic {

/// How a generic source knows its sender. Reads its own keys of the source.
class Verifier {
public:
    explicit Verifier(Settings& source);

    [[nodiscard]] Errc verify(const HttpRequest& request);

private:
    enum class Scheme : std::uint8_t { none, bearer, hmac, standard_webhooks };

    Errc verify_bearer(const HttpRequest& request) const;
    Errc verify_hmac(const HttpRequest& request);
    Errc verify_standard_webhooks(const HttpRequest& request);
    [[nodiscard]] bool matches_any(const HttpRequest& request, std::string_view id,
                                   std::string_view timestamp);

    void read_standard_secrets(Settings& source);

    Scheme scheme_ = Scheme::none;
    std::vector<std::string> secrets_;
    std::vector<std::string> public_keys_;  ///< Ed25519, 32 bytes each
    std::string header_;
    std::string prefix_;
    Encoding encoding_ = Encoding::hex;
    std::optional<Hmac> hmac_;
};

}  // namespace hark::platforms::generic
