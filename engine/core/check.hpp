#pragma once

#include <cstdio>
#include <cstdlib>

/// Our own bugs end the process, in release builds too: going on with a broken invariant could
/// acknowledge a lost post. Never for bad input (that is an Errc) and never for a bad start (that
/// is an exception).
#define HARK_CHECK(condition)                                                               \
    do {                                                                                    \
        if (!(condition)) [[unlikely]] {                                                    \
            std::fprintf(stderr, "hark: bug: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                   \
        }                                                                                   \
    } while (false)
