#include "triage/pii.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "triage/pii_email.hpp"
#include "triage/pii_number.hpp"
#include "triage/pii_phone.hpp"

namespace hark::triage {

Validator find_validator(std::string_view name) noexcept {
    struct Named {
        std::string_view name;
        Validator validator;
    };
    static constexpr Named kValidators[] = {
        {"email", validate_email},
        {"phone", validate_phone},
        {"phone_national", validate_phone_national},
        {"card", validate_card},
        {"iban", validate_iban},
        {"pesel", validate_pesel},
        {"snils", validate_snils},
    };
    for (const auto& known : kValidators) {
        if (known.name == name) return known.validator;
    }
    return nullptr;
}

void PiiFinder::use(const RuleBook& book) {
    book_ = &book;
    validators_.assign(book.rules.size(), nullptr);
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
        validators_[i] = find_validator(book.rules[i].validator);
    }
    keywords_.use(book);
}

void PiiFinder::find(std::string_view text, std::span<const Candidate> candidates,
                     std::vector<PiiFinding>& out) noexcept {
    keywords_.start(text);
    found_.clear();
    for (const auto& candidate : candidates) {
        if (book_->rules[candidate.rule].mode != Mode::live) continue;
        const auto finding = decide(text, candidate);
        if (!finding) continue;
        // A scanner reports one expression at each of its ends.
        const bool again = !found_.empty() && found_.back().rule == finding->rule &&
                           found_.back().span == finding->span;
        if (!again) found_.push_back(*finding);
    }
    resolve_overlaps(text.size(), out);
}

std::optional<PiiFinding> PiiFinder::decide(std::string_view text,
                                            const Candidate& candidate) noexcept {
    const auto& rule = book_->rules[candidate.rule];
    Valid valid{candidate.span};
    if (!rule.validator.empty()) {
        const auto validator = validators_[candidate.rule];
        if (validator == nullptr) return std::nullopt;
        const auto result = validator(text, candidate.span);
        if (!result) return std::nullopt;
        valid = *result;
    }
    if (valid.checksum) return PiiFinding{candidate.rule, Tier::checksum, valid.span};
    if (keywords_.near(candidate.rule, valid.span)) {
        return PiiFinding{candidate.rule, Tier::context, valid.span};
    }
    if (rule.needs_keyword) return std::nullopt;
    return PiiFinding{candidate.rule, Tier::pattern, valid.span};
}

void PiiFinder::resolve_overlaps(std::size_t text_size, std::vector<PiiFinding>& out) noexcept {
    const auto better = [](const PiiFinding& a, const PiiFinding& b) {
        const auto a_length = a.span.end - a.span.begin;
        const auto b_length = b.span.end - b.span.begin;
        return std::tie(b.tier, b_length, a.span.begin, a.rule) <
               std::tie(a.tier, a_length, b.span.begin, b.rule);
    };
    std::sort(found_.begin(), found_.end(), better);
    const auto first = static_cast<std::ptrdiff_t>(out.size());
    taken_.assign(text_size, false);
    for (const auto& finding : found_) {
        const auto begin = taken_.begin() + finding.span.begin;
        const auto end = taken_.begin() + finding.span.end;
        if (std::find(begin, end, true) != end) continue;
        std::fill(begin, end, true);
        out.push_back(finding);
    }
    std::sort(out.begin() + first, out.end(),
              [](const PiiFinding& a, const PiiFinding& b) { return a.span.begin < b.span.begin; });
}

}  // namespace hark::triage
