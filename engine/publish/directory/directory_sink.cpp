#include "publish/directory/directory_sink.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "publish/directory/segments.hpp"
#include "publish/group_commit.hpp"

namespace hark::publish {

namespace {

constexpr auto kLock = "/.lock";

FileDescriptor lock_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) throw std::system_error(error, "cannot make the folder " + path);
    const auto file = path + kLock;
    FileDescriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (lock.get() < 0)
        throw std::system_error(errno, std::generic_category(), "cannot open " + file);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error(path + " is in use by another process: give each its own folder");
    }
    return lock;
}

class DirectoryStore final : public Store {
public:
    explicit DirectoryStore(const DirectoryOptions& options)
        : path_(options.path), lock_(lock_folder(path_)) {
        for (const auto& topic : options.topics) {
            topics_.push_back(std::make_unique<Segments>(
                options.path + "/" + topic, options.segment_bytes, options.segment_age));
        }
        sync_folder(options.path);
    }

    std::string write(TopicIndex topic, const std::vector<std::string_view>& parts) override {
        auto what = keep_locked();
        return what.empty() ? topics_[topic]->write(parts) : what;
    }
    std::string sync(TopicIndex topic) override { return topics_[topic]->sync(); }

private:
    /// Whoever takes the folder away takes the lock with it.
    std::string keep_locked() {
        if (is_at(lock_, path_ + kLock)) return {};
        try {
            lock_ = lock_folder(path_);
        } catch (const std::runtime_error& error) {
            return error.what();
        }
        return {};
    }

    std::string path_;
    FileDescriptor lock_;
    std::vector<std::unique_ptr<Segments>> topics_;
};

}  // namespace

DirectorySink::DirectorySink(const DirectoryOptions& options, telemetry::Metrics& metrics)
    : commit_(std::make_unique<GroupCommit>(std::make_unique<DirectoryStore>(options),
                                            options.topics.size(), "directory", metrics)) {}
DirectorySink::~DirectorySink() = default;

std::unique_ptr<SinkPort> DirectorySink::open(runtime::Shard& shard, DeliveryListener& listener) {
    return commit_->open(shard, listener);
}

std::string DirectorySink::not_ready() const {
    return commit_->not_ready();
}

}  // namespace hark::publish
