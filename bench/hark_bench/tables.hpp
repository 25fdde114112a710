#pragma once

#include <string>
#include <vector>

#include "hark_bench/results.hpp"

namespace hark::bench {

/// A table that HTML and Markdown both write.
struct Table {
    std::string title;
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;

    [[nodiscard]] std::string html() const;
    [[nodiscard]] std::string markdown() const;
};

/// What one document of results says, as tables: the runs (repeats as medians with their spread),
/// the verdicts, the stages.
[[nodiscard]] std::vector<Table> tables_of(const Json& results);

/// What was measured where, in a sentence or two; and of which command the figures are.
[[nodiscard]] std::string setting_of(const Json& results);
[[nodiscard]] std::string title_of(const Json& results);

/// The members of `runs`, or nothing.
[[nodiscard]] std::vector<const rapidjson::Value*> runs_of(const Json& results);

}  // namespace hark::bench
