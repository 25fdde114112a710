#include "hark_bench/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace hark::bench {

namespace {

constexpr std::chrono::milliseconds kLook{10};
constexpr std::chrono::seconds kAskPatience{10};

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const std::string& log, bool input)
    : log_(log) {
    int pipe_ends[2] = {-1, -1};
    if (input && ::pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    if (input) ::posix_spawn_file_actions_adddup2(&actions, pipe_ends[0], STDIN_FILENO);
    else ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                       O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const int error =
        ::posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (input) ::close(pipe_ends[0]);
    input_ = pipe_ends[1];
    if (error != 0)
        throw std::runtime_error(command[0] + ": cannot be started: " + std::strerror(error));
}

Process::~Process() {
    if (input_ >= 0) ::close(input_);
    if (pid_ > 0 && !collect(false)) {
        ::kill(pid_, SIGKILL);
        collect(true);
    }
}

int Process::take_input() noexcept {
    return std::exchange(input_, -1);
}

bool Process::collect(bool wait) {
    if (ended_) return true;
    int status = 0;
    rusage used{};
    const auto got = ::wait4(pid_, &status, wait ? 0 : WNOHANG, &used);
    if (got != pid_) return false;
    ended_ = true;
    end_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    end_.cpu_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
    return true;
}

bool Process::running() {
    return !collect(false);
}

Ended Process::stop(std::chrono::seconds patience, bool let) {
    if (!let && !collect(false)) ::kill(pid_, SIGTERM);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!collect(false) && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(kLook);
    if (!ended_) {
        ::kill(pid_, SIGKILL);
        collect(true);
    }
    return end_;
}

std::string Process::log_text() const {
    std::ifstream in(log_);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

Answer ask(std::uint16_t port, const std::string& path, bool post) {
    namespace asio = boost::asio;
    namespace http = boost::beast::http;
    asio::io_context io(1);
    boost::beast::tcp_stream stream(io);
    http::request<http::empty_body> request(post ? http::verb::post : http::verb::get, path, 11);
    request.set(http::field::host, "127.0.0.1");
    request.prepare_payload();
    http::response_parser<http::string_body> parser;
    boost::beast::flat_buffer buffer;
    bool done = false;
    stream.expires_after(post ? 12 * kAskPatience : kAskPatience);  // rules compile for seconds
    const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    stream.async_connect(to, [&](boost::system::error_code error) {
        if (error) return;
        http::async_write(stream, request, [&](boost::system::error_code broken, std::size_t) {
            if (broken) return;
            http::async_read(stream, buffer, parser,
                             [&](boost::system::error_code bad, std::size_t) { done = !bad; });
        });
    });
    io.run();
    if (!done) return {};
    return {parser.get().result_int(), parser.get().body()};
}

Usage usage_of(pid_t pid) {
    const auto folder = "/proc/" + std::to_string(pid);
    Usage usage;
    std::ifstream statm(folder + "/statm");
    double size = 0;
    double resident = 0;
    if (statm >> size >> resident)
        usage.rss_bytes = resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
    // Not the rusage of wait4: it counts what the parent had when it forked.
    std::ifstream status(folder + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmHWM:"))
            usage.peak_rss_bytes = 1024 * std::strtod(line.c_str() + 6, nullptr);
    }
    std::ifstream stat(folder + "/stat");
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) return usage;
    std::istringstream fields(text.substr(name_end + 2));
    std::string field;
    for (int i = 3; i < 14 && fields >> field; ++i) continue;
    double user = 0;
    double system = 0;
    if (fields >> user >> system)
        usage.cpu_s = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    return usage;
}

double metric_sum(const std::string& text, const std::string& name) {
    double sum = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(name) || line.size() <= name.size()) continue;
        if (line[name.size()] != ' ' && line[name.size()] != '{') continue;
        sum += std::strtod(line.c_str() + line.rfind(' ') + 1, nullptr);
    }
    return sum;
}

Buckets metric_buckets(const std::string& text, const std::string& name) {
    const auto begin = name + "_bucket{le=\"";
    Buckets out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(begin)) continue;
        out.emplace_back(std::strtod(line.c_str() + begin.size(), nullptr),  // reads +Inf too
                         std::strtod(line.c_str() + line.rfind(' ') + 1, nullptr));
    }
    return out;
}

double bound_of(const Buckets& before, const Buckets& after, double share) {
    const auto came = [&](std::size_t i) {
        return after[i].second - (i < before.size() ? before[i].second : 0);
    };
    const auto all = after.empty() ? 0 : came(after.size() - 1);
    for (std::size_t i = 0; all > 0 && i < after.size(); ++i) {
        if (came(i) >= share * all) return after[i].first;
    }
    return 0;
}

std::string output_of(const std::string& command) {
    std::string out;
    auto* const pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
    if (pipe == nullptr) return out;
    char part[4096];
    while (const auto size = std::fread(part, 1, sizeof part, pipe)) out.append(part, size);
    return ::pclose(pipe) == 0 ? out : "";
}

TemporaryFolder::TemporaryFolder(bool keep) : keep_(keep) {
    path_ = (std::filesystem::temp_directory_path() / "hark-bench-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr)
        throw std::runtime_error(path_ + ": cannot be made: " + std::strerror(errno));
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!keep_) std::filesystem::remove_all(path_, ignored);
}

}  // namespace hark::bench
