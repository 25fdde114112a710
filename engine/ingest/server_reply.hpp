#pragma once

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/fields.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/limits.hpp"
#include "platforms/platform.hpp"

namespace hark::ingest {

/// What a server said, kept: the reply to a call, or the refusal of a stream.
class ServerReply final : public platforms::HttpResponse {
public:
    ServerReply() = default;  ///< status 0: nothing was said
    /// `text` is cut to `most` bytes.
    ServerReply(unsigned code, const boost::beast::http::fields& fields, std::string text,
                std::size_t most)
        : text_(std::move(text)) {
        status = code;
        received_at = now();
        text_.resize(std::min(text_.size(), most));
        text_.reserve(text_.size() + limits::kFramePadding);
        for (const auto& field : fields)
            headers_.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    // `body` is a view into it.
    ServerReply(ServerReply&& other) noexcept = default;
    ServerReply& operator=(ServerReply&& other) noexcept = default;
    ServerReply(const ServerReply&) = default;
    ServerReply& operator=(const ServerReply&) = default;

    /// To be called where the reply stays: gives what the platform is shown.
    [[nodiscard]] const platforms::HttpResponse& view(std::uint32_t call_purpose) noexcept {
        text_.reserve(text_.size() + limits::kFramePadding);
        body = text_;
        purpose = call_purpose;
        return *this;
    }

    [[nodiscard]] std::string_view header(std::string_view name) const noexcept override {
        for (const auto& [key, value] : headers_) {
            if (boost::beast::iequals(key, {name.data(), name.size()})) return value;
        }
        return {};
    }

private:
    std::string text_;
    std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace hark::ingest
