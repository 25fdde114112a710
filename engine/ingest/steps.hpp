#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace hark::ingest {

/// Callbacks that hold good only until the next step begins, or until this is gone: what the
/// former steps began may end whenever it likes, nobody listens. One shard only.
class Steps {
public:
    Steps() = default;
    ~Steps() { begin(); }
    Steps(const Steps&) = delete;
    Steps& operator=(const Steps&) = delete;

    /// Callbacks made before are void.
    void begin() noexcept { ++*present_; }
    template <typename Act>
    [[nodiscard]] auto then(Act act) const {
        return [present = present_, at = *present_, act = std::move(act)](auto&&... given) mutable {
            if (at == *present) act(std::forward<decltype(given)>(given)...);
        };
    }

private:
    std::shared_ptr<std::uint64_t> present_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace hark::ingest
