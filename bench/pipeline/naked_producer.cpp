// Bare librdkafka as its documentation advises, with Hark's delivery options: reads records (a line
// each) and produces each to one topic with the same six headers. Usage: naked_producer BROKERS
// TOPIC FILE

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace {

std::size_t delivered = 0;

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) ++delivered;
}

void set(rd_kafka_conf_t* options, const char* name, const char* value) {
    char error[256];
    if (rd_kafka_conf_set(options, name, value, error, sizeof error) != RD_KAFKA_CONF_OK) {
        std::fprintf(stderr, "%s\n", error);
        std::exit(2);
    }
}

using Header = std::pair<std::string_view, std::string_view>;

/// A record begins with {"schema":1,"id":"…": the id is its key.
std::string_view id_of(std::string_view record) {
    const auto begin = std::min(record.find(R"("id":")") + 6, record.size());
    return record.substr(begin, record.find('"', begin) - begin);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    auto* const options = rd_kafka_conf_new();
    set(options, "bootstrap.servers", argv[1]);
    set(options, "enable.idempotence", "true");
    set(options, "acks", "all");
    set(options, "compression.type", "lz4");
    set(options, "linger.ms", "5");
    set(options, "queue.buffering.max.messages", "1000000");
    set(options, "partitioner", "murmur2_random");
    rd_kafka_conf_set_dr_msg_cb(options, on_delivery);
    char error[256];
    auto* const producer = rd_kafka_new(RD_KAFKA_PRODUCER, options, error, sizeof error);
    auto* const topic = rd_kafka_topic_new(producer, argv[2], nullptr);
    std::ifstream file(argv[3]);
    std::size_t sent = 0;
    for (std::string line; std::getline(file, line); ++sent) {
        auto* const headers = rd_kafka_headers_new(6);
        const auto id = id_of(line);
        for (const auto& [name, value] : {Header{"ce_id", id},
                                          Header{"ce_source", "/hark/bench"},
                                          Header{"ce_type", "hark.mention.created"},
                                          Header{"ce_time", "2026-11-22T10:00:00.000Z"},
                                          Header{"ce_specversion", "1.0"},
                                          Header{"content-type", "application/json"}}) {
            rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                                value.data(), static_cast<ssize_t>(value.size()));
        }
        while (
            rd_kafka_producev(producer, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_KEY(id.data(), id.size()),
                              RD_KAFKA_V_VALUE(line.data(), line.size()),
                              RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
                              RD_KAFKA_V_END) != RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_poll(producer, 10);
        }
        if (sent % 1000 == 0) rd_kafka_poll(producer, 0);
    }
    rd_kafka_flush(producer, 60'000);
    std::printf("%zu of %zu\n", delivered, sent);
    rd_kafka_topic_destroy(topic);
    rd_kafka_destroy(producer);
    return delivered == sent ? 0 : 1;
}
