// SPDX-License-Identifier: MIT
#ifndef TESTS_PATIENCE_H
#define TESTS_PATIENCE_H
#include "fiber/annotate.h"
#include <stdint.h>

// How long what takes at most `t` elsewhere may take here: under Valgrind everything is tens of
// times slower, and one thread runs at a time; with a sanitizer it is a few times slower.
static inline int64_t patience(int64_t t)
{
    return annotate_under_valgrind() ? 20 * t : ANNOTATE_SANITIZED ? 5 * t : t;
}
#endif
