#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace hark::publish {

/// A real Kafka broker of tests/broker, one for the whole program; started at the first call.
class TestBroker {
public:
    static TestBroker& instance();

    [[nodiscard]] const std::string& address() const noexcept { return address_; }
    void kill();   ///< SIGKILL; returns when it is gone
    void start();  ///< returns when it is ready
    void stall();  ///< SIGSTOP: connections stay open, nothing is answered
    void wake();   ///< SIGCONT

    ~TestBroker();
    TestBroker(const TestBroker&) = delete;
    TestBroker& operator=(const TestBroker&) = delete;

private:
    TestBroker();
    [[nodiscard]] std::string run(const std::string& words) const;
    void signal(int number) const;

    std::string folder_;
    std::string address_;
    bool running_ = false;
};

struct Received {
    std::string key;
    std::string value;
    std::map<std::string, std::string> headers;
    std::int32_t partition = 0;
};

/// Everything that the topic holds now; within a partition in its order.
[[nodiscard]] std::vector<Received> read_topic(const std::string& topic);

/// Number of partitions; 0: there is no such topic.
[[nodiscard]] int partitions_of(const std::string& topic);

void create_topic(const std::string& topic, int partitions,
                  const std::map<std::string, std::string>& settings = {});

/// Forbids everybody to write to the topic, or lets them again.
void forbid_writing(const std::string& topic);
void allow_writing(const std::string& topic);

/// A name that no other test uses.
[[nodiscard]] std::string fresh_topic();

}  // namespace hark::publish
