#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "core/limits.hpp"
#include "ingest/line_buffer.hpp"
#include "ingest/stream_socket.hpp"
#include "ingest/stream_transport.hpp"

namespace hark::ingest {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using platforms::Framing;

constexpr std::string_view kFieldName = "data: ";  // is no part of the message

/// The fields of an event of text/event-stream (HTML standard, 9.2) until the blank line ends it.
class ServerEvent {
public:
    explicit ServerEvent(std::size_t most) : most_(most) {}

    void take(std::string_view line) {
        const auto colon = std::min(line.find(':'), line.size());
        auto value = line.substr(std::min(colon + 1, line.size()));
        if (value.starts_with(' ')) value.remove_prefix(1);
        const auto name = line.substr(0, colon);
        if (name == "event") name_ = value.substr(0, kLongestName);
        if (name != "data") return;
        if (has_data_) add("\n");
        has_data_ = true;
        add(value);
    }
    [[nodiscard]] bool has_data() const noexcept { return has_data_; }
    [[nodiscard]] bool too_large() const noexcept { return data_.size() > most_; }

    /// What the frame is, with room for padding behind it; until the next take().
    [[nodiscard]] std::string_view finish(bool enveloped) {
        has_data_ = false;
        out_ = std::exchange(data_, {});
        if (enveloped && out_.size() <= most_) out_ = envelope();
        name_.clear();
        out_.reserve(out_.size() + limits::kFramePadding);
        return out_;
    }

private:
    static constexpr std::size_t kLongestName = 256;

    /// What is too large is cut one byte later, so that it shows.
    void add(std::string_view more) {
        data_ += more.substr(0, most_ + 1 - std::min(most_ + 1, data_.size()));
    }
    [[nodiscard]] std::string envelope() const {
        rapidjson::StringBuffer buffer;
        rapidjson::Writer<rapidjson::StringBuffer> json(buffer);
        json.StartObject();
        json.Key("event");
        json.String(name_.data(), static_cast<rapidjson::SizeType>(name_.size()));
        json.Key("payload");
        json.String(out_.data(), static_cast<rapidjson::SizeType>(out_.size()));
        json.EndObject();
        return {buffer.GetString(), buffer.GetSize()};
    }

    std::size_t most_;
    std::string name_;
    std::string data_;
    std::string out_;
    bool has_data_ = false;
};

class HttpStream final : public StreamSocket {
public:
    HttpStream(asio::io_context& io, asio::ssl::context* tls, std::size_t message_bytes)
        : state_(std::make_shared<State>(io, tls, message_bytes)) {}

    void open(const StreamUrl& url, const platforms::StreamRequest& request, Done done) override {
        state_->open(url, request, std::move(done));
    }
    [[nodiscard]] ServerReply refusal() override { return std::move(state_->refusal); }

    void read_some(Done done) override { state_->read(std::move(done)); }
    [[nodiscard]] bool message_done() const override { return state_->done; }
    [[nodiscard]] bool message_is_binary() const override { return false; }
    [[nodiscard]] std::string_view bytes() override { return state_->message; }
    void clear() override { state_->message = {}; }

    void write_text(std::string, Done done) override { state_->later(std::move(done)); }
    void ping(Done done) override { state_->later(std::move(done)); }
    [[nodiscard]] bool was_pinged() noexcept override { return false; }
    void close(Done done) override {
        drop();
        state_->later(std::move(done));
    }
    [[nodiscard]] unsigned close_code() const override { return 0; }

protected:
    [[nodiscard]] StreamTransport& transport() noexcept override { return state_->transport; }
    [[nodiscard]] std::shared_ptr<void> alive() const noexcept override { return state_; }

private:
    struct State : std::enable_shared_from_this<State> {
        State(asio::io_context& io, asio::ssl::context* tls, std::size_t message_bytes)
            : transport(io, tls),
              lines(kFieldName.size() + message_bytes + 1),
              event(message_bytes) {}

        void open(const StreamUrl& url, const platforms::StreamRequest& asked, Done finished);
        void read_header(Done finished);
        void read_refusal(Done finished);
        void read(Done finished);
        void read_body(Done finished);
        /// The next message of what is there, or a sign of life.
        [[nodiscard]] bool take_message();
        [[nodiscard]] bool take_event_line(std::string_view line);
        void later(Done finished) {
            asio::post(
                transport.get_executor(),
                [self = shared_from_this(), finished = std::move(finished)] { finished({}); });
        }

        StreamTransport transport;
        Framing framing = Framing::lines;
        http::request<http::empty_body> request;
        beast::flat_buffer head;
        std::optional<http::response_parser<http::buffer_body>> parser;
        ServerReply refusal;
        std::string refusal_body;
        LineBuffer lines;
        ServerEvent event;
        std::string_view message;
        bool done = false;
    };
    std::shared_ptr<State> state_;
};

void HttpStream::State::open(const StreamUrl& url, const platforms::StreamRequest& asked,
                             Done finished) {
    framing = asked.framing;
    request = {http::verb::get, url.target, 11};
    request.set(http::field::host, host_header(url));
    request.set(http::field::user_agent, "hark");
    request.set(http::field::accept,
                framing == Framing::lines ? "application/json" : "text/event-stream");
    for (const auto& [name, value] : asked.headers) request.set(name, value);
    http::async_write(transport, request,
                      [self = shared_from_this(), finished = std::move(finished)](
                          const error_code& error, std::size_t) mutable {
                          if (error) finished(error);
                          else self->read_header(std::move(finished));
                      });
}

void HttpStream::State::read_header(Done finished) {
    parser.emplace();
    parser->header_limit(limits::kHttpHeaderBytes);
    parser->body_limit(boost::none);
    http::async_read_header(
        transport, head, *parser,
        [self = shared_from_this(), finished = std::move(finished)](const error_code& error,
                                                                   std::size_t) mutable {
            if (error || self->parser->get().result_int() == 200) finished(error);
            else self->read_refusal(std::move(finished));
        });
}

/// What does not come, or is more than may be, is left out.
void HttpStream::State::read_refusal(Done finished) {
    refusal_body.resize(limits::kRefusalBytes);
    parser->get().body().data = refusal_body.data();
    parser->get().body().size = refusal_body.size();
    http::async_read(
        transport, head, *parser,
        [self = shared_from_this(), finished = std::move(finished)](const error_code&,
                                                                   std::size_t) {
            const auto& response = self->parser->get();
            self->refusal_body.resize(self->refusal_body.size() - response.body().size);
            self->refusal = {response.result_int(), response, std::move(self->refusal_body),
                             limits::kRefusalBytes};
            finished(http::error::bad_status);
        });
}

void HttpStream::State::read(Done finished) {
    done = false;
    if (take_message()) later(std::move(finished));
    else read_body(std::move(finished));
}

void HttpStream::State::read_body(Done finished) {
    if (parser->is_done()) {
        asio::post(transport.get_executor(),
                   [self = shared_from_this(), finished] { finished(http::error::end_of_stream); });
        return;
    }
    const auto room = lines.room();
    parser->get().body().data = room.data();
    parser->get().body().size = room.size();
    http::async_read_some(transport, head, *parser,
                          [self = shared_from_this(), room, finished = std::move(finished)](
                              error_code error, std::size_t) mutable {
                              if (error == http::error::need_buffer) error = {};
                              self->lines.added(room.size() - self->parser->get().body().size);
                              if (error) finished(error);
                              else if (self->take_message()) finished({});
                              else self->read_body(std::move(finished));
                          });
}

bool HttpStream::State::take_message() {
    for (;;) {
        const auto line = lines.next(false);
        if (line.part == LineBuffer::Part::none) return false;
        // The end of a line that was cut is no blank line, which would end its event.
        if (line.part == LineBuffer::Part::passed || line.part == LineBuffer::Part::end) continue;
        if (framing != Framing::lines && !take_event_line(line.text)) continue;
        if (framing == Framing::lines) message = line.text;
        done = true;
        return true;
    }
}

/// Comments keep a connection alive; they count as nothing else.
bool HttpStream::State::take_event_line(std::string_view line) {
    message = {};
    if (line.starts_with(':')) return true;
    if (!line.empty()) {
        event.take(line);
        return false;
    }
    if (event.has_data()) message = event.finish(framing == Framing::enveloped_events);
    return true;
}

}  // namespace

std::shared_ptr<StreamSocket> make_http_stream(asio::io_context& io, asio::ssl::context* tls,
                                               std::size_t message_bytes) {
    return std::make_shared<HttpStream>(io, tls, message_bytes);
}

}  // namespace hark::ingest
