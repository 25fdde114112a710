#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

#include "pipeline/fingerprint.hpp"

namespace hark::pipeline {

/// What was acknowledged lately, so that a redelivery is recognised, and what later mentions of a
/// thing are judged by (that it was handed on, edited, deleted): a fixed table of fingerprints,
/// eight to a bucket (one cache line), the oldest of a bucket giving way. Mapped from a file, so a
/// restart (kill -9 included) does not forget; what a power cut loses is delivered once more, which
/// the delivery promise allows.
///
/// Thread-safe without locks: two shards that write one bucket at the same moment may lose one
/// entry, never invent one. A bucket index and 64 further bits identify an entry: for a million
/// entries one false match in 10^18 questions.
class SeenWindow {
public:
    /// `path` empty: in memory only. `entries` is rounded up to a power of two. A file of another
    /// size or format is begun anew. Throws std::runtime_error when the file cannot be made.
    SeenWindow(const std::string& path, std::size_t entries);
    ~SeenWindow();
    SeenWindow(const SeenWindow&) = delete;
    SeenWindow& operator=(const SeenWindow&) = delete;

    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
    [[nodiscard]] bool contains(Fingerprint fingerprint) const noexcept;
    void remember(Fingerprint fingerprint) noexcept;
    void forget(Fingerprint fingerprint) noexcept;

private:
    static constexpr std::size_t kWays = 8;
    using Slot = std::atomic<std::uint64_t>;

    [[nodiscard]] Slot* bucket(Fingerprint fingerprint) const noexcept {
        return slots_ + (fingerprint.high & bucket_mask_) * kWays;
    }

    void* mapping_ = nullptr;
    std::size_t mapping_bytes_ = 0;
    Slot* slots_ = nullptr;
    std::uint64_t bucket_mask_ = 0;
    std::uint64_t seed_ = 0;
    int lock_file_ = -1;  ///< keeps a second process out of the state folder
};

}  // namespace hark::pipeline
