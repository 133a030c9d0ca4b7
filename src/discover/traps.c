// SPDX-License-Identifier: MIT
#include "discover/traps.h"
#include "data/map.h"
#include <stdlib.h>

enum { ROWS = 4, ROW = 1 << 18 }; // 2 MB in all

// Takes the next segment of a path off `rest`. Empty ones do not count.
static bool traps_segment(struct span *rest, struct span *out)
{
    while (rest->n > 0 && *rest->p == '/') {
        rest->p++;
        rest->n--;
    }
    if (rest->n == 0)
        return false;
    const char *slash = memchr(rest->p, '/', rest->n);
    *out = (struct span){ rest->p, slash ? (size_t)(slash - rest->p) : rest->n };
    rest->p += out->n;
    rest->n -= out->n;
    return true;
}

static unsigned traps_depth(struct span path)
{
    struct span segment;
    unsigned n = 0;
    while (traps_segment(&path, &segment))
        n++;
    return n;
}

// Whether some segment stands in `path` more than `most` times. A path that is too long to be
// looked at in no time is looked at as far as it goes.
static bool traps_repeats(struct span path, unsigned most)
{
    enum { LOOKED_AT = 256 };
    struct span segment, other;
    for (unsigned k = 0; k < LOOKED_AT && traps_segment(&path, &segment); k++) {
        struct span rest = path;
        unsigned n = 1;
        for (unsigned j = k; j < LOOKED_AT && traps_segment(&rest, &other); j++)
            n += span_equal(segment, other);
        if (n > most)
            return true;
    }
    return false;
}

enum left_out traps_look(const struct trap_settings *settings, const struct url *u)
{
    struct span path = url_path(u);
    if (settings->url_length && u->length > settings->url_length)
        return LEFT_OUT_URL_LENGTH;
    if (settings->path_depth && traps_depth(path) > settings->path_depth)
        return LEFT_OUT_PATH_DEPTH;
    if (settings->repeats && traps_repeats(path, settings->repeats))
        return LEFT_OUT_REPEATED_SEGMENTS;
    return LEFT_OUT_NOT;
}

uint64_t traps_path(const struct url *u)
{
    return map_hash(url_part(u, 0, u->query));
}

// Counts one of a path, unless it has had too many.
static bool traps_add(struct traps *t, uint64_t hash)
{
    unsigned most = t->settings.queries, least = UINT16_MAX;
    if (!t->count && !(t->count = calloc((size_t)ROWS * ROW, sizeof *t->count)))
        return false;
    uint64_t step = hash >> 32 | 1;
    uint16_t *place[ROWS];
    for (unsigned k = 0; k < ROWS; k++, hash += step) {
        place[k] = t->count + (size_t)k * ROW + (hash & (ROW - 1));
        least = *place[k] < least ? *place[k] : least;
    }
    if (least >= most || least == UINT16_MAX)
        return true;
    for (unsigned k = 0; k < ROWS; k++)
        *place[k] = (uint16_t)(*place[k] + (*place[k] == least));
    return false;
}

bool traps_count(struct traps *t, const struct url *u)
{
    return t->settings.queries && u->query != u->fragment && traps_add(t, traps_path(u));
}

void traps_recall(struct traps *t, uint64_t path)
{
    if (t->settings.queries)
        traps_add(t, path);
}

void traps_fini(struct traps *t)
{
    free(t->count);
    t->count = NULL;
}
