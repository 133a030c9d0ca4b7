// SPDX-License-Identifier: MIT
#include "crawl/tally.h"
#include "frontier/host.h"
#include "sys/clock.h"
#include "visit/outcome.h"

void tally_exchange(struct crawl_stats *s, unsigned engine, const struct outcome *o)
{
    s->exchanges++;
    s->bytes += o->size_download;
    struct stats_engine *e = &s->engine[engine];
    e->exchanges++;
    e->errors += o->error != FETCH_OK;
    e->bytes += o->size_download;
    if (o->error != FETCH_OK)
        return;
    e->spent += o->time_total;
    histogram_add(&s->latency, (uint64_t)(o->time_total / CLOCK_US));
}

bool tally_is_failure(enum fetch_error error, int status)
{
    return error != FETCH_OK || status >= 400;
}

void tally_record(struct crawl_stats *s, enum fetch_error error, int status)
{
    s->records++;
    s->failed += tally_is_failure(error, status);
    if (error != FETCH_OK)
        s->error[error]++;
    else
        s->status[status > 0 && status < 599 ? status : 599]++;
}

void tally_skipped(struct crawl_stats *s)
{
    s->records++;
    s->skipped++;
}

void tally_host(struct crawl_stats *s, const struct host *h)
{
    if (h->exchanges == 0)
        return;
    int64_t mean = h->spent / (int64_t)h->exchanges;
    unsigned at = STATS_SLOWEST;
    while (at > 0 && (s->slowest[at - 1].exchanges == 0 || s->slowest[at - 1].mean < mean))
        at--;
    if (at == STATS_SLOWEST)
        return;
    for (unsigned k = STATS_SLOWEST - 1; k > at; k--)
        s->slowest[k] = s->slowest[k - 1];
    struct stats_host *into = &s->slowest[at];
    *into = (struct stats_host){ .exchanges = h->exchanges, .mean = mean };
    struct span name = host_name(h);
    memcpy(into->name, name.p, name.n < STATS_HOST_NAME - 1 ? name.n : STATS_HOST_NAME - 1);
}
