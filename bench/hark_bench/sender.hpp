#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hark_bench/clock.hpp"
#include "hark_bench/corpus.hpp"
#include "hark_bench/histogram.hpp"
#include "hark_bench/judge.hpp"

namespace hark::bench {

/// What every way in is given. References outlive the sender.
struct Load {
    const Corpus& corpus;
    const std::vector<std::uint64_t>& due;  ///< of each send, ns from the clock's start
    std::uint64_t batch = 1;                ///< posts a send
    std::string nonce;
    Judge& judge;

    [[nodiscard]] Address address(std::uint64_t number) const {
        return {nonce, number, judge.thread_of(number)};
    }
};

/// What the sender saw. Written by its thread, read when it has ended, but for the atomics.
struct SenderFigures {
    Histogram slip;  ///< ns from due to the moment the send was begun: whether the load was kept
    std::atomic<std::uint64_t> sent{0};      ///< posts
    std::atomic<std::uint64_t> answered{0};  ///< posts with a 2xx or the like
    std::uint64_t refused = 0;               ///< answers that asked to come again
    std::uint64_t failed = 0;                ///< connections that broke, answers that made no sense
    std::uint64_t waited_for_connection = 0;  ///< sends that were due while none was free
};

/// One way in. The offered rate is kept whatever comes back; what cannot leave waits in the
/// sender's own queue, and its latency counts from when it was due.
class Sender {
public:
    virtual ~Sender() = default;
    /// Sends everything at its time and returns when all of it is answered (where there are
    /// answers) and when told to leave. After g_stop nothing new is sent. Throws
    /// std::runtime_error when what comes back makes no sense.
    virtual void run(const RunClock& clock) = 0;

    SenderFigures figures;
    std::atomic<bool> all_sent{false};  ///< and answered, where there are answers
    std::atomic<bool> leave{false};     ///< whatever is still open
};

enum class Signature : std::uint8_t { none, bearer, hmac, standard_webhooks, meta };

struct WebhookTarget {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    std::string path = "/hooks/bench";
    bool tls = false;  ///< any certificate is taken: the machine at the other end is our own
    Signature signature = Signature::hmac;
    std::string secret;
    std::size_t connections = 64;
};

[[nodiscard]] std::unique_ptr<Sender> make_webhook_sender(const Load& load,
                                                          const WebhookTarget& target);

/// A Jetstream: Hark connects to its port and is sent events. Made before Hark starts.
class FirehoseSender : public Sender {
public:
    [[nodiscard]] virtual std::uint16_t port() const = 0;
};
[[nodiscard]] std::unique_ptr<FirehoseSender> make_firehose_sender(const Load& load);

/// Lines to descriptors, files' ends or a pipe, which are closed at the end: each conversation to
/// one of them.
[[nodiscard]] std::unique_ptr<Sender> make_line_sender(const Load& load,
                                                       std::vector<int> descriptors);

/// The library in the sender's own process: `take` gets each record.
[[nodiscard]] std::unique_ptr<Sender> make_in_process_sender(
    const Load& load, std::function<void(std::string_view record)> take);

/// Bare librdkafka with the records that Hark would make of the posts, made beforehand, Hark's
/// headers and delivery options: the limit that Hark is measured against.
struct BareTarget {
    std::string brokers;
    std::string topic;
    double linger_ms = 5;
    std::string compression = "lz4";
};
[[nodiscard]] std::unique_ptr<Sender> make_bare_sender(const Load& load, const BareTarget& target);

}  // namespace hark::bench
