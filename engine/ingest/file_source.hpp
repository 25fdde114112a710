#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/limits.hpp"
#include "ingest/cursor_store.hpp"
#include "ingest/frame_handler.hpp"
#include "runtime/shard.hpp"
#include "telemetry/metrics.hpp"

namespace hark::ingest {

struct FileOptions {
    std::string name;  ///< of the source
    SourceIndex source = 0;
    std::string path;  ///< `-`: standard input
    bool follow = false;
    std::chrono::milliseconds poll_interval{
        200};  ///< follow: how often the end of the file is looked at
    std::size_t line_bytes = limits::kLineBytes;
};

/// What a source is doing, in plain words.
struct FileStatus {
    std::string_view state;  ///< reading, finished, waiting (the file is not there), failing
    std::string problem;     ///< empty: none
};

/// Lines of a file or of standard input, one frame each; gzip and zstd are unpacked. With `follow`
/// it goes on at the end like `tail -F`: through rotation, truncation, and while the file is not
/// there. A restart goes on at the first line that was not acknowledged, in the file of the same
/// inode, though it may have been renamed within its folder. Standard input has no cursor. One
/// shard only.
class FileSource {
public:
    /// Throws std::runtime_error when the file cannot be read (following, a file that is not there
    /// yet is waited for).
    FileSource(runtime::Shard& shard, const FileOptions& options, FrameHandler& handler,
               CursorStore& cursors, telemetry::Metrics& metrics);
    ~FileSource();  ///< after every frame was acknowledged, or the shard has stopped

    void start();
    void stop();  ///< reads nothing more; what was read is still acknowledged
    /// Hands the acknowledged position to the cursor store.
    void store_cursor();
    /// Read to the end and everything acknowledged; never when following. Any thread.
    [[nodiscard]] bool done() const noexcept;
    [[nodiscard]] const std::string& name() const noexcept;
    [[nodiscard]] FileStatus status() const;  ///< any thread
    /// Nothing of it waits for its acknowledgement.
    [[nodiscard]] bool drained() const noexcept;
    /// How many lines could not be used; any thread.
    [[nodiscard]] std::uint64_t bad_lines() const noexcept;
    /// Called for each bad line with its number (from 1); set before start().
    void on_bad_line(std::function<void(std::uint64_t, Errc)> tell);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace hark::ingest
