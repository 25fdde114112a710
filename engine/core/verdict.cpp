#include "core/verdict.hpp"

namespace hark {

std::string_view to_string(Tier tier) noexcept {
    switch (tier) {
        case Tier::pattern: return "pattern";
        case Tier::context: return "context";
        case Tier::checksum: return "checksum";
    }
    return "pattern";
}

}  // namespace hark
