#pragma once

#include "hark_bench/commands.hpp"

namespace hark::bench {

/// Reads the command line and runs the command. Throws std::exception for what went wrong.
int dispatch(int argc, char** argv);

}  // namespace hark::bench
