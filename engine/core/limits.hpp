#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every size, count and time that a stranger can choose, in one place, each with its reason.
/// What the configuration may change is a default here; the configuration's own bounds stand in
/// docs/configuration.md.
namespace hark::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kKiB = 1024;
inline constexpr std::size_t kMiB = 1024 * kKiB;

// Bytes that simdjson may read past the end of a frame (SIMDJSON_PADDING of all versions that we
// build with).
inline constexpr std::size_t kFramePadding = 64;

// Frames that go through the walk together, stage by stage: each stage's code then stays in the
// processor's cache. More than this gains nothing measurable, and all of them are held at once.
inline constexpr std::size_t kFramesAtOnce = 16;
inline constexpr std::size_t kBytesAtOnce = 64 * kKiB;

// -- webhook server
inline constexpr std::size_t kHttpHeaderBytes =
    16 * kKiB;  // Meta and Slack send under 2 KiB; proxies add a few
inline constexpr std::size_t kHttpFields =
    100;  // of a request: platforms send under 30, proxies add a few; each costs an allocation, and
          // 16 KiB hold 4,000
inline constexpr std::size_t kHttpBufferBytes =
    kHttpHeaderBytes + 4 * kKiB;  // a header and a read; chunk heads and trailers are no longer
inline constexpr std::size_t kHttpBodyBytes = 4 * kMiB;  // WhatsApp documents 3 MB, all others less
inline constexpr std::size_t kHttpBodyBytesMax = 64 * kMiB;  // what a source may configure
inline constexpr std::size_t kReceivedBytes =
    256 * kMiB;  // bodies half received, of a listener: 64 of the largest that platforms send,
                 // while a whole body of theirs comes in milliseconds
inline constexpr std::size_t kUnpackedRatio = 64;    // gzip of JSON reaches 1:20; a bomb 1:1000
inline constexpr std::size_t kConnections = 10'000;  // file descriptors and 16 KiB each
inline constexpr std::size_t kRequestsPerConnection =
    100'000;  // a connection is renewed now and then
inline constexpr std::chrono::milliseconds kHttpHeaderTimeout =
    10s;  // slow-loris: platforms need < 1 s
inline constexpr std::chrono::milliseconds kHttpBodyTimeout = 30s;  // 4 MiB at 140 KB/s
inline constexpr std::chrono::milliseconds kHttpIdleTimeout =
    75s;  // Telegram keeps connections for 60 s
inline constexpr std::chrono::milliseconds kHttpAnswerTimeout =
    15s;  // no ack by then: 503; most senders wait 5 to 30 s
inline constexpr std::chrono::milliseconds kTlsHandshakeTimeout = 10s;

// -- streams
inline constexpr std::size_t kStreamMessageBytes =
    4 * kMiB;  // a relay frame is <= 2 MB; Jetstream far less
inline constexpr std::chrono::milliseconds kStreamConnectTimeout = 15s;
inline constexpr std::chrono::milliseconds kStreamPingInterval = 20s;
inline constexpr std::chrono::milliseconds kStreamIdleTimeout =
    60s;  // no event for so long: mute, reconnect
inline constexpr std::chrono::milliseconds kBackoffFirst = 500ms;
inline constexpr std::chrono::milliseconds kBackoffMax = 60s;
inline constexpr std::chrono::milliseconds kRateLimitWait = 60s;  // X: a minute at least
inline constexpr std::chrono::milliseconds kRefusedWait =
    300s;  // a wrong token stays wrong until somebody mends it; asked more often it is locked out
inline constexpr std::chrono::microseconds kCursorOverlap = 5s;  // customary for Jetstream hosts
inline constexpr std::chrono::milliseconds kCallTimeout = 30s;  // slow APIs answer within 10 s
inline constexpr std::chrono::milliseconds kCallSpacing =
    100ms;  // between calls that bring nothing new: a server that never waits is not hammered
inline constexpr std::chrono::milliseconds kLeaseMin =
    60s;  // what a hub grants less than that is not renewed more often: anybody can say he is it
inline constexpr std::size_t kReplyBytes = 8 * kMiB;     // 100 comments of Reddit reach 1 MiB
inline constexpr std::size_t kRefusalBytes = 16 * kKiB;  // an error's words, not a page
inline constexpr std::size_t kOpenFrames =
    256 * 1024;  // of one source, not yet acknowledged: minutes of a firehose, 17 MiB

// -- files
inline constexpr std::size_t kLineBytes = 4 * kMiB;  // one NDJSON line, as long as one webhook body
inline constexpr std::size_t kDeadLetterBytes =
    64 * kKiB;  // kept of a line or message that is too large: enough to tell what it was

// -- decoding
inline constexpr std::size_t kJsonDepth = 128;            // real payloads stay under 20
inline constexpr std::size_t kXmlBytes =
    512 * kKiB;  // a message of WeChat or an entry of YouTube stays under 64 KiB
inline constexpr std::size_t kXmlDepth = 32;              // theirs go down 4
inline constexpr std::size_t kMentionsPerFrame = 10'000;  // Meta batches 1,000
inline constexpr std::size_t kNamesPerFrame =
    1000;  // names that come beside the updates; Meta batches 1,000 of them
inline constexpr std::size_t kKnownStatuses =
    16 * 1024;  // of a Mastodon source, by its instance's own ids: hours of a large instance, 6 MiB
inline constexpr std::size_t kRelayOperations = 200;  // of one commit, says the AT protocol
inline constexpr std::size_t kRelayBlocks =
    8192;  // of one commit: 200 records and the trees above them are under 2,000
inline constexpr std::size_t kTextBytes =
    256 * kKiB;                                // longest real post: 100 KB; beyond it a dead letter
inline constexpr std::size_t kIdBytes = 1024;  // at:// URIs reach 640 bytes

// -- publishing
inline constexpr std::size_t kInFlightBytesPerShard = 64 * kMiB;  // published, not yet acknowledged
inline constexpr std::size_t kRecordBytes =
    1 * kMiB;  // Kafka's default message.max.bytes, less headers

// -- rules
inline constexpr std::size_t kRules = 1'000'000;
inline constexpr std::size_t kPatternBytes = 4 * kKiB;
inline constexpr std::size_t kRuleFileBytes = 64 * kMiB;
inline constexpr std::size_t kListBytes = 64 * kMiB;
inline constexpr std::size_t kLabels = 64;
inline constexpr std::size_t kGapWords =
    15;  // `~N`: a pair further apart says nothing about one another

// -- configuration
inline constexpr std::size_t kConfigBytes = 4 * kMiB;
inline constexpr std::size_t kSecretBytes = 64 * kKiB;
inline constexpr std::size_t kShards = 256;

}  // namespace hark::limits
