#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "core/cursor.hpp"

namespace hark::ingest {

/// Where every source goes on after a restart: one JSON file, replaced as a whole (written aside,
/// fsync, rename, fsync of the folder), so that a crash leaves the old or the new one. Thread-safe.
class CursorStore {
public:
    /// Throws std::runtime_error naming the file when it is there and cannot be read: to forget
    /// silently would lose or repeat posts without anybody knowing.
    /// An empty path: nothing is kept.
    explicit CursorStore(std::string path);

    [[nodiscard]] Cursor get(std::string_view source) const;
    void set(std::string_view source, const Cursor& cursor);

    /// Writes what changed since the last call; blocks for an fsync. False when the disk refuses
    /// (it is tried again with the next call).
    bool flush();

private:
    std::string path_;
    mutable std::mutex mutex_;
    std::mutex file_mutex_;
    std::map<std::string, Cursor, std::less<>> cursors_;
    bool changed_ = false;
};

}  // namespace hark::ingest
