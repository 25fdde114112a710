#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/frame.hpp"
#include "core/limits.hpp"
#include "core/mention.hpp"
#include "core/rule.hpp"
#include "platforms/platform.hpp"

/// What the tests of all platforms share. Every payloads/<platform>/NAME.json with a
/// NAME.expected.json beside it is a test: see payload_test.cpp for the members of the latter.
namespace hark::platforms::testing {

/// Bytes with just the padding that a frame promises, so that the sanitizer sees a read beyond it.
class PaddedBytes {
public:
    explicit PaddedBytes(std::string_view bytes)
        : storage_(new char[bytes.size() + limits::kFramePadding]()), size_(bytes.size()) {
        bytes.copy(storage_.get(), bytes.size());
    }
    [[nodiscard]] std::string_view view() const noexcept { return {storage_.get(), size_}; }

private:
    std::unique_ptr<char[]> storage_;
    std::size_t size_;
};

/// The platform configured by a JSON object. A value `secret:XYZ` becomes a reference to an
/// environment variable that holds XYZ. Faults are added to `faults`; nullptr when there are any.
[[nodiscard]] std::unique_ptr<Platform> make(std::string_view name, std::string_view settings_json,
                                             std::vector<Fault>& faults);

/// As above; any fault fails the test.
[[nodiscard]] std::unique_ptr<Platform> make(std::string_view name, std::string_view settings_json);

/// When the test's frames and requests arrived.
inline constexpr std::string_view kReceivedAt = "2026-03-02T12:00:00.000Z";

/// A request of a test.
struct TestRequest final : HttpRequest {
    TestRequest(std::string_view method_text, std::string_view body_bytes);
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept override;

    std::vector<std::pair<std::string, std::string>> headers;
    PaddedBytes padded;
};

/// `mentions[0].author.id` = `17`; empty fields are left out.
using Fields = std::map<std::string, std::string>;

[[nodiscard]] Fields fields_of(Errc error, const Mentions& mentions);

/// Decodes a body as the platform's webhook or stream would hand it in.
[[nodiscard]] Fields decode(Platform& platform, std::string_view body);

/// What a payload's `*.expected.json` says, in the same shape.
[[nodiscard]] Fields expected_of(std::string_view expected_json);

/// Bytes of a file under tests/platforms/.
[[nodiscard]] std::string read(std::string_view path);

}  // namespace hark::platforms::testing
