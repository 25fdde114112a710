#pragma once

#include <mutex>
#include <string>
#include <utility>

namespace hark::publish {

/// What is the matter with one shard's producer, for others to read. Thread-safe; written when
/// something changes, never per message.
class KafkaHealth {
public:
    void set(std::string trouble) {
        const std::lock_guard lock(mutex_);
        trouble_ = std::move(trouble);
    }
    [[nodiscard]] std::string trouble() const {
        const std::lock_guard lock(mutex_);
        return trouble_;
    }

private:
    mutable std::mutex mutex_;
    std::string trouble_;
};

}  // namespace hark::publish
