#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/errc.hpp"

namespace hark::platforms {

/// Attributes of an element that is being opened: name, value, name, value, …, nullptr.
class XmlAttributes {
public:
    explicit XmlAttributes(const char* const* list) noexcept : list_(list) {}
    /// Empty when there is none of this name.
    [[nodiscard]] std::string_view value(std::string_view name) const noexcept;

private:
    const char* const* list_;
};

/// Told of a document's elements in their order. Names are `local` or, in a namespace,
/// `namespace local` with a blank between. Views are valid during the call; they are UTF-8.
class XmlVisitor {
public:
    /// `depth` is 1 for the root.
    virtual void open(std::size_t depth, std::string_view name, const XmlAttributes& attributes);
    /// `text`: what stands since the last tag; of an element without children all of its text,
    /// references decoded and CDATA joined.
    virtual void close(std::size_t depth, std::string_view name, std::string_view text) = 0;

protected:
    ~XmlVisitor() = default;
};

/// An element, and the field of `T` that takes its text.
template <typename T>
struct XmlElement {
    std::string_view name;
    std::string_view T::*field;
};

/// The field for the element of this name; nullptr when there is none.
template <typename T, std::size_t kCount>
[[nodiscard]] std::string_view T::*xml_field(const std::array<XmlElement<T>, kCount>& elements,
                                             std::string_view name) noexcept {
    for (const auto& element : elements) {
        if (element.name == name) return element.field;
    }
    return nullptr;
}

/// Reads XML with Expat. A document type is refused, so that there are no entities but the five of
/// XML itself and nothing is ever fetched. Memory is taken from a pool that belongs to the reader
/// and is bounded by limits::kXmlBytes: a warm reader allocates nothing. One a shard; not
/// thread-safe.
class XmlReader {
public:
    XmlReader();
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    /// malformed_xml; truncated: it ends too early; too_deep; too_large: larger than
    /// limits::kXmlBytes, or of more different names than fit the memory. What the visitor was told
    /// before that is void.
    [[nodiscard]] Errc read(std::string_view bytes, XmlVisitor& visitor);

    struct Pool;  ///< for the functions that Expat calls

private:
    std::unique_ptr<Pool> pool_;
    std::string text_;
};

}  // namespace hark::platforms
