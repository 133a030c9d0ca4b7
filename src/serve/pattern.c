// SPDX-License-Identifier: MIT
#include "serve/pattern.h"
#include <string.h>

enum {
    PATTERN_LINE = 16,
    PATTERN_GROUP = 256, // bytes in which only the last digit but one changes
};

static const char pattern_digits[] = "0123456789abcdef";

static void pattern_line(char line[PATTERN_LINE], uint64_t at)
{
    for (int i = PATTERN_LINE - 2; i >= 0; i--, at >>= 4)
        line[i] = pattern_digits[at & 15];
    line[PATTERN_LINE - 1] = '\n';
}

// Sixteen lines, the first of which starts at a multiple of PATTERN_GROUP.
static void pattern_group(char *to, uint64_t at)
{
    char line[PATTERN_LINE];
    pattern_line(line, at);
    for (int i = 0; i < PATTERN_GROUP / PATTERN_LINE; i++, to += PATTERN_LINE) {
        memcpy(to, line, PATTERN_LINE);
        to[PATTERN_LINE - 3] = pattern_digits[i];
    }
}

void pattern_fill(char *to, uint64_t from, size_t n)
{
    char line[PATTERN_LINE];
    while (n > 0) {
        size_t take = PATTERN_GROUP;
        if (from % PATTERN_GROUP == 0 && n >= PATTERN_GROUP) {
            pattern_group(to, from);
        } else {
            size_t skip = (size_t)(from % PATTERN_LINE);
            take = PATTERN_LINE - skip < n ? PATTERN_LINE - skip : n;
            pattern_line(line, from - skip);
            memcpy(to, line + skip, take);
        }
        to += take;
        from += take;
        n -= take;
    }
}
