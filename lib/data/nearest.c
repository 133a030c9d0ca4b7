// SPDX-License-Identifier: MIT
#include "data/nearest.h"
#include <stdbool.h>
#include <string.h>

enum { NEAREST_LONGEST = 40, NEAREST_NONE = 1000 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

// Edits between the two (optimal string alignment), by dynamic programming over three rows.
static unsigned edits(const char *a, size_t an, const char *b, size_t bn)
{
    unsigned row[3][NEAREST_LONGEST + 1];
    for (unsigned j = 0; j <= bn; j++)
        row[0][j] = j;
    for (unsigned i = 1; i <= an; i++) {
        unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
        now[0] = i;
        for (unsigned j = 1; j <= bn; j++) {
            bool same = a[i - 1] == b[j - 1];
            now[j] = least(last[j - 1] + !same, least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[an % 3][bn];
}

void nearest_begin(struct nearest *n, const char *typed, size_t length)
{
    *n = (struct nearest){ typed, length, NEAREST_NONE, NULL };
}

void nearest_offer(struct nearest *n, const char *word)
{
    size_t length = strlen(word);
    if (n->length > NEAREST_LONGEST || length > NEAREST_LONGEST || n->length < 2)
        return;
    size_t shorter = n->length < length ? n->length : length, shared = 0;
    while (shared < shorter && n->typed[shared] == word[shared])
        shared++;
    unsigned distance = edits(n->typed, n->length, word, length);
    unsigned bound = length < 4 ? 1 : length < 6 ? 2 : (unsigned)length / 3;
    bool start = shared >= 3 && 3 * shared >= 2 * shorter;
    if (distance > bound && !start)
        return;
    // A shared beginning counts as two edits at most: --max is nearer to --max-time than to --json.
    distance = start ? least(distance, 2) : distance;
    if (distance < n->distance) {
        n->distance = distance;
        n->best = word;
    }
}
