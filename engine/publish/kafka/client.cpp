#include "publish/kafka/client.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>

namespace hark::publish {

namespace {

/// Events taken in one turn of the shard's loop, so that sockets have theirs.
constexpr int kEventsPerTurn = 64;
constexpr std::size_t kFields = 6;

int new_eventfd() {
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    return descriptor;
}

rd_kafka_vu_t bytes_field(rd_kafka_vtype_t type, std::string_view bytes) noexcept {
    rd_kafka_vu_t field{};
    field.vtype = type;
    field.u.mem.ptr = const_cast<char*>(bytes.data());  // only read: the library copies it
    field.u.mem.size = bytes.size();
    return field;
}

}  // namespace

KafkaClient::KafkaClient(const KafkaOptions& options, Batching batching,
                         boost::asio::io_context& io,
                         std::function<void(rd_kafka_event_t*)> on_event)
    : producer_(make_producer(options, batching)),
      queue_(rd_kafka_queue_get_main(producer_.get())),
      wake_(io, new_eventfd()),
      on_event_(std::move(on_event)) {
    for (const auto& name : options.topics) {
        topics_.emplace_back(rd_kafka_topic_new(producer_.get(), name.c_str(), nullptr));
    }
    rd_kafka_set_log_queue(producer_.get(), nullptr);
    constexpr std::uint64_t kOne = 1;
    rd_kafka_queue_io_event_enable(queue_.get(), wake_.native_handle(), &kOne, sizeof kOne);
    (void)!::write(wake_.native_handle(), &kOne, sizeof kOne);  // for what came before
    watch();
}

KafkaClient::~KafkaClient() {
    rd_kafka_queue_io_event_enable(queue_.get(), -1, nullptr, 0);
    rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                        RD_KAFKA_PURGE_F_NON_BLOCKING);
}

rd_kafka_resp_err_t KafkaClient::produce(TopicIndex topic, std::string_view key,
                                         std::string_view value, KafkaHeaders& headers,
                                         void* opaque) {
    rd_kafka_vu_t fields[kFields]{};
    fields[0].vtype = RD_KAFKA_VTYPE_RKT;
    fields[0].u.rkt = topics_[topic].get();
    fields[1] = bytes_field(RD_KAFKA_VTYPE_KEY, key);
    fields[2] = bytes_field(RD_KAFKA_VTYPE_VALUE, value);
    fields[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[3].u.i = RD_KAFKA_MSG_F_COPY;
    fields[4].vtype = RD_KAFKA_VTYPE_HEADERS;
    fields[4].u.headers = headers.get();
    fields[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    fields[5].u.ptr = opaque;
    const KafkaError error(rd_kafka_produceva(producer_.get(), fields, kFields));
    if (error != nullptr) return rd_kafka_error_code(error.get());
    (void)headers.release();  // the message owns them now
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaClient::watch() {
    wake_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                     [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
                         if (!error && !alive.expired()) ready();
                     });
}

/// The library wakes for an empty queue that becomes filled, so the queue is emptied before the
/// next wait; when that would take too long, the wake is our own.
void KafkaClient::ready() {
    std::uint64_t count = 0;
    (void)!::read(wake_.native_handle(), &count, sizeof count);
    for (int i = 0; i < kEventsPerTurn; ++i) {
        const KafkaEvent event(rd_kafka_queue_poll(queue_.get(), 0));
        if (event == nullptr) {
            watch();
            return;
        }
        on_event_(event.get());
    }
    constexpr std::uint64_t kOne = 1;
    (void)!::write(wake_.native_handle(), &kOne, sizeof kOne);
    watch();
}

}  // namespace hark::publish
