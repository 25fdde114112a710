// What a relay's commit of one post costs as a mention, against nothing but a walk over its CBOR
// and CAR that keeps the same members; and beside the same post of Jetstream, against nothing but
// simdjson On-Demand reading the latter's members.

#include <simdjson.h>

#include "decode_loop.hpp"
#include "platforms/relay_frames.hpp"

namespace hark::platforms::bench {

namespace {

namespace ondemand = simdjson::ondemand;
namespace relay = testing::relay;

constexpr const char* kReply = "bluesky/v1_post_reply";

std::string relay_frame() {
    simdjson::dom::parser parser;
    const auto event = parser.parse(payload(kReply)).value();
    const auto commit = event["commit"];
    relay::Commit said;
    said.repo = event["did"].get_string().value();
    said.rev = commit["rev"].get_string().value();
    said.operations = {{"create",
                        "app.bsky.feed.post/" + std::string(commit["rkey"].get_string().value()),
                        relay::from_json(commit["record"].value())}};
    return relay::commit(said);
}

struct Naked {
    std::string_view did, kind, rev, operation, collection, rkey, text, lang, parent, root, created;
    std::int64_t time = 0;
};

void bluesky_reply_naked(benchmark::State& state) {
    ondemand::parser parser;
    read_naked(state, PaddedFrame(payload(kReply)), [&](const PaddedFrame& bytes) {
        Naked out;
        auto document = parser.iterate(bytes.view().data(), bytes.view().size(), bytes.capacity());
        ondemand::object root = document.get_object();
        out.did = root["did"].get_string();
        out.time = root["time_us"].get_int64();
        out.kind = root["kind"].get_string();
        ondemand::object commit = root["commit"].get_object();
        out.rev = commit["rev"].get_string();
        out.operation = commit["operation"].get_string();
        out.collection = commit["collection"].get_string();
        out.rkey = commit["rkey"].get_string();
        ondemand::object record = commit["record"].get_object();
        out.text = record["text"].get_string();
        for (auto lang : record["langs"].get_array()) out.lang = lang.get_string();
        ondemand::object reply = record["reply"].get_object();
        out.root = reply["root"]["uri"].get_string();
        out.parent = reply["parent"]["uri"].get_string();
        out.created = record["createdAt"].get_string();
        benchmark::DoNotOptimize(out);
    });
}

/// CBOR as a relay is known to write it: nothing is checked.
class NakedCbor {
public:
    struct Item {
        unsigned major = 0;
        std::uint64_t number = 0;
    };

    explicit NakedCbor(std::string_view bytes) : at_(bytes.data()) {}

    Item head() {
        const auto first = static_cast<std::uint8_t>(*at_++);
        Item item{static_cast<unsigned>(first >> 5U), first & 31U};
        if (item.number < 24) return item;
        const auto size = std::size_t{1} << (item.number - 24);
        item.number = 0;
        for (std::size_t i = 0; i < size; ++i)
            item.number = item.number << 8U | static_cast<std::uint8_t>(*at_++);
        return item;
    }
    /// A text or bytes; a link with its tag.
    std::string_view text() {
        auto item = head();
        if (item.major == kTag) item = head();
        const std::string_view text(at_, item.number);
        at_ += item.number;
        return text;
    }
    void skip() {
        for (std::uint64_t left = 1; left > 0; --left) {
            const auto item = head();
            if (item.major == kBytes || item.major == kText) at_ += item.number;
            else if (item.major == kArray) left += item.number;
            else if (item.major == kMap) left += 2 * item.number;
            else if (item.major == kTag) ++left;
        }
    }
    /// `use(key)` reads the value, or says that nobody needs it.
    template <typename Use>
    void members(Use use) {
        for (auto left = head().number; left > 0; --left) {
            if (!use(text())) skip();
        }
    }

private:
    enum Major : unsigned { kBytes = 2, kText, kArray, kMap, kTag };
    const char* at_;
};

std::uint64_t take_length(std::string_view& rest) {
    std::uint64_t length = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<std::uint8_t>(rest.front());
        rest.remove_prefix(1);
        length |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return length;
    }
}

struct NakedCommit {
    std::string_view type, repo, rev, time, blocks, action, path, cid, text, created, lang, root,
        parent;
    std::uint64_t op = 0;
    std::uint64_t seq = 0;
};

/// The block of this CID, which has 36 bytes; `cid` has a zero in front of them.
std::string_view block_of(std::string_view car, std::string_view cid) {
    car.remove_prefix(take_length(car));
    while (!car.empty()) {
        const auto length = take_length(car);
        const auto block = car.substr(0, length);
        if (block.substr(0, 36) == cid.substr(1)) return block.substr(36);
        car.remove_prefix(length);
    }
    return {};
}

void read_commit(std::string_view bytes, NakedCommit& out) {
    NakedCbor in(bytes);
    in.members([&](std::string_view key) {
        if (key == "op") return out.op = in.head().number, true;
        if (key == "t") return out.type = in.text(), true;
        return false;
    });
    in.members([&](std::string_view key) {
        if (key == "seq") return out.seq = in.head().number, true;
        if (key == "repo") return out.repo = in.text(), true;
        if (key == "rev") return out.rev = in.text(), true;
        if (key == "time") return out.time = in.text(), true;
        if (key == "blocks") return out.blocks = in.text(), true;
        if (key != "ops") return false;
        for (auto left = in.head().number; left > 0; --left) {
            in.members([&](std::string_view name) {
                if (name == "action") return out.action = in.text(), true;
                if (name == "path") return out.path = in.text(), true;
                if (name == "cid") return out.cid = in.text(), true;
                return false;
            });
        }
        return true;
    });
    NakedCbor record(block_of(out.blocks, out.cid));
    const auto uri = [&](std::string_view& to) {
        record.members([&](std::string_view key) {
            if (key == "uri") return to = record.text(), true;
            return false;
        });
        return true;
    };
    record.members([&](std::string_view key) {
        if (key == "text") return out.text = record.text(), true;
        if (key == "createdAt") return out.created = record.text(), true;
        if (key == "langs") {
            for (auto left = record.head().number; left > 0; --left) out.lang = record.text();
            return true;
        }
        if (key != "reply") return false;
        record.members([&](std::string_view name) {
            if (name == "root") return uri(out.root);
            return name == "parent" && uri(out.parent);
        });
        return true;
    });
}

void relay_naked(benchmark::State& state) {
    const auto frame = relay_frame();
    NakedCommit expected;
    read_commit(frame, expected);
    if (expected.text.empty() || expected.parent.empty() || expected.created.empty())
        state.SkipWithError("the naked read finds no reply");
    read_naked(state, PaddedFrame(frame), [&](const PaddedFrame& bytes) {
        NakedCommit out;
        read_commit(bytes.view(), out);
        benchmark::DoNotOptimize(out);
    });
}

void bluesky_reply_jetstream(benchmark::State& state) {
    decode(state, *make("bluesky", {}), PaddedFrame(payload(kReply)));
}

void bluesky_reply_relay(benchmark::State& state) {
    decode(state, *make("bluesky", {{"protocol", "relay"}}), PaddedFrame(relay_frame()));
}

BENCHMARK(bluesky_reply_naked)->Name("Bluesky reply/naked");
BENCHMARK(bluesky_reply_jetstream)->Name("Bluesky reply/hark, Jetstream");
BENCHMARK(bluesky_reply_relay)->Name("Bluesky reply/hark, relay");
BENCHMARK(relay_naked)->Name("Relay commit/naked");
BENCHMARK(bluesky_reply_relay)->Name("Relay commit/hark");

}  // namespace

}  // namespace hark::platforms::bench
