#include "app/source_lines.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>

namespace hark::app {

namespace {

using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

void member(Writer& json, const char* key, std::string_view value) {
    if (value.empty()) return;
    json.Key(key);
    json.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
}

std::string time_text(double seconds) {
    if (seconds <= 0) return {};
    const auto micros = std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
    const auto text = format_rfc3339(Timestamp(micros));
    return {text.data(), text.size()};
}

std::string text_of(const rapidjson::Document& document, const char* key) {
    const auto found = document.FindMember(key);
    if (found == document.MemberEnd() || !found->value.IsString()) return {};
    return {found->value.GetString(), found->value.GetStringLength()};
}

/// Whole seconds, or in larger units from two of them on.
std::string lag_text(double seconds) {
    if (seconds < 120) return fmt::format("{:.0f} s", seconds);
    if (seconds < 7200) return fmt::format("{:.0f} min", seconds / 60);
    return fmt::format("{:.0f} h", seconds / 3600);
}

}  // namespace

std::string to_json(std::span<const pipeline::SourceView> views) {
    std::string lines;
    for (const auto& view : views) {
        rapidjson::StringBuffer out;
        Writer json(out);
        json.StartObject();
        member(json, "source", view.name);
        member(json, "state", view.state);
        member(json, "problem", view.problem);
        member(json, "last_event", time_text(view.last_event));
        member(json, "cursor", view.cursor);
        if (view.lag) {
            json.Key("lag_seconds");
            json.Double(std::round(*view.lag * 1000) / 1000);
        }
        json.Key("gaps");
        json.Uint64(view.gaps);
        json.EndObject();
        lines.append(out.GetString(), out.GetSize()).append("\n");
    }
    return lines;
}

std::vector<pipeline::SourceView> read_source_lines(std::string_view lines) {
    std::vector<pipeline::SourceView> views;
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(line.size() + 1, lines.size()));
        rapidjson::Document document;
        document.Parse(line.data(), line.size());
        if (document.HasParseError() || !document.IsObject()) continue;
        auto& view = views.emplace_back();
        view.name = text_of(document, "source");
        view.state = text_of(document, "state");
        view.problem = text_of(document, "problem");
        view.cursor = text_of(document, "cursor");
        if (const auto time = parse_rfc3339(text_of(document, "last_event")))
            view.last_event = std::chrono::duration<double>(time->time_since_epoch()).count();
        if (const auto lag = document.FindMember("lag_seconds");
            lag != document.MemberEnd() && lag->value.IsNumber())
            view.lag = lag->value.GetDouble();
        if (const auto gaps = document.FindMember("gaps");
            gaps != document.MemberEnd() && gaps->value.IsUint64())
            view.gaps = gaps->value.GetUint64();
    }
    return views;
}

std::string to_table(std::span<const pipeline::SourceView> views) {
    std::size_t width = 6;
    for (const auto& view : views) width = std::max(width, view.name.size());
    auto out = fmt::format("{:<{}}  {:<9}  {:<24}  {:>7}  {:>4}  {}\n", "SOURCE", width, "STATE",
                           "LAST EVENT", "LAG", "GAPS", "CURSOR");
    for (const auto& view : views) {
        const auto last = time_text(view.last_event);
        out += fmt::format("{:<{}}  {:<9}  {:<24}  {:>7}  {:>4}  {}\n", view.name, width,
                           view.state, last.empty() ? "-" : last,
                           view.lag ? lag_text(*view.lag) : "-", view.gaps,
                           view.cursor.empty() ? "-" : view.cursor);
        if (!view.problem.empty()) out += fmt::format("{:<{}}  {}\n", "", width, view.problem);
    }
    return out;
}

}  // namespace hark::app
