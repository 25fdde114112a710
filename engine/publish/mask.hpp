#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hark::publish {

/// How personal data is replaced in records.
enum class MaskStyle : std::uint8_t {
    type,  ///< `[PHONE]`
    hash,  ///< `[PHONE:6f2c…]`, keyed: equal values stay equal, and only the key's holder can try
           ///< some
    partial,  ///< `[PHONE:** ***-**-67]`: signs and the last two letters or digits of eight or more
};

struct MaskOptions {
    MaskStyle style = MaskStyle::type;
    /// Of `hash`, where it must not be empty, and of ids in any style. Empty: ids stay whole. A key
    /// of our own would be another on another machine, and with it every id and every order.
    std::string key;
    bool authors = false;  ///< the author's id, handle and name too
};

[[nodiscard]] std::optional<MaskStyle> mask_style(std::string_view name) noexcept;

/// `out` is overwritten with the value without blanks and signs, ASCII letters small: alike for
/// values that differ in nothing else.
void to_plain(std::string_view value, std::string& out);

/// Writes what stands in a value's place. Not thread-safe; no allocation once warm.
class Mask {
public:
    explicit Mask(MaskOptions options);

    /// `out` is overwritten. Values that are alike by to_plain() have one hash. Secrets
    /// (`PASSWORD`, `API_KEY`) never show a part.
    void replace(std::string_view type, std::string_view value, std::string& out);

    /// Appends what stands for a datum in an id, in any style `[PHONE:6f2c…]`: other values, other
    /// ids. Needs a key.
    void append_keyed(std::string_view type, std::string_view value, std::string& out);

    [[nodiscard]] bool authors() const noexcept { return options_.authors; }
    [[nodiscard]] bool has_key() const noexcept { return !options_.key.empty(); }

private:
    void append_hash(std::string_view value, std::string& out);

    MaskOptions options_;
    std::string inner_;  ///< of HMAC: the padded key and the message
    std::string outer_;
};

}  // namespace hark::publish
