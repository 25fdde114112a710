#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

namespace hark::runtime {

/// One OS thread with its one io_context. What belongs to a shard is touched on that shard only, so
/// it needs no lock.
class Shard {
public:
    explicit Shard(std::size_t index) : index_(index) {}

    [[nodiscard]] std::size_t index() const noexcept { return index_; }
    [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }

private:
    std::size_t index_;
    boost::asio::io_context io_{1};  // one thread runs it: Asio leaves out its locks where it can
};

/// The shards of the process. start() and join() from the main thread.
class ShardPool {
public:
    explicit ShardPool(std::size_t count);
    ShardPool(const ShardPool&) = delete;
    ShardPool& operator=(const ShardPool&) = delete;
    ~ShardPool();  ///< stops and joins

    [[nodiscard]] std::size_t size() const noexcept { return shards_.size(); }
    [[nodiscard]] Shard& operator[](std::size_t index) noexcept { return shards_[index]; }

    void start();  ///< every shard runs until stop()
    void stop();   ///< pending handlers are dropped; call after everything was drained
    void join();

private:
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;
    std::deque<Shard> shards_;
    std::vector<WorkGuard> guards_;
    std::vector<std::thread> threads_;
};

}  // namespace hark::runtime
