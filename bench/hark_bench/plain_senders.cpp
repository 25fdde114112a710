#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <hark/engine.hpp>
#include <stdexcept>
#include <thread>

#include "hark_bench/sender.hpp"

namespace hark::bench {

namespace {

constexpr std::chrono::milliseconds kLongestSleep{20};
constexpr std::size_t kBytesAtOnce = 256 * 1024;

/// Sleeps until a send is due, in short pieces; false: stop.
bool wait_until(const RunClock& clock, std::uint64_t due, const std::atomic<bool>& leave) {
    for (;;) {
        if (g_stop || leave) return false;
        const auto now = clock.now();
        if (due <= now) return true;
        const auto left = std::chrono::nanoseconds(due - now);
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, kLongestSleep));
    }
}

class LineSender final : public Sender {
public:
    LineSender(const Load& load, std::vector<int> descriptors)
        : load_(load), descriptors_(std::move(descriptors)) {}
    ~LineSender() override { close(); }

    void run(const RunClock& clock) override {
        std::vector<std::string> lines(descriptors_.size());
        for (std::size_t next = 0; next < load_.due.size();) {
            if (!wait_until(clock, load_.due[next], leave)) break;
            const auto now = clock.now();
            std::size_t bytes = 0;
            for (; next < load_.due.size() && load_.due[next] <= now && bytes < kBytesAtOnce;
                 ++next) {
                figures.slip.record(now - load_.due[next]);
                bytes += add(next, lines);
            }
            for (std::size_t i = 0; i < lines.size(); ++i) {
                write_all(descriptors_[i], lines[i]);
                lines[i].clear();
            }
        }
        close();
        all_sent = true;
    }

private:
    /// The bytes of one send.
    std::size_t add(std::size_t send, std::vector<std::string>& lines) {
        const auto first = send * load_.batch;
        auto& out = lines[load_.judge.thread_of(first) % lines.size()];
        const auto before = out.size();
        for (std::size_t number = first; number < first + load_.batch; ++number) {
            add_mention(out, load_.corpus.of(number), load_.address(number));
            out += '\n';
            load_.judge.sent(number);
        }
        figures.sent += load_.batch;
        return out.size() - before;
    }

    static void write_all(int descriptor, std::string_view bytes) {
        while (!bytes.empty()) {
            const auto size = ::write(descriptor, bytes.data(), bytes.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0)
                throw std::runtime_error(std::string("lines cannot be written: ") +
                                         std::strerror(errno));
            bytes.remove_prefix(static_cast<std::size_t>(size));
        }
    }
    void close() {
        for (const int descriptor : descriptors_) ::close(descriptor);
        descriptors_.clear();
    }

    const Load& load_;
    std::vector<int> descriptors_;
};

class InProcessSender final : public Sender {
public:
    InProcessSender(const Load& load, std::function<void(std::string_view)> take)
        : load_(load), take_(std::move(take)), engine_(EngineOptions{}) {}

    void run(const RunClock& clock) override {
        std::string id;
        std::string thread;
        for (std::size_t next = 0; next < load_.due.size(); ++next) {
            if (!wait_until(clock, load_.due[next], leave)) break;
            figures.slip.record(clock.now() - load_.due[next]);
            for (std::size_t i = 0; i < load_.batch; ++i) {
                const auto number = next * load_.batch + i;
                const auto& post = load_.corpus.of(number);
                id = load_.nonce + "-" + std::to_string(number);
                thread = load_.nonce + "-t" + std::to_string(load_.judge.thread_of(number));
                load_.judge.sent(number);
                const auto result = engine_.classify(
                    {.text = post.text, .id = id, .lang = post.lang, .thread = thread});
                load_.judge.answered(number, clock.now());
                take_(result.record);
            }
            figures.sent += load_.batch;
            figures.answered += load_.batch;
        }
        all_sent = true;
    }

private:
    const Load& load_;
    std::function<void(std::string_view)> take_;
    Engine engine_;
};

}  // namespace

std::unique_ptr<Sender> make_line_sender(const Load& load, std::vector<int> descriptors) {
    return std::make_unique<LineSender>(load, std::move(descriptors));
}

std::unique_ptr<Sender> make_in_process_sender(const Load& load,
                                               std::function<void(std::string_view)> take) {
    return std::make_unique<InProcessSender>(load, std::move(take));
}

}  // namespace hark::bench
