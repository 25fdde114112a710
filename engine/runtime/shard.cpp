#include "runtime/shard.hpp"

namespace hark::runtime {

ShardPool::ShardPool(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        auto& shard = shards_.emplace_back(i);
        guards_.emplace_back(shard.io().get_executor());
    }
}

ShardPool::~ShardPool() {
    stop();
    join();
}

void ShardPool::start() {
    for (auto& shard : shards_) threads_.emplace_back([&shard] { shard.io().run(); });
}

void ShardPool::stop() {
    for (auto& guard : guards_) guard.reset();
    for (auto& shard : shards_) shard.io().stop();
}

void ShardPool::join() {
    for (auto& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
    threads_.clear();
}

}  // namespace hark::runtime
