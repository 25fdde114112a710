#include "publish/directory/segments.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "core/timestamp.hpp"
#include "telemetry/log.hpp"

namespace hark::publish {

namespace {

constexpr std::string_view kExtension = ".ndjson";
constexpr mode_t kFileMode = 0640;  // dead letters hold what a stranger wrote, as it came

std::system_error system_error(const std::string& what) {
    return {errno, std::generic_category(), what};
}

/// Where the last whole line ends.
off_t last_line_end(int file, off_t size, const std::string& path) {
    std::array<char, 64 * 1024> block;
    while (size > 0) {
        const auto begin = std::max<off_t>(0, size - static_cast<off_t>(block.size()));
        const auto wanted = static_cast<std::size_t>(size - begin);
        const auto got = ::pread(file, block.data(), wanted, begin);
        if (got != static_cast<ssize_t>(wanted)) throw system_error("cannot read " + path);
        const auto newline = std::string_view(block.data(), wanted).rfind('\n');
        if (newline != std::string_view::npos) return begin + static_cast<off_t>(newline) + 1;
        size = begin;
    }
    return 0;
}

void repair(const std::string& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        throw system_error("cannot open " + path);
    }
    const auto end = last_line_end(file.get(), status.st_size, path);
    if (end == status.st_size) return;
    if (::ftruncate(file.get(), end) != 0 || ::fsync(file.get()) != 0) {
        throw system_error("cannot cut the torn tail off " + path);
    }
    telemetry::log(telemetry::Level::warn, "torn_tail_cut",
                   {{"file", path}, {"bytes", std::to_string(status.st_size - end)}});
}

/// `20261122T100000Z`.
std::string time_of_name() {
    std::string name;
    for (const char c : format_rfc3339(now())) {
        if (c == '.') break;
        if (c != '-' && c != ':') name += c;
    }
    return name + "Z";
}

}  // namespace

void sync_folder(const std::string& path) {
    const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) {
        throw system_error("cannot sync the folder " + path);
    }
}

bool is_at(const FileDescriptor& file, const std::string& path) noexcept {
    struct stat open {};
    struct stat named {};
    return ::fstat(file.get(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

Segments::Segments(std::string folder, std::size_t segment_bytes,
                   std::chrono::milliseconds segment_age)
    : folder_(std::move(folder)), segment_bytes_(segment_bytes), segment_age_(segment_age) {
    make_folder();
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
        if (entry.is_regular_file() && entry.path().extension() == kExtension) {
            repair(entry.path().string());
        }
    }
}

std::string Segments::write(const std::vector<std::string_view>& parts) {
    std::size_t total = 0;
    for (const auto part : parts) total += part.size();
    const bool full = safe_ > 0 && safe_ + total > segment_bytes_;
    const bool old = std::chrono::steady_clock::now() - opened_at_ >= segment_age_;
    if (file_.get() >= 0 && safe_ > 0 && (full || old)) file_ = FileDescriptor();
    if (file_.get() < 0) {
        auto what = create();
        if (!what.empty()) return what;
    }
    for (auto part : parts) {
        while (!part.empty()) {
            const auto count = ::write(file_.get(), part.data(), part.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) {
                auto what = failure("cannot write", count < 0 ? errno : ENOSPC);
                take_back();
                return what;
            }
            written_ += static_cast<std::size_t>(count);
            part.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    return {};
}

std::string Segments::sync() {
    std::string what;
    if (::fdatasync(file_.get()) != 0) what = failure("cannot sync", errno);
    else if (!is_at(file_, name_)) what = name_ + " was taken away while it was written";
    if (what.empty()) {
        safe_ = written_;
        return {};
    }
    take_back();
    // After a failed sync the kernel counts the lost pages as clean: this file is not trusted
    // again.
    file_ = FileDescriptor();
    return what;
}

std::string Segments::create() {
    try {
        make_folder();
    } catch (const std::system_error& error) {
        return error.what();
    }
    time_ = std::max(time_, time_of_name());
    for (unsigned n = 0;; ++n) {
        std::array<char, 16> number;
        std::snprintf(number.data(), number.size(), "-%04u", n);
        name_ = folder_ + "/" + time_ + number.data() + std::string(kExtension);
        file_ = FileDescriptor(
            ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, kFileMode));
        if (file_.get() >= 0) break;
        if (errno != EEXIST) return failure("cannot make", errno);
    }
    safe_ = 0;
    written_ = 0;
    opened_at_ = std::chrono::steady_clock::now();
    try {
        sync_folder(folder_);
    } catch (const std::system_error& error) {
        file_ = FileDescriptor();
        ::unlink(name_.c_str());
        return error.what();
    }
    return {};
}

void Segments::make_folder() const {
    if (::mkdir(folder_.c_str(), 0750) == 0)
        return sync_folder(std::filesystem::path(folder_).parent_path().string());
    if (errno != EEXIST) throw system_error("cannot make the folder " + folder_);
}

std::string Segments::failure(std::string_view what, int error) const {
    return std::string(what) + " " + name_ + ": " + std::generic_category().message(error);
}

void Segments::take_back() {
    if (::ftruncate(file_.get(), static_cast<off_t>(safe_)) == 0) {
        written_ = safe_;
        return;
    }
    // The next try begins a new segment; this one's tail is cut at the next start.
    file_ = FileDescriptor();
}

}  // namespace hark::publish
