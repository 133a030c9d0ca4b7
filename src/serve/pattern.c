// SPDX-License-Identifier: MIT
#include "serve/pattern.h"
#include <string.h>

enum { PATTERN_LINE = 16 };

static const char pattern_digits[] = "0123456789abcdef";

static void pattern_line(char line[PATTERN_LINE], uint64_t at)
{
    for (int i = PATTERN_LINE - 2; i >= 0; i--, at >>= 4)
        line[i] = pattern_digits[at & 15];
    line[PATTERN_LINE - 1] = '\n';
}

// Adds one line to the offset, in its digits: the last is always 0, so the one before it is counted
// up.
static void pattern_next(char line[PATTERN_LINE])
{
    int i = PATTERN_LINE - 3;
    while (i > 0 && line[i] == 'f')
        line[i--] = '0';
    line[i] = line[i] == '9' ? 'a' : (char)(line[i] + 1);
}

void pattern_fill(char *to, uint64_t from, size_t n)
{
    char line[PATTERN_LINE];
    size_t skip = (size_t)(from % PATTERN_LINE);
    pattern_line(line, from - skip);
    while (n > 0) {
        size_t take = PATTERN_LINE - skip < n ? PATTERN_LINE - skip : n;
        memcpy(to, line + skip, take);
        to += take;
        n -= take;
        skip = 0;
        pattern_next(line);
    }
}
