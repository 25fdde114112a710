#include "app/classify_sink.hpp"

#include <fcntl.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <vector>

namespace hark::app {

namespace {

/// To append to; null with errno when it cannot be. A new one is for nobody else's eyes: it holds
/// posts as they came.
std::FILE* open_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return file < 0 ? nullptr : ::fdopen(file, "a");
}

}  // namespace

/// Acknowledges in batches, from the event loop, after the lines were flushed.
class ClassifySink::Port final : public publish::SinkPort {
public:
    Port(ClassifySink& sink, runtime::Shard& shard, publish::DeliveryListener& listener)
        : sink_(sink), shard_(shard), listener_(listener) {}

    void offer(const publish::Message& message, std::uint64_t token) override {
        sink_.write(message);
        if (tokens_.empty()) {
            boost::asio::post(shard_.io(), [this] { settle(); });
        }
        tokens_.push_back(token);
    }

private:
    void settle() {
        std::fflush(stdout);
        std::swap(tokens_, settling_);
        for (const auto token : settling_) listener_.delivered(token, Errc::ok, {});
        settling_.clear();
    }

    ClassifySink& sink_;
    runtime::Shard& shard_;
    publish::DeliveryListener& listener_;
    std::vector<std::uint64_t> tokens_;
    std::vector<std::uint64_t> settling_;
};

ClassifySink::ClassifySink(std::string dead_letters)
    : dead_letters_path_(std::move(dead_letters)) {}

ClassifySink::~ClassifySink() {
    if (dead_letters_ != nullptr) std::fclose(dead_letters_);
}

std::unique_ptr<publish::SinkPort> ClassifySink::open(runtime::Shard& shard,
                                                      publish::DeliveryListener& listener) {
    return std::make_unique<Port>(*this, shard, listener);
}

void ClassifySink::write(const publish::Message& message) {
    std::FILE* out = stdout;
    if (message.topic == pipeline::Topics::dead_letters()) {
        if (dead_letters_ == nullptr) dead_letters_ = open_private(dead_letters_path_);
        out = dead_letters_;
    }
    const bool written =
        out != nullptr &&
        std::fwrite(message.value.data(), 1, message.value.size(), out) == message.value.size() &&
        std::fputc('\n', out) != EOF;
    if (!written && problem_.empty()) {
        problem_ =
            (out == stdout ? "standard output" : dead_letters_path_) + ": " + std::strerror(errno);
    }
}

}  // namespace hark::app
