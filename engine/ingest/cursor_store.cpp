#include "ingest/cursor_store.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "telemetry/log.hpp"

namespace hark::ingest {

namespace {

constexpr std::size_t kFileBytes = 4 * 1024 * 1024;  // a source takes some 150 bytes

bool sync_path(const std::string& path, int flags) {
    const int file = ::open(path.c_str(), flags | O_CLOEXEC);
    if (file < 0) return false;
    const bool done = ::fsync(file) == 0;
    ::close(file);
    return done;
}

bool write_aside(const std::string& path, std::string_view bytes) {
    std::FILE* const file = std::fopen(path.c_str(), "wbe");
    if (file == nullptr) return false;
    bool done = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    done = std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0 && done;
    return std::fclose(file) == 0 && done;
}

/// nullopt: there is no such file. Throws when there is one that cannot be read.
std::optional<std::string> read_whole(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                               &std::fclose);
    if (file == nullptr && errno == ENOENT) return std::nullopt;
    std::string text(kFileBytes, '\0');
    if (file != nullptr) text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (file == nullptr || std::ferror(file.get()) != 0) {
        throw std::runtime_error(path + ": the file of cursors cannot be read: " +
                                 std::generic_category().message(errno));
    }
    return text;
}

}  // namespace

CursorStore::CursorStore(std::string path) : path_(std::move(path)) {
    const auto text = path_.empty() ? std::nullopt : read_whole(path_);
    if (!text) return;
    rapidjson::Document document;
    document.Parse(text->data(), text->size());
    bool good = !document.HasParseError() && document.IsObject();
    if (good) {
        for (const auto& member : document.GetObject()) {
            good = good && member.value.IsString() &&
                   member.value.GetStringLength() <= Cursor::kMaxBytes;
            if (!good) break;
            cursors_[member.name.GetString()] =
                Cursor({member.value.GetString(), member.value.GetStringLength()});
        }
    }
    if (!good) {
        throw std::runtime_error(
            path_ +
            ": the file of cursors is damaged: restore it, or remove it to begin each source anew");
    }
}

Cursor CursorStore::get(std::string_view source) const {
    const std::lock_guard lock(mutex_);
    const auto found = cursors_.find(source);
    return found == cursors_.end() ? Cursor{} : found->second;
}

void CursorStore::set(std::string_view source, const Cursor& cursor) {
    const std::lock_guard lock(mutex_);
    auto found = cursors_.find(source);
    if (found == cursors_.end()) found = cursors_.emplace(source, Cursor{}).first;
    if (found->second == cursor) return;
    found->second = cursor;
    changed_ = true;
}

bool CursorStore::flush() {
    const std::lock_guard one_writer(file_mutex_);
    rapidjson::StringBuffer out;
    {
        const std::lock_guard lock(mutex_);
        if (!changed_ || path_.empty()) return true;
        changed_ = false;
        rapidjson::Writer<rapidjson::StringBuffer> json(out);
        json.StartObject();
        for (const auto& [source, cursor] : cursors_) {
            json.Key(source.c_str());
            json.String(cursor.text().data(),
                        static_cast<rapidjson::SizeType>(cursor.text().size()));
        }
        json.EndObject();
    }
    const auto aside = path_ + ".new";
    const auto folder = std::filesystem::path(path_).parent_path().string();
    const bool done = write_aside(aside, {out.GetString(), out.GetSize()}) &&
                      std::rename(aside.c_str(), path_.c_str()) == 0 &&
                      sync_path(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
    if (!done) {
        telemetry::log(telemetry::Level::error, "cursors_not_stored", {{"file", path_}});
        const std::lock_guard lock(mutex_);
        changed_ = true;
    }
    return done;
}

}  // namespace hark::ingest
