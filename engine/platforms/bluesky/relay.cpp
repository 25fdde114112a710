#include "platforms/bluesky/relay.hpp"

#include <cstring>

#include "core/limits.hpp"
#include "platforms/bluesky/cbor.hpp"
#include "platforms/bluesky/record_walk.hpp"

namespace hark::platforms::bluesky {

namespace {

/// ASCII without NUL, as most texts are.
bool is_plain(std::string_view text) noexcept {
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    constexpr std::uint64_t kTops = 0x80 * kOnes;
    constexpr std::size_t kStep = sizeof kOnes;
    std::uint64_t odd = 0;
    const auto look = [&](std::size_t at) {
        std::uint64_t bytes = 0;
        std::memcpy(&bytes, text.data() + at, kStep);
        odd |= bytes | (bytes - kOnes);  // of a NUL the top bit, too
    };
    if (text.size() < kStep) {
        for (const char c : text) odd |= static_cast<signed char>(c) <= 0 ? kTops : 0;
        return odd == 0;
    }
    for (std::size_t at = 0; at + kStep <= text.size(); at += kStep) look(at);
    look(text.size() - kStep);
    return (odd & kTops) == 0;
}

/// What RecordWalk reads CBOR with. What it does not take, the reader passes over, and says if it
/// is broken.
class CborIn {
public:
    struct Value {};
    using Key = std::string_view;

    CborIn(CborReader& in, EventReader& reader) : in_(in), reader_(reader) {}

    template <typename Use>
    Errc object(Value, Use use) {
        CborItem head;
        const auto broken =
            in_.members([&](std::string_view key) { return use(key, Value{}); }, head);
        return expect(head, CborItem::Type::map, broken);
    }

    template <typename Use>
    Errc array(Value, Use use) {
        CborItem head;
        const auto broken = in_.items([&] { return use(Value{}); }, head);
        return expect(head, CborItem::Type::array, broken);
    }

    template <typename Table, typename Out, typename Use>
    Errc members(const Table& table, Value value, Out& out, Use use) {
        return object(value, [&](std::string_view key, Value inside) {
            const auto place = table.find(key);
            const auto field = table.text_field(place);
            if (field == nullptr) return use(place, inside);
            text(inside, out.*field);
            return Errc::ok;
        });
    }

    void text(Value, std::string_view& out) {
        if (out.data() != nullptr) return;
        if (!in_.take_short_text(out)) {
            CborItem item;
            if (!in_.take_leaf(item)) return;
            if (item.type != CborItem::Type::text) return note_unless_null(item);
            out = item.bytes;
        }
        if (is_plain(out)) return;
        if (!simdjson::validate_utf8(out.data(), out.size())) reader_.note(Errc::invalid_utf8);
        if (out.find('\0') != std::string_view::npos) reader_.note(Errc::malformed_cbor);
    }

    [[nodiscard]] std::size_t offset(Value) const {
        CborItem item;
        const bool is_count =
            in_.take_leaf(item) && item.type == CborItem::Type::integer && !item.is_negative;
        return is_count ? item.number : 0;
    }

    void number(std::uint64_t& out) const { out = offset({}); }
    void bytes(CborItem::Type type, std::string_view& out) {
        CborItem item;
        if (!in_.take_leaf(item)) return;
        if (item.type == type) out = item.bytes;
        else note_unless_null(item);
    }
    void flag(bool& out) const {
        CborItem item;
        out = !in_.take_leaf(item) || !item.is_false;
    }

private:
    void note_unless_null(const CborItem& item) {
        if (!item.is_null) reader_.note(Errc::wrong_type);
    }
    Errc expect(const CborItem& head, CborItem::Type type, Errc broken) {
        if (broken == Errc::ok && head.type != type) note_unless_null(head);
        return broken;
    }

    CborReader& in_;
    EventReader& reader_;
};

Errc read_header(CborIn& in, RelayMessage& message, bool& is_error) {
    return in.object({}, [&](std::string_view key, CborIn::Value value) {
        if (key == "t") in.text(value, message.type);
        else if (key == "op") is_error = in.offset(value) != 1;
        return Errc::ok;
    });
}

Errc read_operation(CborIn& in, RelayMessage& message) {
    RelayMessage::Operation operation;
    const auto broken = in.object({}, [&](std::string_view key, CborIn::Value value) {
        if (key == "action") in.text(value, operation.action);
        else if (key == "path") in.text(value, operation.path);
        else if (key == "cid") in.bytes(CborItem::Type::link, operation.cid);
        return Errc::ok;
    });
    if (broken != Errc::ok) return broken;
    if (message.operations.size() == limits::kRelayOperations) return Errc::too_many;
    message.operations.push_back(operation);
    return Errc::ok;
}

Errc read_body(CborIn& in, RelayMessage& message) {
    return in.object({}, [&](std::string_view key, CborIn::Value value) {
        if (key == "seq") in.number(message.seq);
        else if (key == "repo" || key == "did") in.text(value, message.did);
        else if (key == "rev") in.text(value, message.rev);
        else if (key == "time") in.text(value, message.time);
        else if (key == "blocks") in.bytes(CborItem::Type::bytes, message.car);
        else if (key == "active") in.flag(message.is_active);
        else if (key == "status") in.text(value, message.status);
        else if (key == "error") in.text(value, message.error);
        else if (key == "name") in.text(value, message.name);
        else if (key == "ops")
            return in.array(value, [&](CborIn::Value) { return read_operation(in, message); });
        return Errc::ok;
    });
}

/// Unsigned LEB128, as CAR has its lengths.
Errc take_length(std::string_view& rest, std::uint64_t& length) noexcept {
    length = 0;
    for (unsigned shift = 0; shift < 63; shift += 7) {
        if (rest.empty()) return Errc::truncated;
        const auto byte = static_cast<std::uint8_t>(rest.front());
        rest.remove_prefix(1);
        length |= std::uint64_t{byte & 0x7FU} << shift;
        if (byte < 0x80) return Errc::ok;
    }
    return Errc::malformed_cbor;
}

Errc take_section(std::string_view& rest, std::string_view& section) noexcept {
    std::uint64_t length = 0;
    if (const auto error = take_length(rest, length); error != Errc::ok) return error;
    if (length > rest.size()) return Errc::truncated;
    section = rest.substr(0, length);
    rest.remove_prefix(length);
    return Errc::ok;
}

/// CAR v1: a header, and then blocks that each begin with their CID: version 1, a SHA-256.
Errc read_blocks(RelayMessage& message) {
    constexpr std::size_t kCidBytes = 36;
    constexpr std::string_view kHash = "\x12\x20";
    auto rest = message.car;
    std::string_view section;
    if (const auto error = take_section(rest, section); error != Errc::ok) return error;
    while (!rest.empty()) {
        if (const auto error = take_section(rest, section); error != Errc::ok) return error;
        const bool has_cid = section.size() > kCidBytes && section.starts_with('\x01') &&
                             section.substr(2, kHash.size()) == kHash;
        if (!has_cid) return Errc::malformed_cbor;
        if (message.blocks.size() == limits::kRelayBlocks) return Errc::too_many;
        message.blocks.push_back({section.substr(0, kCidBytes), section.substr(kCidBytes)});
    }
    return Errc::ok;
}

}  // namespace

void RelayMessage::clear() {
    type = error = name = did = rev = time = status = car = {};
    seq = 0;
    is_active = true;
    operations.clear();
    blocks.clear();
}

std::string_view RelayMessage::find(std::string_view cid) const noexcept {
    for (const auto& block : blocks) {
        if (block.cid == cid) return block.bytes;
    }
    return {};
}

Errc read_relay_frame(std::string_view bytes, RelayMessage& message) {
    message.clear();
    Arena unused;
    EventReader reader(unused);
    CborReader cbor(bytes);
    CborIn in(cbor, reader);
    bool is_error = true;
    auto error = read_header(in, message, is_error);
    if (error == Errc::ok) error = read_body(in, message);
    if (error != Errc::ok) return error;
    if (!cbor.at_end()) return Errc::malformed_cbor;
    if (reader.fault() != Errc::ok) return reader.fault();
    if (is_error) message.type = {};
    else if (message.type.empty()) return Errc::missing_member;
    return message.car.empty() ? Errc::ok : read_blocks(message);
}

Errc read_relay_record(std::string_view bytes, EventReader& reader, std::vector<FacetLink>& links,
                       Event& event) {
    CborReader cbor(bytes);
    CborIn in(cbor, reader);
    if (const auto error = RecordWalk<CborIn>(in, links, event).record({}); error != Errc::ok)
        return error;
    return cbor.at_end() ? Errc::ok : Errc::malformed_cbor;
}

}  // namespace hark::platforms::bluesky
