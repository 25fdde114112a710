#include "pipeline/seen_window.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <random>
#include <stdexcept>
#include <system_error>

#include "telemetry/log.hpp"

namespace hark::pipeline {

namespace {

struct Header {
    std::uint64_t magic;
    std::uint64_t buckets;
    std::uint64_t seed;
};
constexpr std::uint64_t kMagic = 0x314E'4545'534B'5248;  // HRKSEEN1
constexpr std::size_t kHeaderBytes = 4096;               // the table begins on a page

std::uint64_t fresh_seed() {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

[[noreturn]] void fail(const std::string& path, const char* what) {
    throw std::runtime_error(path + ": " + what + ": " + std::generic_category().message(errno));
}

/// A descriptor of a file that holds `bytes`; a fresh one when the old does not fit. `had`: how
/// many there were.
int open_sized(const std::string& path, std::size_t bytes, std::size_t& had) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) fail(path, "cannot open the window of seen posts");
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
        ::close(file);
        throw std::runtime_error(path + ": another hark uses this state folder");
    }
    struct stat info {};
    if (::fstat(file, &info) != 0) fail(path, "cannot read");
    had = static_cast<std::size_t>(info.st_size);
    if (had != bytes && ::ftruncate(file, 0) != 0) {
        fail(path, "cannot truncate");
    }
    // Blocks are reserved now: a full disk must not become a SIGBUS later.
    if (const int error = ::posix_fallocate(file, 0, static_cast<off_t>(bytes)); error != 0) {
        errno = error;
        fail(path, "cannot reserve space");
    }
    return file;
}

}  // namespace

SeenWindow::SeenWindow(const std::string& path, std::size_t entries) {
    const std::size_t buckets = std::bit_ceil((entries + kWays - 1) / kWays);
    bucket_mask_ = buckets - 1;
    mapping_bytes_ = kHeaderBytes + buckets * kWays * sizeof(Slot);
    std::size_t had = 0;
    const int file = path.empty() ? -1 : open_sized(path, mapping_bytes_, had);
    const int flags = path.empty() ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
    mapping_ = ::mmap(nullptr, mapping_bytes_, PROT_READ | PROT_WRITE, flags, file, 0);
    if (mapping_ == MAP_FAILED) fail(path, "cannot map");
    Header header{};
    std::memcpy(&header, mapping_, sizeof header);
    if (header.magic != kMagic || header.buckets != buckets) {
        if (had > 0) {
            telemetry::log(telemetry::Level::warn, "seen_forgotten",
                           {{"file", path},
                            {"what", had == mapping_bytes_
                                         ? "it is damaged: repeats of earlier posts go on"
                                         : "it has another size (`seen_entries` was changed, or it "
                                           "is damaged): repeats of earlier posts go on"}});
        }
        std::memset(mapping_, 0, mapping_bytes_);
        header = {kMagic, buckets, fresh_seed()};
        std::memcpy(mapping_, &header, sizeof header);
    }
    seed_ = header.seed;
    slots_ = reinterpret_cast<Slot*>(static_cast<char*>(mapping_) + kHeaderBytes);
    lock_file_ = file;
}

SeenWindow::~SeenWindow() {
    ::munmap(mapping_, mapping_bytes_);
    if (lock_file_ >= 0) ::close(lock_file_);
}

bool SeenWindow::contains(Fingerprint fingerprint) const noexcept {
    const Slot* const slots = bucket(fingerprint);
    for (std::size_t i = 0; i < kWays; ++i) {
        if (slots[i].load(std::memory_order_relaxed) == fingerprint.low) return true;
    }
    return false;
}

void SeenWindow::remember(Fingerprint fingerprint) noexcept {
    Slot* const slots = bucket(fingerprint);
    std::uint64_t moved = fingerprint.low;
    for (std::size_t i = 0; i < kWays; ++i) {
        const auto old = slots[i].exchange(moved, std::memory_order_relaxed);
        if (old == 0 || old == fingerprint.low) return;
        moved = old;
    }
}

void SeenWindow::forget(Fingerprint fingerprint) noexcept {
    Slot* const slots = bucket(fingerprint);
    for (std::size_t i = 0; i < kWays; ++i) {
        auto expected = fingerprint.low;
        slots[i].compare_exchange_strong(expected, 0, std::memory_order_relaxed);
    }
}

}  // namespace hark::pipeline
