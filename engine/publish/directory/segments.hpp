#pragma once

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::publish {

/// Closes on destruction.
class FileDescriptor {
public:
    explicit FileDescriptor(int descriptor = -1) noexcept : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    [[nodiscard]] int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

/// Throws std::system_error.
void sync_folder(const std::string& path);

/// Whether the open file still has this name: it was not removed, moved, or mounted over.
[[nodiscard]] bool is_at(const FileDescriptor& file, const std::string& path) noexcept;

/// One topic's folder of segments. One thread at a time.
class Segments {
public:
    /// Makes the folder and cuts every segment back to its last newline: what is behind it was torn
    /// by a crash and acknowledged to nobody. Throws std::system_error.
    Segments(std::string folder, std::size_t segment_bytes, std::chrono::milliseconds segment_age);

    /// Appends all parts or nothing. Empty, or what is the matter.
    [[nodiscard]] std::string write(const std::vector<std::string_view>& parts);
    /// Makes what was written safe, under its name. Not empty: it is not, and was taken back.
    [[nodiscard]] std::string sync();

private:
    [[nodiscard]] std::string create();
    void make_folder() const;
    [[nodiscard]] std::string failure(std::string_view what, int error) const;
    void take_back();

    std::string folder_;
    std::size_t segment_bytes_;
    std::chrono::milliseconds segment_age_;
    FileDescriptor file_;
    std::string name_;         ///< of the open segment
    std::string time_;         ///< in that name: the newest segment sorts last, whatever the clock
    std::size_t safe_ = 0;     ///< bytes that a sync has made safe
    std::size_t written_ = 0;  ///< bytes that are in the file
    std::chrono::steady_clock::time_point opened_at_{};
};

}  // namespace hark::publish
