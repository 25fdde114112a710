#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "publish/kafka/handles.hpp"
#include "publish/kafka/properties.hpp"

namespace hark::publish {

/// One librdkafka producer whose events are taken on one shard, without a thread of ours: the
/// library writes to an eventfd, the shard's loop watches it. Used on that shard only.
class KafkaClient {
public:
    /// Throws std::runtime_error. `on_event` is called from the loop, never after
    /// the destructor, and must not destroy the client.
    KafkaClient(const KafkaOptions& options, Batching batching, boost::asio::io_context& io,
                std::function<void(rd_kafka_event_t*)> on_event);
    /// What the library still holds is given up.
    ~KafkaClient();
    KafkaClient(const KafkaClient&) = delete;
    KafkaClient& operator=(const KafkaClient&) = delete;

    [[nodiscard]] rd_kafka_t* producer() const noexcept { return producer_.get(); }
    [[nodiscard]] rd_kafka_queue_t* queue() const noexcept { return queue_.get(); }

    /// Copies key and value. Takes the headers when it succeeds, else leaves them.
    [[nodiscard]] rd_kafka_resp_err_t produce(TopicIndex topic, std::string_view key,
                                              std::string_view value, KafkaHeaders& headers,
                                              void* opaque);

private:
    void watch();
    void ready();

    KafkaHandle producer_;
    KafkaQueue queue_;
    std::vector<KafkaTopic> topics_;
    boost::asio::posix::stream_descriptor wake_;
    std::function<void(rd_kafka_event_t*)> on_event_;
    std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace hark::publish
