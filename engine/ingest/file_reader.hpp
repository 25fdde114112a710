#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/cursor.hpp"
#include "core/errc.hpp"
#include "ingest/unpack.hpp"

namespace hark::ingest {

/// How far a file was read. Inodes are used again, so the file's begin tells two apart.
struct FilePlace {
    std::uint64_t inode = 0;        ///< 0: no place
    std::uint64_t offset = 0;       ///< in unpacked bytes
    std::uint64_t fingerprint = 0;  ///< of the first unpacked bytes, as far as the offset
};

/// `inode:offset:fingerprint`.
[[nodiscard]] Cursor to_cursor(const FilePlace& place) noexcept;
/// No place when the cursor is empty or of another kind of source.
[[nodiscard]] FilePlace to_place(const Cursor& cursor) noexcept;

/// The unpacked bytes of one opened file, pipe or terminal. Not thread-safe.
class FileReader {
public:
    struct Piece {
        std::size_t size = 0;
        Errc error = Errc::ok;  ///< what follows cannot be read, now or ever
        bool ended = false;     ///< there is nothing more at present
        int problem = 0;        ///< errno, when the system refused to read
    };

    /// `grows`: an end is only the end so far.
    explicit FileReader(bool grows);
    ~FileReader();
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;

    /// In place of the one that was open. False, with errno, when it cannot be opened: then the
    /// old one stays.
    [[nodiscard]] bool open(const std::string& path);
    void open_stdin();
    void close() noexcept;

    /// At most one read(2). Nothing, and not ended: there may be more at once (a file) or later (a
    /// pipe).
    [[nodiscard]] Piece read(std::span<char> room);
    /// Packed bytes that were read and could not be unpacked; limits::kFramePadding readable bytes
    /// follow.
    [[nodiscard]] std::string_view unread() const noexcept;

    /// Goes on where an earlier run had come to, right after open(). False: this is not what that
    /// run read, or it has become shorter; then open it again.
    [[nodiscard]] bool resume(const FilePlace& wanted);
    [[nodiscard]] FilePlace place(std::uint64_t offset) noexcept;

    [[nodiscard]] int descriptor() const noexcept { return file_; }  ///< -1: none
    [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }
    /// A pipe, socket or terminal: read() may block before it is readable.
    [[nodiscard]] bool waits() const noexcept { return waits_; }
    /// The reactor cannot wait for it (/dev/null): it is read like a file.
    void never_waits() noexcept { waits_ = false; }
    /// Packed bytes wait for the next read(), which will not block.
    [[nodiscard]] bool has_unread() const noexcept { return known_ && begin_ != end_; }

    [[nodiscard]] bool at_end_of_file() const noexcept;
    /// Shorter than what was read of it, or it begins in another way now.
    [[nodiscard]] bool was_rewritten() const noexcept;

private:
    static constexpr std::size_t kHeadBytes = 256;

    void forget() noexcept;
    [[nodiscard]] Piece read_plain(std::span<char> room);
    [[nodiscard]] Piece unpack(std::span<char> room, bool ended);
    [[nodiscard]] Piece give(std::span<char> room, Piece piece) noexcept;
    [[nodiscard]] std::ptrdiff_t read_some(std::span<char> room) noexcept;

    bool grows_;
    int file_ = -1;
    bool owned_ = false;
    std::uint64_t inode_ = 0;
    bool waits_ = false;
    bool broken_ = false;
    bool known_ = false;  ///< whether, and how, it is packed
    std::unique_ptr<Unpacker> unpacker_;
    std::vector<char> bytes_;  ///< as they are in the file
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::array<char, kHeadBytes> head_{};
    std::size_t head_size_ = 0;
    std::uint64_t head_fingerprint_ = 0;  ///< once the head is full
};

}  // namespace hark::ingest
