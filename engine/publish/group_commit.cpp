#include "publish/group_commit.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <mutex>
#include <set>

#include "core/check.hpp"
#include "runtime/backoff.hpp"
#include "telemetry/log.hpp"

namespace hark::publish {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kRetryFirst = 100ms;
constexpr auto kRetryMax = 5s;
constexpr std::size_t kTroublesTold = 16;  // until all is well again: each topic may have its own

/// The messages of one shard that are committed together.
struct Batch {
    std::vector<std::string> lines;   ///< by TopicIndex
    std::vector<TopicIndex> touched;  ///< topics with lines
    std::vector<std::uint64_t> tokens;
    std::size_t pending = 0;  ///< topics that are not safe yet; the writer's

    void clear() noexcept {
        for (const auto topic : touched) lines[topic].clear();
        touched.clear();
        tokens.clear();
    }
};

}  // namespace

/// The writer's thread and what waits there. Members are touched on that thread, but for the
/// trouble.
class GroupCommit::Writer {
public:
    Writer(std::unique_ptr<Store> store, std::size_t topics, std::string_view name,
           telemetry::Metrics& metrics)
        : store_(std::move(store)),
          name_(name),
          waiting_(topics),
          commits_(metrics.counter("hark_sink_commits_total", "Group commits that were made safe",
                                   {{"sink", name_}})),
          failures_(metrics.counter("hark_sink_commit_failures_total",
                                    "Group commits that failed and are tried again",
                                    {{"sink", name_}})),
          bytes_(metrics.counter("hark_sink_written_bytes_total", "Bytes made safe",
                                 {{"sink", name_}})),
          seconds_(metrics.histogram("hark_sink_commit_seconds",
                                     "One group commit: write and sync of every topic touched",
                                     {{"sink", name_}})),
          retry_(io()) {
        thread_.start();
    }
    ~Writer() {
        thread_.stop();
        thread_.join();
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    [[nodiscard]] std::size_t topics() const noexcept { return waiting_.size(); }
    void submit(std::shared_ptr<Lane> lane, Batch& batch);
    /// Returns when the writer knows nothing of the lane any more; `rest` had one try.
    void detach(const std::shared_ptr<Lane>& lane, Batch& rest);
    [[nodiscard]] std::string trouble() const {
        const std::lock_guard lock(trouble_mutex_);
        return trouble_;
    }

private:
    struct Part {
        std::shared_ptr<Lane> lane;
        Batch* batch;
    };

    asio::io_context& io() noexcept { return thread_[0].io(); }
    void enqueue(std::shared_ptr<Lane> lane, Batch& batch);
    void commit();
    void write_all();
    void sync_all();
    void settle(TopicIndex topic);
    void failed(std::string what);
    void set_trouble(std::string what);

    std::unique_ptr<Store> store_;
    std::string name_;
    std::vector<std::vector<Part>> waiting_;  ///< by TopicIndex, in order of arrival
    std::vector<TopicIndex> written_;         ///< to be synced
    std::vector<std::string_view> parts_;
    telemetry::Counter& commits_;
    telemetry::Counter& failures_;
    telemetry::Counter& bytes_;
    telemetry::Histogram& seconds_;
    bool scheduled_ = false;
    bool failed_ = false;  ///< the last commit did; the timer runs
    runtime::Backoff backoff_{kRetryFirst, kRetryMax};
    mutable std::mutex trouble_mutex_;
    std::string trouble_;
    std::set<std::string> told_;  ///< troubles since all was well
    runtime::ShardPool thread_{1};
    asio::steady_timer retry_;
};

/// One shard's end. Everything runs on that shard.
class GroupCommit::Lane : public std::enable_shared_from_this<Lane> {
public:
    Lane(Writer& writer, runtime::Shard& shard, DeliveryListener& listener)
        : writer_(writer), shard_(shard), listener_(listener) {
        for (auto& batch : batches_) batch.lines.resize(writer.topics());
    }

    [[nodiscard]] asio::io_context& io() noexcept { return shard_.io(); }

    void offer(const Message& message, std::uint64_t token) {
        auto& batch = *gathering_;
        HARK_CHECK(message.topic < batch.lines.size());
        auto& lines = batch.lines[message.topic];
        if (lines.empty()) batch.touched.push_back(message.topic);
        lines.append(message.value).push_back('\n');
        batch.tokens.push_back(token);
        if (busy_ || scheduled_) return;
        // Posted, not called: all that this turn of the loop offers goes in one batch.
        scheduled_ = true;
        asio::post(io(), [self = shared_from_this()] {
            self->scheduled_ = false;
            self->hand_over();
        });
    }

    void safe(Batch& batch) {
        busy_ = false;
        if (detached_) return;
        for (const auto token : batch.tokens) listener_.delivered(token, Errc::ok, {});
        batch.clear();
        hand_over();
    }

    void detach() {
        detached_ = true;
        writer_.detach(shared_from_this(), *gathering_);
    }

private:
    void hand_over() {
        if (detached_ || busy_ || gathering_->tokens.empty()) return;
        busy_ = true;
        writer_.submit(shared_from_this(), *gathering_);
        gathering_ = gathering_ == &batches_[0] ? &batches_[1] : &batches_[0];
    }

    Writer& writer_;
    runtime::Shard& shard_;
    DeliveryListener& listener_;
    Batch batches_[2];
    Batch* gathering_ = &batches_[0];
    bool scheduled_ = false;
    bool busy_ = false;  ///< the writer has the other batch
    bool detached_ = false;
};

class GroupCommit::Port final : public SinkPort {
public:
    explicit Port(std::shared_ptr<Lane> lane) : lane_(std::move(lane)) {}
    ~Port() override { lane_->detach(); }
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;
    void offer(const Message& message, std::uint64_t token) override {
        lane_->offer(message, token);
    }

private:
    std::shared_ptr<Lane> lane_;
};

void GroupCommit::Writer::submit(std::shared_ptr<Lane> lane, Batch& batch) {
    asio::post(io(), [this, lane = std::move(lane), &batch]() mutable {
        enqueue(std::move(lane), batch);
        if (scheduled_ || failed_) return;
        // Behind the batches that are in the queue already: they join this commit.
        scheduled_ = true;
        asio::post(io(), [this] {
            scheduled_ = false;
            if (!failed_) commit();
        });
    });
}

void GroupCommit::Writer::detach(const std::shared_ptr<Lane>& lane, Batch& rest) {
    std::promise<void> done;
    asio::post(io(), [this, &lane, &rest, &done] {
        enqueue(lane, rest);
        commit();
        for (auto& parts : waiting_) {
            std::erase_if(parts, [&lane](const Part& part) { return part.lane == lane; });
        }
        done.set_value();
    });
    done.get_future().wait();
}

void GroupCommit::Writer::enqueue(std::shared_ptr<Lane> lane, Batch& batch) {
    batch.pending = batch.touched.size();
    for (const auto topic : batch.touched) waiting_[topic].push_back({lane, &batch});
}

void GroupCommit::Writer::commit() {
    const auto begin = std::chrono::steady_clock::now();
    failed_ = false;
    write_all();
    sync_all();
    if (failed_ || written_.empty()) return;
    backoff_.reset();
    commits_.add();
    seconds_.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    set_trouble({});
}

void GroupCommit::Writer::write_all() {
    written_.clear();
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        if (waiting_[i].empty()) continue;
        const auto topic = static_cast<TopicIndex>(i);
        parts_.clear();
        for (const auto& part : waiting_[i]) parts_.push_back(part.batch->lines[i]);
        auto what = store_->write(topic, parts_);
        if (what.empty()) written_.push_back(topic);
        else failed(std::move(what));
    }
}

void GroupCommit::Writer::sync_all() {
    for (const auto topic : written_) {
        auto what = store_->sync(topic);
        if (what.empty()) settle(topic);
        else failed(std::move(what));
    }
}

void GroupCommit::Writer::settle(TopicIndex topic) {
    for (auto& part : waiting_[topic]) {
        bytes_.add(part.batch->lines[topic].size());
        if (--part.batch->pending > 0) continue;
        auto& io = part.lane->io();
        asio::post(io, [lane = std::move(part.lane), batch = part.batch] { lane->safe(*batch); });
    }
    waiting_[topic].clear();
}

void GroupCommit::Writer::failed(std::string what) {
    failures_.add();
    set_trouble(std::move(what));
    if (failed_) return;
    failed_ = true;
    retry_.expires_after(backoff_.next());
    retry_.async_wait([this](const boost::system::error_code& error) {
        if (!error) commit();
    });
}

void GroupCommit::Writer::set_trouble(std::string what) {
    const std::lock_guard lock(trouble_mutex_);
    if (what.empty()) {
        if (!trouble_.empty())
            telemetry::log(telemetry::Level::info, "sink_recovered", {{"sink", name_}});
        told_.clear();
    } else if (told_.size() < kTroublesTold && told_.insert(what).second) {
        // Topics fail in turn, each in its own words.
        telemetry::log(telemetry::Level::error, "sink_not_ready",
                       {{"sink", name_}, {"what", what}});
    }
    trouble_ = std::move(what);
}

GroupCommit::GroupCommit(std::unique_ptr<Store> store, std::size_t topics, std::string_view name,
                         telemetry::Metrics& metrics)
    : writer_(std::make_unique<Writer>(std::move(store), topics, name, metrics)) {}

GroupCommit::~GroupCommit() = default;

std::unique_ptr<SinkPort> GroupCommit::open(runtime::Shard& shard, DeliveryListener& listener) {
    return std::make_unique<Port>(std::make_shared<Lane>(*writer_, shard, listener));
}

std::string GroupCommit::not_ready() const {
    return writer_->trouble();
}

}  // namespace hark::publish
