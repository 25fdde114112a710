#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "publish/sink.hpp"

namespace hark::publish {

class GroupCommit;

struct DirectoryOptions {
    std::string path;
    std::vector<std::string> topics;
    /// A segment is closed when the next commit would make it larger than this; one commit is
    /// never split, so a segment may be as large as one commit.
    std::size_t segment_bytes = 64 * limits::kMiB;
    /// A segment is closed at the first commit after this age.
    std::chrono::milliseconds segment_age{3'600'000};
};

/// Each topic a folder of NDJSON segments, `<path>/<topic>/<UTC time>-<n>.ndjson`, whose names sort
/// by age. A message is acknowledged after fdatasync of its segment (and fsync of the folder that
/// names it). A full or failing disk is waited out, never passed over: not_ready() names it.
class DirectorySink final : public Sink {
public:
    /// Makes the folders, takes the lock and cuts torn tails off. Throws std::runtime_error when a
    /// folder cannot be used or another process holds it.
    DirectorySink(const DirectoryOptions& options, telemetry::Metrics& metrics);
    ~DirectorySink() override;
    DirectorySink(const DirectorySink&) = delete;
    DirectorySink& operator=(const DirectorySink&) = delete;

    [[nodiscard]] std::unique_ptr<SinkPort> open(runtime::Shard& shard,
                                                 DeliveryListener& listener) override;
    [[nodiscard]] std::string not_ready() const override;

private:
    std::unique_ptr<GroupCommit> commit_;
};

}  // namespace hark::publish
