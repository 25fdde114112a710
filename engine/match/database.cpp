#include "match/database.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace hark::match {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesKept = 16;  // a few rule sets, before and after; older ones are removed

struct FileHeader {
    char magic[8];
    char key[32];
    std::uint64_t size;
    std::uint64_t checksum;
};
constexpr char kMagic[8] = {'H', 'A', 'R', 'K', 'H', 'S', 'D', '2'};

/// Everything that decides what a compiled database looks like.
std::string key_of(const std::vector<Expression>& expressions) {
    std::string all = hs_version();
    hs_platform_info_t platform{};
    hs_populate_platform(&platform);
    all.append(reinterpret_cast<const char*>(&platform), sizeof platform);
    for (const auto& expression : expressions) {
        const std::uint64_t numbers[] = {expression.text.size(), expression.flags, expression.id};
        all.append(reinterpret_cast<const char*>(numbers), sizeof numbers);
        all += expression.text;
    }
    const auto hash = XXH3_128bits(all.data(), all.size());
    char hex[40];
    std::snprintf(hex, sizeof hex, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                  static_cast<unsigned long long>(hash.low64));
    return hex;
}

void refuse(const Expression& expression, const hs_compile_error_t& error,
            std::vector<Fault>& faults) {
    Fault fault{expression.where, expression.name + ": " + error.message};
    const bool again = std::any_of(faults.begin(), faults.end(), [&](const Fault& one) {
        return one.what == fault.what && one.where.line == fault.where.line &&
               one.where.file == fault.where.file;
    });
    if (!again) faults.push_back(std::move(fault));
}

/// A compilation ends at the first expression that is refused; their authors want to hear of all.
void refuse_each(const std::vector<Expression>& expressions, std::vector<Fault>& faults) {
    for (const auto& expression : expressions) {
        hs_database_t* database = nullptr;
        hs_compile_error_t* error = nullptr;
        if (hs_compile(expression.text.c_str(), expression.flags, HS_MODE_BLOCK, nullptr, &database,
                       &error) != HS_SUCCESS) {
            refuse(expression, *error, faults);
            hs_free_compile_error(error);
        }
        hs_free_database(database);
    }
}

Database compile(const std::vector<Expression>& expressions, std::vector<Fault>& faults) {
    const auto before = faults.size();
    std::vector<const char*> texts;
    std::vector<unsigned> flags;
    std::vector<unsigned> ids;
    for (const auto& expression : expressions) {
        texts.push_back(expression.text.c_str());
        flags.push_back(expression.flags);
        ids.push_back(expression.id);
    }
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const auto result = hs_compile_multi(texts.data(), flags.data(), ids.data(),
                                         static_cast<unsigned>(texts.size()), HS_MODE_BLOCK,
                                         nullptr, &database, &error);
    if (result == HS_SUCCESS) return Database(database);
    refuse_each(expressions, faults);
    const bool known =
        error->expression >= 0 && static_cast<std::size_t>(error->expression) < expressions.size();
    if (known) refuse(expressions[static_cast<std::size_t>(error->expression)], *error, faults);
    else if (faults.size() == before)
        faults.push_back({{"rules", 0, 0}, "the rules together: " + std::string(error->message)});
    hs_free_compile_error(error);
    return nullptr;
}

}  // namespace

Database DatabaseCache::get(const std::vector<Expression>& expressions,
                            std::vector<Fault>& faults) const {
    if (expressions.empty()) return nullptr;
    if (folder_.empty()) return compile(expressions, faults);
    const auto key = key_of(expressions);
    if (auto database = load(key)) return database;
    auto database = compile(expressions, faults);
    if (database != nullptr) store(key, database.get());
    return database;
}

std::string DatabaseCache::path_of(const std::string& key) const {
    return folder_ + "/" + key + ".hsdb";
}

Database DatabaseCache::load(const std::string& key) const {
    const auto path = path_of(key);
    std::ifstream file(path, std::ios::binary);
    FileHeader header{};
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return nullptr;
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error || std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 ||
        key != std::string_view(header.key, sizeof header.key) ||
        size != sizeof header + header.size) {
        return nullptr;
    }
    std::vector<char> bytes(header.size);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) return nullptr;
    if (XXH3_64bits(bytes.data(), bytes.size()) != header.checksum) return nullptr;
    hs_database_t* database = nullptr;
    if (hs_deserialize_database(bytes.data(), bytes.size(), &database) != HS_SUCCESS)
        return nullptr;
    return Database(database);
}

/// A cache that cannot be written is no fault: the next start compiles again.
void DatabaseCache::store(const std::string& key, const hs_database_t* database) const {
    static std::atomic<unsigned> files = 0;
    char* bytes = nullptr;
    std::size_t size = 0;
    if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) return;
    FileHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    key.copy(header.key, sizeof header.key);
    header.size = size;
    header.checksum = XXH3_64bits(bytes, size);
    std::error_code error;
    fs::create_directories(folder_, error);
    const auto path = path_of(key);
    const auto aside =
        path + "." + std::to_string(::getpid()) + "." + std::to_string(++files) + ".tmp";
    {
        std::ofstream file(aside, std::ios::binary | std::ios::trunc);
        file.write(reinterpret_cast<const char*>(&header), sizeof header);
        file.write(bytes, static_cast<std::streamsize>(size));
        file.flush();
        if (!file) error = std::make_error_code(std::errc::io_error);
    }
    std::free(bytes);
    if (!error) fs::rename(aside, path, error);
    if (error) fs::remove(aside, error);
    prune();
}

void DatabaseCache::prune() const {
    std::error_code error;
    std::vector<std::pair<fs::file_time_type, fs::path>> files;
    for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
        const auto kind = at->path().extension();
        std::error_code gone;  // another process prunes too
        if (kind == ".hsdb" || kind == ".tmp")
            files.emplace_back(at->last_write_time(gone), at->path());
    }
    if (files.size() <= kFilesKept) return;
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < files.size() - kFilesKept; ++i) fs::remove(files[i].second, error);
}

}  // namespace hark::match
