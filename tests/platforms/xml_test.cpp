// XML as platforms read it: what the visitor is told, and what is refused.

#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "counting_allocator.hpp"
#include "platforms/xml.hpp"

namespace hark::platforms {
namespace {

struct Told final : XmlVisitor {
    void open(std::size_t depth, std::string_view name, const XmlAttributes& attributes) override {
        text += std::to_string(depth) + "<" + std::string(name) + ">";
        const auto value = attributes.value("x");
        if (!value.empty()) text += "x=" + std::string(value) + " ";
    }
    void close(std::size_t depth, std::string_view name, std::string_view inside) override {
        text += std::to_string(depth) + "</" + std::string(name) + ">" + std::string(inside) + ";";
    }
    std::string text;
};

std::string told(std::string_view document) {
    XmlReader reader;
    Told visitor;
    const auto error = reader.read(document, visitor);
    return error == Errc::ok ? visitor.text : std::string(to_string(error));
}

TEST(Xml, TellsElementsTheirTextAndTheirNamespace) {
    EXPECT_EQ(told("<a>1<b x='&lt;2'> 3 </b>4<c/></a>"),
              "1<a>2<b>x=<2 2</b> 3 ;2<c>2</c>;1</a>;");
    EXPECT_EQ(told("<?xml version='1.0'?><!-- x --><p:a xmlns:p='urn:p' xmlns='urn:d'><b/></p:a>"),
              "1<urn:p a>2<urn:d b>2</urn:d b>;1</urn:p a>;");
    EXPECT_EQ(told("<a><![CDATA[<&]]>&amp;&#65;</a>\n"), "1<a>1</a><&&A;");
}

TEST(Xml, HasNoDocumentTypeAndNoEntitiesOfItsOwn) {
    EXPECT_EQ(told("<!DOCTYPE a><a/>"), "malformed_xml");
    EXPECT_EQ(told("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"), "malformed_xml");
    EXPECT_EQ(told("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "malformed_xml");
    EXPECT_EQ(told("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
              "malformed_xml");
    EXPECT_EQ(told("<a>&nbsp;</a>"), "malformed_xml");
}

TEST(Xml, SaysWhatIsWrong) {
    for (const auto* torn : {"", " \n", "<", "<a", "<a>", "<a>b", "<a><![CDATA[b", "<a><b></b>",
                             "<a>\xE8\xB0", "<!-- "}) {
        EXPECT_EQ(told(torn), "truncated") << torn;
    }
    for (const auto* broken :
         {"a", "<a></b>", "<a/><b/>", "<a/>x", "<a x=1/>", "<a x='1' x='2'/>", "<a>\xFF</a>",
          "<a>\xED\xA0\x80</a>", "<a>&#0;</a>", "<a>&#xD800;</a>", "<a>\x01</a>", "<p:a/>",
          "{\"a\":1}"}) {
        EXPECT_EQ(told(broken), "malformed_xml") << broken;
    }
    EXPECT_EQ(told(std::string("<a>b\0c</a>", 10)), "malformed_xml");
}

TEST(Xml, IsUtf8WhateverItSaysOfItself) {
    EXPECT_EQ(told("<?xml version='1.0' encoding='iso-8859-1'?><a>\xC4\x85</a>"),
              "1<a>1</a>\xC4\x85;");
    EXPECT_EQ(told("\xEF\xBB\xBF<a>\xC4\x85</a>"), "1<a>1</a>\xC4\x85;");
    EXPECT_EQ(told("<?xml version='1.0' encoding='iso-8859-2'?><a>\xB1</a>"), "malformed_xml");
}

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i) text += piece;
    return text;
}

TEST(Xml, IsBounded) {
    const auto nested = [](std::size_t depth) {
        return told(repeat("<a>", depth) + repeat("</a>", depth));
    };
    EXPECT_NE(nested(limits::kXmlDepth), "too_deep");
    EXPECT_EQ(nested(limits::kXmlDepth + 1), "too_deep");
    const auto large = [](std::size_t size) {
        return told("<a>" + std::string(size - 7, 'x') + "</a>");
    };
    EXPECT_EQ(large(limits::kXmlBytes).size(), limits::kXmlBytes + 3);
    EXPECT_EQ(large(limits::kXmlBytes + 1), "too_large");
    std::string names = "<a>";
    for (int i = 0; names.size() < limits::kXmlBytes - 20; ++i)
        names += "<b" + std::to_string(i) + "/>";
    EXPECT_EQ(told(names + "</a>"), "too_large") << "names fill the memory";
}

TEST(Xml, ReadsAgainAfterAnything) {
    XmlReader reader;
    for (const auto* bad : {"<a>", "<!DOCTYPE a><a/>", "<a></b>"}) {
        Told visitor;
        EXPECT_NE(reader.read(bad, visitor), Errc::ok);
    }
    Told visitor;
    EXPECT_EQ(reader.read("<a>b</a>", visitor), Errc::ok);
    EXPECT_EQ(visitor.text, "1<a>1</a>b;");
}

TEST(Xml, AllocatesNothingOnceWarm) {
    struct Silent final : XmlVisitor {
        void close(std::size_t, std::string_view, std::string_view) override {}
    };
    XmlReader reader;
    Silent visitor;
    const std::string document = "<a><b>" + std::string(1000, 'x') + "</b></a>";
    EXPECT_EQ(reader.read(document, visitor), Errc::ok);
    const auto before = counted_allocations();
    EXPECT_EQ(reader.read(document, visitor), Errc::ok);
    EXPECT_EQ(counted_allocations() - before, 0U);
}

}  // namespace
}  // namespace hark::platforms
