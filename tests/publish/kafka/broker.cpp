#include "publish/kafka/broker.hpp"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "publish/kafka/handles.hpp"

namespace hark::publish {

namespace {

/// A port whose next one is free too.
int free_ports() {
    for (int attempt = 0; attempt < 100; ++attempt) {
        int sockets[2];
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        sockets[0] = ::socket(AF_INET, SOCK_STREAM, 0);
        sockets[1] = ::socket(AF_INET, SOCK_STREAM, 0);
        ::bind(sockets[0], reinterpret_cast<sockaddr*>(&at), size);
        ::getsockname(sockets[0], reinterpret_cast<sockaddr*>(&at), &size);
        const int port = ntohs(at.sin_port);
        at.sin_port = htons(static_cast<std::uint16_t>(port + 1));
        const bool both = ::bind(sockets[1], reinterpret_cast<sockaddr*>(&at), size) == 0;
        ::close(sockets[0]);
        ::close(sockets[1]);
        if (both) return port;
    }
    throw std::runtime_error("no free ports");
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
    std::array<char, 256> why{};
    if (rd_kafka_conf_set(conf, name, value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
        throw std::runtime_error(why.data());
    }
}

KafkaHandle new_client(rd_kafka_type_t type) {
    auto* const conf = rd_kafka_conf_new();
    set(conf, "bootstrap.servers", TestBroker::instance().address());
    if (type == RD_KAFKA_CONSUMER) {
        set(conf, "group.id", "test");
        set(conf, "enable.partition.eof", "true");
        set(conf, "auto.offset.reset", "earliest");
    }
    std::array<char, 256> why{};
    KafkaHandle client(rd_kafka_new(type, conf, why.data(), why.size()));
    if (client == nullptr) throw std::runtime_error(why.data());
    return client;
}

/// The answer to an Admin request; throws when it is an error as a whole.
KafkaEvent answer(rd_kafka_queue_t* queue) {
    KafkaEvent event(rd_kafka_queue_poll(queue, 30'000));
    if (event == nullptr) throw std::runtime_error("no answer from the broker");
    if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error(rd_kafka_event_error_string(event.get()));
    }
    return event;
}

using Rule = std::unique_ptr<rd_kafka_AclBinding_t, Destroyer<&rd_kafka_AclBinding_destroy>>;

rd_kafka_AclBindingFilter_t* no_writing(const std::string& topic, bool filter) {
    std::array<char, 256> why{};
    const auto make = filter ? &rd_kafka_AclBindingFilter_new : &rd_kafka_AclBinding_new;
    return make(RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                "User:ANONYMOUS", "*", RD_KAFKA_ACL_OPERATION_WRITE,
                RD_KAFKA_ACL_PERMISSION_TYPE_DENY, why.data(), why.size());
}

/// A change of permissions is answered before the broker goes by it.
void wait_for_rules(rd_kafka_t* client, const std::string& topic, std::size_t wanted) {
    const KafkaQueue queue(rd_kafka_queue_new(client));
    const Rule filter(no_writing(topic, true));
    for (int i = 0; i < 500; ++i) {
        rd_kafka_DescribeAcls(client, filter.get(), nullptr, queue.get());
        const auto event = answer(queue.get());
        std::size_t count = 0;
        (void)rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event.get()),
                                                &count);
        if (count == wanted) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw std::runtime_error("the broker does not take the permissions over");
}

Received received(const rd_kafka_message_t& message) {
    Received one;
    one.key.assign(static_cast<const char*>(message.key), message.key_len);
    one.value.assign(static_cast<const char*>(message.payload), message.len);
    one.partition = message.partition;
    rd_kafka_headers_t* headers = nullptr;
    if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return one;
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0;
         rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
        one.headers[name].assign(static_cast<const char*>(value), size);
    }
    return one;
}

}  // namespace

TestBroker& TestBroker::instance() {
    static TestBroker one;
    return one;
}

TestBroker::TestBroker() {
    std::string name = (std::filesystem::temp_directory_path() / "hark-kafka-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const auto port = free_ports();
    address_ = "127.0.0.1:" + std::to_string(port);
    (void)run("start --port " + std::to_string(port) +
              " --set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer"
              " --set allow.everyone.if.no.acl.found=true");
    running_ = true;
}

TestBroker::~TestBroker() {
    if (running_) (void)run("kill-node 1");
    std::filesystem::remove_all(folder_);
}

void TestBroker::kill() {
    (void)run("kill-node 1");
    running_ = false;
}

void TestBroker::start() {
    (void)run("start-node 1");
    running_ = true;
}

void TestBroker::stall() { signal(SIGSTOP); }

void TestBroker::wake() { signal(SIGCONT); }

void TestBroker::signal(int number) const {
    pid_t pid = 0;
    if (!(std::ifstream(folder_ + "/node-1/pid") >> pid) || ::kill(pid, number) != 0) {
        throw std::runtime_error("no broker to signal");
    }
}

std::string TestBroker::run(const std::string& words) const {
    const auto command = std::string(HARK_SOURCE_DIR "/tests/broker/broker ") + words + " --dir " +
                         folder_ + " 2>&1";
    FILE* const out = ::popen(command.c_str(), "r");
    std::string text;
    std::array<char, 4096> block;
    while (const auto got = std::fread(block.data(), 1, block.size(), out)) {
        text.append(block.data(), got);
    }
    if (::pclose(out) != 0) throw std::runtime_error(command + ": " + text);
    return text;
}

std::vector<Received> read_topic(const std::string& topic) {
    const auto consumer = new_client(RD_KAFKA_CONSUMER);
    const int partitions = partitions_of(topic);
    auto* const all = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; ++i) {
        rd_kafka_topic_partition_list_add(all, topic.c_str(), i)->offset =
            RD_KAFKA_OFFSET_BEGINNING;
    }
    rd_kafka_assign(consumer.get(), all);
    rd_kafka_topic_partition_list_destroy(all);
    std::vector<Received> found;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (int ended = 0; ended < partitions && std::chrono::steady_clock::now() < until;) {
        auto* const message = rd_kafka_consumer_poll(consumer.get(), 1000);
        if (message == nullptr) continue;
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) found.push_back(received(*message));
        if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ++ended;
        rd_kafka_message_destroy(message);
    }
    rd_kafka_consumer_close(consumer.get());
    return found;
}

int partitions_of(const std::string& topic) {
    const auto client = new_client(RD_KAFKA_PRODUCER);
    const KafkaTopic handle(rd_kafka_topic_new(client.get(), topic.c_str(), nullptr));
    const rd_kafka_metadata_t* found = nullptr;
    if (rd_kafka_metadata(client.get(), 0, handle.get(), &found, 30'000) !=
        RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw std::runtime_error("no metadata");
    }
    const int count = found->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(found);
    return count;
}

void create_topic(const std::string& topic, int partitions,
                  const std::map<std::string, std::string>& settings) {
    const auto client = new_client(RD_KAFKA_PRODUCER);
    const KafkaQueue queue(rd_kafka_queue_new(client.get()));
    std::array<char, 256> why{};
    auto* one = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size());
    for (const auto& [name, value] : settings) {
        rd_kafka_NewTopic_set_config(one, name.c_str(), value.c_str());
    }
    rd_kafka_CreateTopics(client.get(), &one, 1, nullptr, queue.get());
    rd_kafka_NewTopic_destroy(one);
    (void)answer(queue.get());
}

void forbid_writing(const std::string& topic) {
    const auto client = new_client(RD_KAFKA_PRODUCER);
    const KafkaQueue queue(rd_kafka_queue_new(client.get()));
    const Rule rule(no_writing(topic, false));
    auto* raw = rule.get();
    rd_kafka_CreateAcls(client.get(), &raw, 1, nullptr, queue.get());
    (void)answer(queue.get());
    wait_for_rules(client.get(), topic, 1);
}

void allow_writing(const std::string& topic) {
    const auto client = new_client(RD_KAFKA_PRODUCER);
    const KafkaQueue queue(rd_kafka_queue_new(client.get()));
    const Rule rule(no_writing(topic, true));
    auto* raw = rule.get();
    rd_kafka_DeleteAcls(client.get(), &raw, 1, nullptr, queue.get());
    (void)answer(queue.get());
    wait_for_rules(client.get(), topic, 0);
}

std::string fresh_topic() {
    static int count = 0;
    return "test." + std::to_string(++count);
}

}  // namespace hark::publish
