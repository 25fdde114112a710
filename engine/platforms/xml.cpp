#include "platforms/xml.hpp"

#include <expat.h>

#include <cstring>
#include <utility>

#include "core/limits.hpp"

namespace hark::platforms {

/// The memory of one document, handed out from the front and taken back all at once. Each block has
/// its size before it, for realloc.
struct XmlReader::Pool {
    // Expat keeps a copy of the document in buffers that double, and its tables.
    static constexpr std::size_t kBytes = 8 * limits::kXmlBytes;
    static constexpr std::size_t kAlign = alignof(std::max_align_t);

    std::unique_ptr<std::byte[]> bytes{new std::byte[kBytes]};
    std::size_t used = 0;

    void* allocate(std::size_t size) noexcept {
        if (size > kBytes) return nullptr;
        const auto whole = kAlign + (size + kAlign - 1) / kAlign * kAlign;
        if (whole > kBytes - used) return nullptr;
        auto* const block = bytes.get() + used + kAlign;
        used += whole;
        std::memcpy(block - kAlign, &size, sizeof size);
        return block;
    }
    void* reallocate(void* old, std::size_t size) noexcept {
        void* const block = allocate(size);
        if (old == nullptr || block == nullptr) return block;
        std::size_t held = 0;
        std::memcpy(&held, static_cast<std::byte*>(old) - kAlign, sizeof held);
        std::memcpy(block, old, held < size ? held : size);
        return block;
    }
};

namespace {

/// Whose document is being read: Expat's functions for memory are told nothing but sizes.
thread_local XmlReader::Pool* reading = nullptr;

void* take(std::size_t size) noexcept {
    return reading->allocate(size);
}
void* take_again(void* old, std::size_t size) noexcept {
    return reading->reallocate(old, size);
}
void give_back(void*) noexcept {}

constexpr XML_Memory_Handling_Suite kMemory{take, take_again, give_back};

struct Reading {
    XML_Parser parser;
    XmlVisitor* visitor;
    std::string* text;
    std::size_t depth = 0;
    Errc fault = Errc::ok;

    void stop(Errc why) noexcept {
        if (fault == Errc::ok) fault = why;
        XML_StopParser(parser, XML_FALSE);
    }
};

void XMLCALL on_open(void* state, const XML_Char* name, const XML_Char** attributes) {
    auto& reading_now = *static_cast<Reading*>(state);
    if (++reading_now.depth > limits::kXmlDepth) return reading_now.stop(Errc::too_deep);
    reading_now.text->clear();
    reading_now.visitor->open(reading_now.depth, name, XmlAttributes(attributes));
}

void XMLCALL on_close(void* state, const XML_Char* name) {
    auto& reading_now = *static_cast<Reading*>(state);
    reading_now.visitor->close(reading_now.depth--, name, *reading_now.text);
    reading_now.text->clear();
}

void XMLCALL on_text(void* state, const XML_Char* text, int size) {
    static_cast<Reading*>(state)->text->append(text, static_cast<std::size_t>(size));
}

void XMLCALL on_document_type(void* state, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    static_cast<Reading*>(state)->stop(Errc::malformed_xml);
}

Errc error_of(XML_Error error) noexcept {
    switch (error) {
        case XML_ERROR_NO_ELEMENTS:
        case XML_ERROR_UNCLOSED_TOKEN:
        case XML_ERROR_PARTIAL_CHAR:
        case XML_ERROR_UNCLOSED_CDATA_SECTION: return Errc::truncated;
        case XML_ERROR_NO_MEMORY: return Errc::too_large;
        default: return Errc::malformed_xml;
    }
}

}  // namespace

std::string_view XmlAttributes::value(std::string_view name) const noexcept {
    for (const auto* at = list_; *at != nullptr; at += 2) {
        if (name == *at) return at[1];
    }
    return {};
}

void XmlVisitor::open(std::size_t, std::string_view, const XmlAttributes&) {}

XmlReader::XmlReader() : pool_(std::make_unique<Pool>()) {}
XmlReader::~XmlReader() = default;

Errc XmlReader::read(std::string_view bytes, XmlVisitor& visitor) {
    if (bytes.size() > limits::kXmlBytes) return Errc::too_large;
    pool_->used = 0;
    reading = pool_.get();
    // UTF-8 whatever the document says of itself.
    const auto parser = XML_ParserCreate_MM("UTF-8", &kMemory, " ");
    if (parser == nullptr) return Errc::too_large;
    Reading state{parser, &visitor, &text_};
    XML_SetUserData(parser, &state);
    XML_SetElementHandler(parser, on_open, on_close);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_document_type);
    const auto status = XML_Parse(parser, bytes.data(), static_cast<int>(bytes.size()), XML_TRUE);
    if (status != XML_STATUS_OK && state.fault == Errc::ok)
        state.fault = error_of(XML_GetErrorCode(parser));
    XML_ParserFree(parser);
    reading = nullptr;
    return state.fault;
}

}  // namespace hark::platforms
