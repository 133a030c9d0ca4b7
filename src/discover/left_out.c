// SPDX-License-Identifier: MIT
#include "discover/left_out.h"

const char *left_out_word(enum left_out why)
{
    static const char *const words[LEFT_OUT_COUNT] = { [LEFT_OUT_NOT] = "",
// NOLINTNEXTLINE(bugprone-macro-parentheses): a string literal
#define X(name, word) [LEFT_OUT_##name] = word,
                                                       LEFT_OUT_REASONS(X)
#undef X
    };
    return words[why];
}
