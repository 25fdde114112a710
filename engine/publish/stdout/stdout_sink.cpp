#include "publish/stdout/stdout_sink.hpp"

#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "publish/group_commit.hpp"

namespace hark::publish {

namespace {

constexpr std::string_view kReaderGone = "the reader of standard output went away";

/// How long the writer waits in one go for a reader that pauses; a stop is not kept longer.
constexpr int kPatienceMs = 500;

/// A closed pipe shall be an error of write(2) here, not a signal that ends the process. The mask
/// is the writer thread's own.
void block_broken_pipe_signal() noexcept {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

class StdoutStore final : public Store {
public:
    StdoutStore(TopicIndex shown, int descriptor) : shown_(shown), descriptor_(descriptor) {
        struct stat status {};
        const bool file = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
        // A writable pipe takes this much without blocking; more might block for as long as the
        // reader likes.
        chunk_ = file ? SSIZE_MAX : PIPE_BUF;
    }

    std::string write(TopicIndex topic, const std::vector<std::string_view>& parts) override {
        if (topic != shown_) return {};
        block_broken_pipe_signal();
        std::size_t skip = done_;
        for (auto part : parts) {
            const auto skipped = std::min(skip, part.size());
            part.remove_prefix(skipped);
            skip -= skipped;
            while (!part.empty()) {
                const auto count = write_some(part.substr(0, chunk_));
                if (count < 0) return what_failed(errno);
                done_ += static_cast<std::size_t>(count);
                part.remove_prefix(static_cast<std::size_t>(count));
            }
        }
        return {};
    }

    std::string sync(TopicIndex topic) override {
        if (topic == shown_) done_ = 0;
        return {};
    }

private:
    [[nodiscard]] ssize_t write_some(std::string_view bytes) const noexcept {
        for (;;) {
            pollfd ready{descriptor_, POLLOUT, 0};
            const int polled = ::poll(&ready, 1, kPatienceMs);
            if (polled == 0) {
                errno = EAGAIN;
                return -1;
            }
            const auto count = ::write(descriptor_, bytes.data(), bytes.size());
            if (count >= 0 || (errno != EINTR && errno != EAGAIN)) return count;
        }
    }

    [[nodiscard]] static std::string what_failed(int error) {
        if (error == EAGAIN) return "the reader of standard output pauses";
        if (error == EPIPE) return std::string(kReaderGone);
        return "cannot write to standard output: " + std::generic_category().message(error);
    }

    TopicIndex shown_;
    int descriptor_;
    std::size_t chunk_;
    std::size_t done_ = 0;  ///< bytes of the present parts that are out already
};

}  // namespace

StdoutSink::StdoutSink(std::size_t topics, TopicIndex shown, telemetry::Metrics& metrics,
                       int descriptor)
    : commit_(std::make_unique<GroupCommit>(std::make_unique<StdoutStore>(shown, descriptor),
                                            topics, "stdout", metrics)) {}
StdoutSink::~StdoutSink() = default;

std::unique_ptr<SinkPort> StdoutSink::open(runtime::Shard& shard, DeliveryListener& listener) {
    return commit_->open(shard, listener);
}

std::string StdoutSink::not_ready() const {
    return commit_->not_ready();
}

bool StdoutSink::ended() const {
    return not_ready() == kReaderGone;
}

}  // namespace hark::publish
