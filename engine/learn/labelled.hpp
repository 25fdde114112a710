#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/rule.hpp"

namespace hark::learn {

/// A post that people have labelled.
struct LabelledPost {
    std::string text;
    std::string lang;
    std::string source;  ///< the file's own word, else the file's name
    std::vector<std::pair<std::string, bool>> labels;  ///< only those that were annotated

    /// What sort of it, as `label/sublabel`; those of a label that is not here were not annotated.
    std::vector<std::string> sublabels = {};
    std::vector<std::string> with_sublabels = {};  ///< labels whose sublabels were annotated

    /// 1, 0, or -1 when nobody annotated it.
    [[nodiscard]] int label(std::string_view name) const noexcept;
};

/// Appends the posts of an NDJSON file. A line that is none is a fault with its place; labels whose
/// value is neither 0, 1 nor a boolean are passed over. Any thread.
void read_labelled(const std::string& path, std::vector<LabelledPost>& posts,
                   std::vector<Fault>& faults);

}  // namespace hark::learn
