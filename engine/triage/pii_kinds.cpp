#include "triage/pii_kinds.hpp"

#include "triage/pii_account.hpp"
#include "triage/pii_address.hpp"
#include "triage/pii_device.hpp"
#include "triage/pii_email.hpp"
#include "triage/pii_phone.hpp"
#include "triage/pii_poland.hpp"
#include "triage/pii_russia.hpp"
#include "triage/pii_secret.hpp"
#include "triage/pii_western.hpp"

namespace hark::triage {

namespace {

struct TextKind {
    std::string_view name;
    Validator validate;
};

/// For data whose form the expression tells whole, and a keyword close by.
std::optional<Valid> validate_close(std::string_view, Span candidate) noexcept {
    return Valid{candidate, false, Need::close};
}

/// The same with the keyword directly before.
std::optional<Valid> validate_labelled(std::string_view, Span candidate) noexcept {
    return Valid{candidate, false, Need::label};
}

constexpr TextKind kTextKinds[] = {
    {"email", validate_email},       {"email_disguised", validate_email_disguised},
    {"iban", validate_iban},         {"bic", validate_bic},
    {"ipv6", validate_ipv6},         {"mac", validate_mac},
    {"vin", validate_vin},           {"coordinates", validate_coordinates},
    {"password", validate_password}, {"api_key", validate_api_key},
    {"wallet", validate_wallet},     {"de_id", validate_de_id},
    {"close", validate_close},       {"labelled", validate_labelled},
};

constexpr std::uint64_t from_to(unsigned least, unsigned most) noexcept {
    std::uint64_t lengths = 0;
    for (auto length = least; length <= most; ++length) lengths |= std::uint64_t{1} << length;
    return lengths;
}

constexpr std::uint64_t just(unsigned length) noexcept {
    return from_to(length, length);
}

constexpr NumberKind kNumberKinds[] = {
    {"phone", from_to(7, 17), validate_phone, true},
    {"phone_national", from_to(7, 17), validate_phone_national, true},
    {"phone_local", from_to(7, 15), validate_phone_local, true},
    {"card", from_to(12, 19), validate_card},
    {"nrb", just(26), validate_nrb},
    {"ru_account", just(20), validate_ru_account},
    {"us_routing", just(9), validate_us_routing},
    {"account", from_to(4, 20), validate_document, true},
    {"inn", just(10) | just(12), validate_inn},
    {"ogrn", just(13) | just(15), validate_ogrn},
    {"snils", just(11), validate_snils},
    {"ru_passport", just(10), validate_ru_passport},
    {"ru_foreign_passport", just(9), validate_ru_foreign_passport},
    {"ru_licence", just(10) | just(2), validate_ru_licence, true},
    {"oms", just(16), validate_oms},
    {"ru_plate", just(3), validate_ru_plate, true},
    {"pesel", just(11), validate_pesel},
    {"nip", just(10), validate_nip, true},
    {"regon", just(9) | just(14), validate_regon},
    {"pl_id", just(6), validate_pl_id, true},
    {"pl_passport", just(7), validate_pl_passport, true},
    {"pl_land_register", just(9), validate_pl_land_register, true},
    {"pl_plate", from_to(3, 5), validate_pl_plate, true},
    {"us_ssn", just(9), validate_us_ssn},
    {"us_itin", just(9), validate_us_itin},
    {"us_ein", just(9), validate_us_ein},
    {"uk_nino", just(6), validate_uk_nino, true},
    {"uk_nhs", just(10), validate_uk_nhs},
    {"de_tax_id", just(11), validate_de_tax_id},
    {"es_nif", just(7) | just(8), validate_es_nif, true},
    {"document", from_to(4, 14), validate_document, true},
    {"birth_date", from_to(4, 8), validate_birth_date},
    {"postcode", just(5) | just(6) | just(9), validate_postcode},
    {"ipv4", from_to(4, 12), validate_ipv4},
    {"imei", just(15), validate_imei},
    {"address", from_to(1, 5), validate_address, true},
    {"address_named", from_to(1, 5), validate_address_named, true},
};

}  // namespace

Validator find_validator(std::string_view name) noexcept {
    for (const auto& kind : kTextKinds) {
        if (kind.name == name) return kind.validate;
    }
    return nullptr;
}

const NumberKind* find_number_kind(std::string_view name) noexcept {
    for (const auto& kind : kNumberKinds) {
        if (kind.name == name) return &kind;
    }
    return nullptr;
}

std::string validator_names() {
    std::string names;
    const auto add = [&](std::string_view name) {
        if (!names.empty()) names += ", ";
        names += name;
    };
    for (const auto& kind : kTextKinds) add(kind.name);
    for (const auto& kind : kNumberKinds) add(kind.name);
    return names;
}

}  // namespace hark::triage
