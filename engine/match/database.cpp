#include "match/database.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
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
    std::uint64_t size;
    std::uint64_t checksum;
};
constexpr char kMagic[8] = {'H', 'A', 'R', 'K', 'H', 'S', 'D', '1'};

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

Database compile(const std::vector<Expression>& expressions, std::vector<Fault>& faults) {
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
    const bool known =
        error->expression >= 0 && static_cast<std::size_t>(error->expression) < expressions.size();
    const auto* culprit =
        known ? &expressions[static_cast<std::size_t>(error->expression)] : nullptr;
    faults.push_back(
        {culprit != nullptr ? culprit->where : Location{"rules", 0, 0},
         (culprit != nullptr ? "rule `" + culprit->name + "`: " : "the rules together: ") +
             std::string(error->message)});
    hs_free_compile_error(error);
    return nullptr;
}

}  // namespace

Database DatabaseCache::get(const std::vector<Expression>& expressions,
                            std::vector<Fault>& faults) const {
    if (expressions.empty()) return nullptr;
    const auto path =
        folder_.empty() ? std::string{} : folder_ + "/" + key_of(expressions) + ".hsdb";
    if (!path.empty()) {
        if (auto database = load(path)) return database;
    }
    auto database = compile(expressions, faults);
    if (database != nullptr && !path.empty()) store(path, database.get());
    return database;
}

Database DatabaseCache::load(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    FileHeader header{};
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return nullptr;
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (error || std::memcmp(header.magic, kMagic, sizeof kMagic) != 0 ||
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
void DatabaseCache::store(const std::string& path, const hs_database_t* database) const {
    char* bytes = nullptr;
    std::size_t size = 0;
    if (hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) return;
    FileHeader header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.size = size;
    header.checksum = XXH3_64bits(bytes, size);
    std::error_code error;
    fs::create_directories(folder_, error);
    const auto aside = path + "." + std::to_string(::getpid()) + ".tmp";
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
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() == ".hsdb")
            files.emplace_back(entry.last_write_time(error), entry.path());
    }
    if (files.size() <= kFilesKept) return;
    std::sort(files.begin(), files.end());
    for (std::size_t i = 0; i < files.size() - kFilesKept; ++i) fs::remove(files[i].second, error);
}

}  // namespace hark::match
