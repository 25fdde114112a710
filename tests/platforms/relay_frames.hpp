#pragma once

#include <openssl/sha.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// An encoder of its own for what a Bluesky relay sends: DAG-CBOR (RFC 8949, members sorted by
/// length and then bytes), CAR v1, frames of com.atproto.sync.subscribeRepos.
namespace hark::platforms::testing::relay {

inline std::string head(unsigned major, std::uint64_t number) {
    const auto lead = [&](unsigned info) {
        return std::string(1, static_cast<char>(major << 5 | info));
    };
    if (number < 24) return lead(static_cast<unsigned>(number));
    unsigned size = 1;
    unsigned info = 24;
    while (size < 8 && number >> (8 * size) != 0) {
        size *= 2;
        ++info;
    }
    auto out = lead(info);
    for (unsigned i = size; i > 0; --i) out += static_cast<char>(number >> (8 * (i - 1)));
    return out;
}

inline std::string text(std::string_view value) {
    return head(3, value.size()) + std::string(value);
}
inline std::string bytes(std::string_view value) {
    return head(2, value.size()) + std::string(value);
}
inline std::string link(std::string_view cid) {
    return head(6, 42) + bytes(std::string(1, '\0') + std::string(cid));
}
inline std::string number(std::int64_t value) {
    return value < 0 ? head(1, static_cast<std::uint64_t>(-1 - value))
                     : head(0, static_cast<std::uint64_t>(value));
}
inline std::string boolean(bool value) {
    return value ? "\xF5" : "\xF4";
}
inline std::string null() {
    return "\xF6";
}
inline std::string array(const std::vector<std::string>& items) {
    auto out = head(4, items.size());
    for (const auto& item : items) out += item;
    return out;
}
inline std::string map(std::vector<std::pair<std::string, std::string>> members) {
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.size(), a.first) < std::pair(b.first.size(), b.first);
    });
    auto out = head(5, members.size());
    for (const auto& [key, value] : members) out += text(key) + value;
    return out;
}

/// The CID of a block of DAG-CBOR.
inline std::string cid_of(std::string_view block) {
    std::string hash(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(block.data()), block.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return "\x01\x71\x12\x20" + hash;
}

/// A record as the repository holds it: `{"$link": …}` is a link there (to anything: nobody follows
/// it here).
inline std::string from_json(simdjson::dom::element element) {
    if (element.is_object()) {
        std::vector<std::pair<std::string, std::string>> members;
        for (const auto member : element.get_object()) {
            if (member.key == "$link") return link(cid_of("elsewhere"));
            members.emplace_back(member.key, from_json(member.value));
        }
        return map(members);
    }
    if (element.is_array()) {
        std::vector<std::string> items;
        for (const auto item : element.get_array()) items.push_back(from_json(item));
        return array(items);
    }
    if (element.is_string()) return text(element.get_string().value());
    if (element.is_int64()) return number(element.get_int64().value());
    if (element.is_bool()) return boolean(element.get_bool().value());
    return null();
}

inline std::string length(std::uint64_t value) {
    std::string out;
    for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
    return out + static_cast<char>(value);
}

inline std::string car(const std::vector<std::string>& blocks) {
    const auto header = map({{"roots", array({link(cid_of("commit"))})}, {"version", number(1)}});
    auto out = length(header.size()) + header;
    for (const auto& block : blocks) {
        const auto section = cid_of(block) + block;
        out += length(section.size()) + section;
    }
    return out;
}

inline std::string frame(std::string_view type, const std::string& body) {
    return map({{"op", number(1)}, {"t", text(type)}}) + body;
}

inline std::string error(std::string_view name) {
    return map({{"op", number(-1)}}) + map({{"error", text(name)}, {"message", text("sorry")}});
}

struct Operation {
    std::string action;
    std::string path;
    std::string record;  ///< empty: none any more
};

struct Commit {
    std::string repo = "did:plc:a";
    std::string rev = "r";
    std::string time = "2026-03-02T09:50:00.123Z";
    std::int64_t seq = 77;
    std::vector<Operation> operations;
};

inline std::string operation(const Operation& one) {
    return map({{"action", text(one.action)},
                {"path", text(one.path)},
                {"cid", one.record.empty() ? null() : link(cid_of(one.record))},
                {"prev", null()}});
}

/// `car_bytes` stands for the blocks where they are to be others than the records.
inline std::string commit(const Commit& said, const std::string& car_bytes = "") {
    std::vector<std::string> operations;
    // A tree's node stands first, as on the wire.
    std::vector<std::string> blocks = {map({{"e", array({})}, {"l", null()}})};
    for (const auto& one : said.operations) {
        operations.push_back(operation(one));
        if (!one.record.empty()) blocks.push_back(one.record);
    }
    return frame("#commit", map({{"seq", number(said.seq)},
                                 {"repo", text(said.repo)},
                                 {"rev", text(said.rev)},
                                 {"since", null()},
                                 {"time", text(said.time)},
                                 {"tooBig", boolean(false)},
                                 {"rebase", boolean(false)},
                                 {"commit", link(cid_of("commit"))},
                                 {"prevData", link(cid_of("before"))},
                                 {"blobs", array({})},
                                 {"ops", array(operations)},
                                 {"blocks", bytes(car_bytes.empty() ? car(blocks) : car_bytes)}}));
}

}  // namespace hark::platforms::testing::relay
