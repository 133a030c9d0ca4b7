// SPDX-License-Identifier: MIT
#include "crawl/stats_pack.h"
#include "data/pack.h"
#include <errno.h>

enum { STATS_PACK_VERSION = 1 };

// Most of a long row of counts is 0: the distance to the next that is not, and that one.
static void pack_row(struct buffer *out, const uint64_t *at, size_t n)
{
    size_t from = 0;
    for (size_t k = 0; k < n; k++)
        if (at[k]) {
            pack_uint(out, k - from + 1);
            pack_uint(out, at[k]);
            from = k + 1;
        }
    pack_uint(out, 0);
}

static void unpack_row(struct unpack *u, uint64_t *at, size_t n)
{
    size_t k = 0, skip;
    memset(at, 0, n * sizeof *at);
    while ((skip = (size_t)unpack_uint_to(u, n)) > 0) {
        k += skip;
        if (k > n) {
            u->bad = true;
            return;
        }
        at[k - 1] = unpack_uint(u);
    }
}

static void pack_histogram(struct buffer *out, const struct histogram *h)
{
    pack_row(out, h->bucket, HISTOGRAM_BUCKETS);
    pack_uint(out, h->count);
    pack_uint(out, h->max);
    pack_uint(out, h->sum);
}

static void unpack_histogram(struct unpack *u, struct histogram *h)
{
    unpack_row(u, h->bucket, HISTOGRAM_BUCKETS);
    h->count = unpack_uint(u);
    h->max = unpack_uint(u);
    h->sum = unpack_uint(u);
}

static void pack_engine(struct buffer *out, const struct stats_engine *e)
{
    pack_span(out, span_of(e->name));
    pack_uint(out, e->exchanges);
    pack_uint(out, e->records);
    pack_uint(out, e->errors);
    pack_uint(out, e->bytes);
    pack_int(out, e->spent);
}

static void unpack_engine(struct unpack *u, struct crawl_stats *s)
{
    struct stats_engine e = { 0 };
    struct span name = unpack_span(u);
    e.exchanges = unpack_uint(u);
    e.records = unpack_uint(u);
    e.errors = unpack_uint(u);
    e.bytes = unpack_uint(u);
    e.spent = unpack_int(u);
    for (unsigned k = 0; k < s->engines && name.p; k++)
        if (s->engine[k].name && span_is(name, s->engine[k].name)) {
            e.name = s->engine[k].name;
            e.usage = s->engine[k].usage;
            s->engine[k] = e;
            return;
        }
}

static void unpack_slowest(struct unpack *u, struct stats_host *h)
{
    struct span name = unpack_span(u);
    *h = (struct stats_host){ 0 };
    if (name.n >= STATS_HOST_NAME)
        u->bad = true;
    else if (name.n)
        memcpy(h->name, name.p, name.n);
    h->exchanges = unpack_uint(u);
    h->mean = unpack_int(u);
}

void stats_pack(struct buffer *out, const struct crawl_stats *s)
{
    const uint64_t counts[] = { s->total,     s->taken,   s->records,   s->failed,      s->skipped,
                                s->exchanges, s->retries, s->redirects, s->bytes,       s->links,
                                s->robots,    s->denied,  s->given_up,  s->not_modified };
    buffer_add_byte(out, STATS_PACK_VERSION);
    pack_row(out, counts, sizeof counts / sizeof *counts);
    pack_row(out, s->status, sizeof s->status / sizeof *s->status);
    pack_row(out, s->error, FETCH_ERROR_COUNT);
    pack_row(out, s->left_out, LEFT_OUT_COUNT);
    pack_histogram(out, &s->latency);
    for (unsigned k = 0; k < STATS_SLOWEST; k++) {
        pack_span(out, span_of(s->slowest[k].name));
        pack_uint(out, s->slowest[k].exchanges);
        pack_int(out, s->slowest[k].mean);
    }
    pack_uint(out, s->engines);
    for (unsigned k = 0; k < s->engines; k++)
        pack_engine(out, &s->engine[k]);
}

int stats_unpack(struct crawl_stats *s, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct crawl_stats *now = s;
    uint64_t counts[14];
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != STATS_PACK_VERSION)
        return -EPROTO;
    unpack_row(&u, counts, sizeof counts / sizeof *counts);
    uint64_t *const to[] = { &now->total,    &now->taken,       &now->records, &now->failed,
                             &now->skipped,  &now->exchanges,   &now->retries, &now->redirects,
                             &now->bytes,    &now->links,       &now->robots,  &now->denied,
                             &now->given_up, &now->not_modified };
    for (unsigned k = 0; k < sizeof to / sizeof *to; k++)
        *to[k] = counts[k];
    unpack_row(&u, now->status, sizeof now->status / sizeof *now->status);
    unpack_row(&u, now->error, FETCH_ERROR_COUNT);
    unpack_row(&u, now->left_out, LEFT_OUT_COUNT);
    unpack_histogram(&u, &now->latency);
    for (unsigned k = 0; k < STATS_SLOWEST; k++)
        unpack_slowest(&u, &now->slowest[k]);
    unsigned engines = (unsigned)unpack_uint_to(&u, CRAWL_ENGINES);
    for (unsigned k = 0; k < engines; k++)
        unpack_engine(&u, now);
    return unpack_ended(&u) ? 0 : -EUCLEAN;
}
