#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

namespace hark::ingest {

struct Answer {
    unsigned status = 0;  ///< 0: the connection ended before one
    std::string head;
    std::string body;
};

/// One blocking connection to a port of this machine; waits 5 s for bytes at most.
class Client {
public:
    explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval wait{5, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("connect");
    }
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)),
          ssl_(std::exchange(other.ssl_, nullptr)),
          unread_(std::move(other.unread_)) {}
    ~Client() { close(); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    Client& operator=(Client&&) = delete;

    /// False: the other side does not agree.
    [[nodiscard]] bool secure(SSL_CTX* context) {
        ssl_ = SSL_new(context);
        SSL_set_fd(ssl_, socket_);
        return SSL_connect(ssl_) == 1;
    }
    [[nodiscard]] SSL* ssl() const noexcept { return ssl_; }

    void send(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto sent = ssl_ != nullptr
                                  ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                  : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;  // the other side has closed: what it answered tells
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }

    [[nodiscard]] Answer answer(bool to_head = false) {
        Answer got;
        std::size_t end;
        while ((end = unread_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive()) return got;
        }
        got.head = unread_.substr(0, end + 2);
        unread_.erase(0, end + 4);
        got.status = static_cast<unsigned>(std::atoi(got.head.c_str() + 9));
        const auto at = got.head.find("Content-Length: ");
        const auto size = at == std::string::npos || to_head
                              ? 0U
                              : static_cast<std::size_t>(std::atol(got.head.c_str() + at + 16));
        while (unread_.size() < size) {
            if (!receive()) return got;
        }
        got.body = unread_.substr(0, size);
        unread_.erase(0, size);
        return got;
    }
    [[nodiscard]] Answer ask(std::string_view request) {
        send(request);
        return answer();
    }
    /// The other side ends the connection, and says nothing more before.
    [[nodiscard]] bool ends() { return unread_.empty() && !receive() && !timed_out_; }

    void close() {
        if (ssl_ != nullptr) SSL_free(ssl_);
        ssl_ = nullptr;
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }
    /// Without a farewell.
    void reset() {
        const linger now{1, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

private:
    bool receive() {
        char bytes[4096];
        const auto size = ssl_ != nullptr ? SSL_read(ssl_, bytes, sizeof bytes)
                                          : ::recv(socket_, bytes, sizeof bytes, 0);
        timed_out_ = size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
        if (size <= 0) return false;
        unread_.append(bytes, static_cast<std::size_t>(size));
        return true;
    }

    int socket_;
    SSL* ssl_ = nullptr;
    std::string unread_;
    bool timed_out_ = false;
};

}  // namespace hark::ingest
