#pragma once

#include <hs/hs.h>

#include <memory>
#include <string>
#include <vector>

#include "core/rule.hpp"

namespace hark::match {

/// One expression for Hyperscan.
struct Expression {
    std::string text;
    unsigned flags = 0;
    unsigned id = 0;
    Location where;    ///< of the rule, for faults
    std::string name;  ///< of the rule or brand, for faults
};

struct DatabaseDeleter {
    void operator()(hs_database_t* database) const noexcept { hs_free_database(database); }
};
using Database = std::unique_ptr<hs_database_t, DatabaseDeleter>;

/// Compiles block databases and keeps them in a folder: the key is the expressions with their flags
/// and ids, Hyperscan's version and the processor's features. A damaged, cut or foreign file is
/// compiled anew. Thread-safe (the folder may be shared by processes): files are written aside and
/// renamed.
class DatabaseCache {
public:
    explicit DatabaseCache(std::string folder) : folder_(std::move(folder)) {}

    /// nullptr without a fault when there is no expression; nullptr with faults, one for each that
    /// is refused, when any is.
    [[nodiscard]] Database get(const std::vector<Expression>& expressions,
                               std::vector<Fault>& faults) const;

private:
    [[nodiscard]] std::string path_of(const std::string& key) const;
    [[nodiscard]] Database load(const std::string& key) const;
    void store(const std::string& key, const hs_database_t* database) const;
    void prune() const;

    std::string folder_;
};

}  // namespace hark::match
