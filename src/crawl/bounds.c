// SPDX-License-Identifier: MIT
#include "crawl/bounds.h"
#include <stddef.h>

enum { BOUNDS_SHARE = 1024 }; // bytes a second that each should have

enum bounds_kind bounds_reached(const struct bounds *b, int64_t elapsed, uint64_t bytes)
{
    if (b->time && elapsed >= b->time)
        return BOUNDS_TIME;
    if (b->bytes && bytes >= b->bytes)
        return BOUNDS_BYTES;
    return BOUNDS_NONE;
}

const char *bounds_name(enum bounds_kind kind)
{
    switch (kind) {
    case BOUNDS_NONE:
        break;
    case BOUNDS_TIME:
        return "--max-run-time";
    case BOUNDS_URLS:
        return "--max-urls";
    case BOUNDS_BYTES:
        return "--max-bytes";
    }
    return NULL;
}

unsigned bounds_in_flight(uint64_t rate, unsigned most)
{
    uint64_t fits = rate / BOUNDS_SHARE;
    if (rate == 0 || fits >= most)
        return most;
    return fits > 0 ? (unsigned)fits : 1;
}
