#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/sink.hpp"

namespace hark::pipeline {

/// The topics of this process and which of them a record goes to. Fixed at start: a label that a
/// later rule set adds has no topic of its own until a restart, its records are in
/// `<prefix>.mentions` all the same.
class Topics {
public:
    struct Options {
        std::string prefix = "hark";
        bool restricted = false;          ///< a topic with the text whole
        bool shadow = false;              ///< a topic for what shadow rules say
        std::vector<std::string> labels;  ///< which labels get a topic of their own
    };

    explicit Topics(const Options& options) {
        add(options.prefix + ".mentions");
        add(options.prefix + ".deadletter");
        add(options.prefix + ".gaps");
        if (options.restricted) restricted_ = add(options.prefix + ".restricted");
        if (options.shadow) shadow_ = add(options.prefix + ".shadow");
        for (const auto& label : options.labels)
            labels_.push_back({label, add(options.prefix + "." + label)});
    }

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    [[nodiscard]] static constexpr publish::TopicIndex mentions() noexcept { return 0; }
    [[nodiscard]] static constexpr publish::TopicIndex dead_letters() noexcept { return 1; }
    /// What a source may have missed.
    [[nodiscard]] static constexpr publish::TopicIndex gaps() noexcept { return 2; }
    [[nodiscard]] std::optional<publish::TopicIndex> restricted() const noexcept {
        return restricted_;
    }
    [[nodiscard]] std::optional<publish::TopicIndex> shadow() const noexcept { return shadow_; }
    [[nodiscard]] std::optional<publish::TopicIndex> of_label(
        std::string_view label) const noexcept {
        const auto found = std::find_if(labels_.begin(), labels_.end(),
                                        [&](const auto& one) { return one.label == label; });
        if (found == labels_.end()) return std::nullopt;
        return found->topic;
    }

private:
    struct LabelTopic {
        std::string label;
        publish::TopicIndex topic;
    };

    publish::TopicIndex add(std::string name) {
        names_.push_back(std::move(name));
        return static_cast<publish::TopicIndex>(names_.size() - 1);
    }

    std::vector<std::string> names_;
    std::vector<LabelTopic> labels_;
    std::optional<publish::TopicIndex> restricted_;
    std::optional<publish::TopicIndex> shadow_;
};

}  // namespace hark::pipeline
