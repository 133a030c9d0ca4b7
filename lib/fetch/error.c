// SPDX-License-Identifier: MIT
#include "fetch/error.h"

struct span fetch_error_word(enum fetch_error e)
{
// NOLINTNEXTLINE(bugprone-macro-parentheses): a string literal, whose size is taken
#define X(name, word) [FETCH_##name] = { word, sizeof word - 1 },
    static const struct span words[FETCH_ERROR_COUNT] = { [FETCH_OK] = { "", 0 }, FETCH_ERRORS(X) };
#undef X
    return words[e];
}
