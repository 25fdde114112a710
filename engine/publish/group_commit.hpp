#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "publish/sink.hpp"

namespace hark::publish {

/// What a group commit writes to. Called on the writer's thread only.
class Store {
public:
    virtual ~Store() = default;

    /// Writes the parts one after another; each holds whole lines. Empty when written, else what is
    /// the matter: then the same parts come again, perhaps with more behind them, and the store
    /// sees to it that no line is torn and none stands twice.
    [[nodiscard]] virtual std::string write(TopicIndex topic,
                                            const std::vector<std::string_view>& parts) = 0;
    /// Makes safe what was written since the last sync. Empty when it is safe, else what is the
    /// matter: then nothing since the last sync counts as written, and all of it comes again.
    [[nodiscard]] virtual std::string sync(TopicIndex topic) = 0;
};

/// The way from many shards to one store: each shard's messages gather in a batch, one writer
/// thread takes the batches of all shards together, writes and syncs them, and tells the shards.
/// While a commit runs the next batch gathers, so that a slow disk makes larger groups. A store in
/// trouble is tried again with back-off for ever.
class GroupCommit {
public:
    /// `topics`: how many there are. `name` labels the metrics.
    GroupCommit(std::unique_ptr<Store> store, std::size_t topics, std::string_view name,
                telemetry::Metrics& metrics);
    ~GroupCommit();  ///< after all ports
    GroupCommit(const GroupCommit&) = delete;
    GroupCommit& operator=(const GroupCommit&) = delete;

    /// The port's destructor hands over what it has, waits for one try to write it, and tells
    /// nobody; the shard must still be there.
    [[nodiscard]] std::unique_ptr<SinkPort> open(runtime::Shard& shard, DeliveryListener& listener);
    /// Empty, or the store's trouble. Thread-safe.
    [[nodiscard]] std::string not_ready() const;

private:
    class Writer;
    class Lane;
    class Port;
    std::unique_ptr<Writer> writer_;
};

}  // namespace hark::publish
