#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hark::platforms::mastodon {

/// The statuses that an instance has sent lately, by its own ids: deletions and answers name a
/// status by nothing else. The newer of two that share a place stays. Memory is fixed, and taken
/// with the first status.
class KnownStatuses {
public:
    struct Status {
        std::string_view id;      ///< of our mention; valid until the next put()
        std::string_view thread;  ///< the same
    };

    /// What is longer than real ids are is not kept.
    void put(std::string_view local_id, const Status& status);
    /// Empty when it is not known.
    [[nodiscard]] Status find(std::string_view local_id) const noexcept;

private:
    template <std::size_t kBytes>
    struct Text {
        std::array<char, kBytes> bytes;
        std::uint8_t size = 0;

        [[nodiscard]] static bool fits(std::string_view text) noexcept {
            return text.size() <= kBytes;
        }
        void set(std::string_view text) noexcept {
            size = static_cast<std::uint8_t>(text.copy(bytes.data(), kBytes));
        }
        [[nodiscard]] std::string_view view() const noexcept { return {bytes.data(), size}; }
    };
    struct Slot {
        Text<30> local_id;  ///< 18 digits at Mastodon, 26 characters elsewhere
        Text<160> id;
        Text<160> thread;
    };

    [[nodiscard]] static std::size_t place_of(std::string_view local_id) noexcept;

    std::vector<Slot> slots_;
};

}  // namespace hark::platforms::mastodon
