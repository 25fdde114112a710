#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/daemon.hpp"

namespace hark::app {

/// One JSON object a source and line; members that are unknown are absent.
[[nodiscard]] std::string to_json(std::span<const pipeline::SourceView> views);

/// Reads that again; what is none of it is left out.
[[nodiscard]] std::vector<pipeline::SourceView> read_source_lines(std::string_view lines);

/// For a person: a line a source, with what is wrong below it.
[[nodiscard]] std::string to_table(std::span<const pipeline::SourceView> views);

}  // namespace hark::app
