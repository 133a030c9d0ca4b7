// SPDX-License-Identifier: MIT
#include "frontier/health.h"
#include "sys/clock.h"

static void hear(struct health_network *n, int64_t now)
{
    if (health_is_cut_off(n) && health_is_over(n, now))
        n->back = now;
    n->heard = now;
    n->cut_off = 0;
    n->silent = 0;
    n->no_way = false;
    n->row++;
}

void health_good(struct health *h, struct health_network *n, int64_t now)
{
    *h = (struct health){ .heard = true };
    hear(n, now);
}

// The time since the failure before this one counts when it was not the network.
static void blame(struct health *h, const struct health_network *n, int64_t now)
{
    int64_t from = n->back > h->last ? n->back : h->last;
    if (n->heard > h->last || !health_is_outage(n))
        h->blamed = clock_after(h->blamed, now - from);
    if (n->back > h->last)
        h->pauses = h->failures = 0;
}

void health_silent(struct health *h, struct health_network *n, int64_t now)
{
    bool told = h->heard || n->heard == 0;
    if (!told || h->silent == n->row + 1)
        return;
    h->silent = n->row + 1;
    n->silent++;
    if (n->heard && n->silent == HEALTH_SILENT && n->cut_off == 0)
        n->cut_off = now;
}

bool health_look(struct health_network *n, bool way, int64_t now)
{
    bool had = !n->no_way, over = health_is_over(n, now);
    n->no_way = n->heard && !way;
    if (n->no_way && n->cut_off == 0)
        n->cut_off = now;
    if (n->no_way || had)
        return false;
    n->back = now;
    if (!health_is_outage(n))
        n->cut_off = 0;
    return over;
}

void health_bad(struct health *h, struct health_network *n, bool silent, int64_t now)
{
    bool first = h->since == 0;
    if (silent)
        health_silent(h, n, now);
    else
        hear(n, now);
    h->heard |= !silent;
    if (first)
        h->since = now;
    else
        blame(h, n, now);
    h->last = now;
    if (h->failures < UINT16_MAX)
        h->failures++;
}

bool health_is_lost(const struct health *h, int64_t limit)
{
    int64_t outage = limit > CLOCK_NEVER / HEALTH_OUTAGE ? CLOCK_NEVER : limit * HEALTH_OUTAGE;
    return h->since && (h->blamed >= limit || h->last - h->since >= outage);
}

int64_t health_pause(struct health *h, const struct health_network *n, uint64_t random)
{
    int64_t most = (n->no_way ? HEALTH_PROBE_S : 600) * CLOCK_S;
    int64_t whole = h->pauses < 10 ? CLOCK_S << h->pauses : most;
    if (whole > most)
        whole = most;
    if (h->pauses < UINT16_MAX)
        h->pauses++;
    return whole - (int64_t)(random % (uint64_t)(whole / 2));
}
