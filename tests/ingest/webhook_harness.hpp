#pragma once

#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "core/limits.hpp"
#include "ingest/client.hpp"
#include "ingest/recorder.hpp"
#include "ingest/webhook_server.hpp"

namespace hark::ingest {

/// A platform whose handshake gives the query back (or, asked for it, the peer's address), and
/// whose only secret is "secret". It opens bodies that are `sealed:…`, and drops those that are
/// `forged` without saying so.
class GatePlatform final : public platforms::Platform {
public:
    platforms::Reception receive(const platforms::HttpRequest& request) override {
        platforms::Reception reception;
        if (request.method != "POST") {
            reception.reply.body = request.query == "peer" ? request.peer : request.query;
        } else if (request.header("x-token") != "secret") {
            reception.error = Errc::bad_signature;
            reception.reply.status = 401;
        } else if (request.body == "forged") {
            reception.error = Errc::bad_signature;
        } else {
            reception.decode = true;
            reception.reply.body = "ok";
            if (request.body.starts_with(kSealed)) reception.frame = open(request.body);
        }
        return reception;
    }
    Errc decode(const Frame&, Arena&, Mentions&) override { return Errc::ok; }

private:
    static constexpr std::string_view kSealed = "sealed:";

    std::string_view open(std::string_view body) {
        opened_ = body.substr(kSealed.size());
        const auto size = opened_.size();
        opened_.resize(size + limits::kFramePadding);
        return std::string_view(opened_).substr(0, size);
    }

    std::string opened_;
};

/// A server on shards with their threads; every shard has its own handler.
class WebhookHarness {
public:
    explicit WebhookHarness(WebhookOptions options = {}, std::size_t shards = 1) : pool_(shards) {
        options.address = "127.0.0.1";
        WebhookRoute route;
        route.path = "/hook";
        route.source = 3;
        route.source_name = "gate";
        route.platform = &platform_;
        route.body_bytes = 100'000;
        options.routes.push_back(route);
        for (std::size_t i = 0; i < shards; ++i) {
            handlers_.push_back(std::make_unique<Recorder>());
            servers_.push_back(
                std::make_unique<WebhookServer>(pool_[i], options, *handlers_[i], metrics));
            options.port = servers_[0]->port();
            servers_[i]->start();
        }
        port_ = options.port;
        pool_.start();
    }
    ~WebhookHarness() {
        for (std::size_t i = 0; i < servers_.size(); ++i) {
            on_shard(i, [&] {
                servers_[i]->stop_accepting();
                servers_[i]->close();
                handlers_[i]->acknowledge_all();
            });
        }
        pool_.stop();
        pool_.join();
    }
    WebhookHarness(const WebhookHarness&) = delete;
    WebhookHarness& operator=(const WebhookHarness&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] Client connect() const { return Client(port_); }

    template <typename Act>
    std::invoke_result_t<Act> on_shard(std::size_t index, Act act) {
        std::packaged_task<std::invoke_result_t<Act>()> task(act);
        auto result = task.get_future();
        boost::asio::post(pool_[index].io(), [&task] { task(); });
        return result.get();
    }
    /// What `look` says of the first shard's handler.
    template <typename Look>
    auto with_handler(Look look) {
        return on_shard(0, [&] { return look(*handlers_[0]); });
    }
    template <typename Act>
    auto with_server(Act act) {
        return on_shard(0, [&] { return act(*servers_[0]); });
    }
    template <typename Condition>
    [[nodiscard]] bool until(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    [[nodiscard]] bool until_held(std::size_t count) {
        return until([&] {
            return with_handler([&](Recorder& handler) { return handler.held() == count; });
        });
    }
    [[nodiscard]] bool until_idle() {
        return until([&] { return with_server([](auto& server) { return server.idle(); }); });
    }
    [[nodiscard]] std::vector<std::string> texts(std::size_t shard = 0) {
        return on_shard(shard, [&] { return handlers_[shard]->texts(); });
    }
    [[nodiscard]] std::uint64_t answered(unsigned status, const std::string& source = "gate") {
        return metrics.total("hark_webhook_requests_total",
                             {{"source", source}, {"status", std::to_string(status)}});
    }

    telemetry::Metrics metrics;

private:
    runtime::ShardPool pool_;
    GatePlatform platform_;
    std::vector<std::unique_ptr<Recorder>> handlers_;
    std::vector<std::unique_ptr<WebhookServer>> servers_;
    std::uint16_t port_ = 0;
};

/// A signed request with a body; `headers` each end with CR LF.
inline std::string post(std::string_view body, std::string_view headers = {},
                        std::string_view path = "/hook") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nX-Token: secret\r\n" +
           std::string(headers) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           std::string(body);
}

}  // namespace hark::ingest
