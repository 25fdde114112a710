#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/rule.hpp"
#include "platforms/vk/api.hpp"

namespace hark::platforms::vk {

/// The Streaming API: its server is asked for, its rules are made to be ours, and then it is heard.
/// It has no resume.
class Streaming {
public:
    /// `values`: rules in VK's own words; none: the brands' names.
    Streaming(Api api, std::vector<std::string> values);

    void set_brands(std::span<const Brand> brands);
    [[nodiscard]] Step next() const;
    [[nodiscard]] Outcome replied(const HttpResponse& response);
    /// A frame that is no event was decoded: its code, and what the server says in it.
    void heard(std::string_view code, std::string_view service_code);
    [[nodiscard]] std::optional<Reaction> react(Moment moment);

private:
    [[nodiscard]] std::string address(std::string_view path) const;
    [[nodiscard]] Call rule_call(std::string method, std::string body, std::uint32_t purpose) const;
    [[nodiscard]] Outcome take_server(const HttpResponse& response);
    [[nodiscard]] Outcome take_rules(const HttpResponse& response);
    [[nodiscard]] Outcome take_change(const HttpResponse& response);
    void plan(const std::vector<std::string>& present_tags);
    void forget();

    Api api_;
    std::vector<std::string> values_;
    std::string endpoint_;
    std::string key_;
    bool rules_known_ = false;
    std::vector<std::string> tags_to_delete_;
    std::vector<std::string> values_to_add_;
    std::string leave_;  ///< why the connection is to be left
    ReplyReader replies_;
    JsonParser parser_;
};

/// A brand's name in the words of VK's rules, each in all its forms; empty when the name is a
/// pattern that they cannot say.
[[nodiscard]] std::string rule_words(std::string_view name);

}  // namespace hark::platforms::vk
