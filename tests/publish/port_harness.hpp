#pragma once

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "publish/sink.hpp"

namespace hark::publish {

/// A shard with its thread and a port of a sink on it; keeps what the listener was told.
class PortHarness final : public DeliveryListener {
public:
    explicit PortHarness(Sink& sink) : port_(sink.open(pool_[0], *this)) { pool_.start(); }
    ~PortHarness() { close(); }
    PortHarness(const PortHarness&) = delete;
    PortHarness& operator=(const PortHarness&) = delete;

    /// Offers in one turn of the shard's loop.
    void offer(TopicIndex topic, const std::vector<std::pair<std::string, std::string>>& messages) {
        on_shard([&] {
            for (const auto& [key, value] : messages) {
                Message message;
                message.topic = topic;
                message.key = key;
                message.value = value;
                message.id = key;
                message.source = "/hark/test";
                message.type = "hark.mention.created";
                message.time = *parse_rfc3339("2026-11-22T10:00:01.25Z");
                inside_offer_ = true;
                port_->offer(message, next_token_++);
                inside_offer_ = false;
            }
        });
    }

    /// Whether so many fates are known within the time.
    [[nodiscard]] bool wait_for(std::size_t count, std::chrono::milliseconds time) {
        const auto until = std::chrono::steady_clock::now() + time;
        while (std::chrono::steady_clock::now() < until) {
            if (fates().size() >= count) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    }

    /// token -> outcomes, in the order told.
    [[nodiscard]] std::vector<std::pair<std::uint64_t, Errc>> fates() const {
        const std::lock_guard lock(mutex_);
        return fates_;
    }
    [[nodiscard]] std::size_t count(Errc outcome) const {
        std::size_t found = 0;
        for (const auto& fate : fates()) found += fate.second == outcome ? 1U : 0U;
        return found;
    }
    [[nodiscard]] SinkPort& port() noexcept { return *port_; }
    [[nodiscard]] bool told_within_offer() const noexcept { return told_within_offer_; }

    template <class Work>
    void on_shard(Work work) {
        std::promise<void> done;
        boost::asio::post(pool_[0].io(), [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    /// The port goes, on its shard, as at a stop; then the shard.
    void close() {
        if (port_ == nullptr) return;
        on_shard([this] { port_.reset(); });
        pool_.stop();
        pool_.join();
    }

    void delivered(std::uint64_t token, Errc outcome, std::string_view) noexcept override {
        told_within_offer_ = told_within_offer_ || inside_offer_;
        const std::lock_guard lock(mutex_);
        fates_.emplace_back(token, outcome);
    }

private:
    runtime::ShardPool pool_{1};
    mutable std::mutex mutex_;
    std::vector<std::pair<std::uint64_t, Errc>> fates_;
    std::uint64_t next_token_ = 0;
    bool inside_offer_ = false;
    bool told_within_offer_ = false;
    std::unique_ptr<SinkPort> port_;
};

}  // namespace hark::publish
