// SPDX-License-Identifier: MIT
#include "resolve/upstreams.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#define UPSTREAMS_AGE (60 * CLOCK_S)
#define UPSTREAMS_PENALTY (5 * CLOCK_S)
#define UPSTREAMS_PENALTY_MOST (60 * CLOCK_S)

int upstreams_new(struct upstreams **out, struct loop *loop, const struct servers *servers,
                  int64_t timeout)
{
    struct upstreams *u = malloc(sizeof *u);
    if (!u)
        return -ENOMEM;
    *u = (struct upstreams){ .loop = loop, .holders = 1, .timeout = timeout, .servers = *servers };
    list_init(&u->node);
    list_init(&u->retired);
    for (unsigned i = 0; i < u->servers.count; i++)
        u->at[i] = (struct upstream){ .server = &u->servers.server[i],
                                      .patience = UPSTREAMS_PATIENCE,
                                      .vain = INT64_MIN / 2,
                                      .crowd = INT64_MIN / 2,
                                      .penalty = UPSTREAMS_PENALTY };
    *out = u;
    return 0;
}

void upstreams_free(struct upstreams *u)
{
    if (!u)
        return;
    for (unsigned i = 0; i < u->servers.count; i++) {
        channel_close(u->at[i].udp);
        channel_close(u->at[i].tcp);
    }
    list_each(node, next, &u->retired) channel_close(list_entry(node, struct channel, node));
    list_remove(&u->node);
    free(u);
}

static void upstreams_retire(struct upstreams *u, struct channel **at)
{
    if (*at)
        list_push(&u->retired, &(*at)->node);
    *at = NULL;
}

bool upstreams_tick(struct upstreams *u)
{
    bool busy = false;
    for (unsigned i = 0; i < u->servers.count; i++)
        for (int tcp = 0; tcp < 2; tcp++) {
            struct channel *c = tcp ? u->at[i].tcp : u->at[i].udp;
            if (c && c->under_way)
                channel_tick(c);
            busy |= c && c->under_way;
        }
    list_each(node, next, &u->retired)
    {
        struct channel *c = list_entry(node, struct channel, node);
        channel_tick(c);
        if (!c->under_way)
            channel_close(c);
    }
    return busy || !list_empty(&u->retired);
}

uint32_t upstreams_all(const struct upstreams *u)
{
    return (1u << u->servers.count) - 1;
}

uint32_t upstreams_well(const struct upstreams *u, int64_t now)
{
    uint32_t well = 0;
    for (unsigned i = 0; i < u->servers.count; i++)
        if (u->at[i].down_until <= now)
            well |= 1u << i;
    return well;
}

int upstreams_pick(const struct upstreams *u, uint32_t *tried, uint32_t done, int64_t now)
{
    uint32_t open = upstreams_all(u) & ~done;
    if (!open)
        return -1;
    if (!(open & ~*tried))
        *tried = 0;
    uint32_t fresh = open & ~*tried, well = fresh & upstreams_well(u, now);
    int i = __builtin_ctz(well ? well : fresh);
    *tried |= 1u << i;
    return i;
}

// The channel to ask server `i` on: a young one, or an older one when there is nothing to make it
// from.
static int upstreams_channel(struct upstreams *u, unsigned i, bool tcp, int64_t now,
                             struct channel **out)
{
    struct upstream *s = &u->at[i];
    struct channel **at = tcp ? &s->tcp : &s->udp, *young;
    if (*at && channel_lost_edns(*at))
        s->no_edns = true;
    if (!*at || (*at)->asked >= UPSTREAMS_QUERIES || now - (*at)->opened > UPSTREAMS_AGE ||
        (*at)->edns == s->no_edns) {
        int err = channel_open(&young, u->loop, s->server, tcp, !s->no_edns, u->timeout);
        if (err && !*at)
            return err;
        if (!err) {
            upstreams_retire(u, at);
            *at = young;
        }
    }
    *out = *at;
    return 0;
}

static uint16_t upstreams_id(struct upstreams *u)
{
    while (!u->ids) // so few bytes are always given, and whole (getrandom(2))
        if (getrandom(u->id, sizeof u->id, 0) == sizeof u->id)
            u->ids = sizeof u->id / sizeof *u->id;
    return u->id[--u->ids];
}

int upstreams_ask(struct upstreams *u, unsigned i, struct ask *ask, struct span name,
                  enum query_type type, bool tcp, int64_t now)
{
    struct channel *c;
    uint8_t packet[QUERY_ROOM];
    int err = upstreams_channel(u, i, tcp, now, &c);
    if (err)
        return err;
    size_t n = query_write(packet, name, type, upstreams_id(u), c->edns);
    u->asked++;
    channel_ask(c, ask, packet, n);
    return 0;
}

void upstreams_heard(struct upstreams *u, unsigned i, int64_t now)
{
    struct upstream *s = &u->at[i];
    s->heard = now;
    s->misses = 0;
    s->down_until = 0;
    s->penalty = UPSTREAMS_PENALTY;
}

void upstreams_helped(struct upstreams *u, unsigned i, bool refused)
{
    u->at[i].useful = true;
    if (refused)
        u->at[i].patience = UPSTREAMS_PATIENCE;
}

void upstreams_refused_again(struct upstreams *u, unsigned i, int64_t now)
{
    struct upstream *s = &u->at[i];
    if (!s->patience || now - s->vain < UPSTREAMS_CROWD)
        return;
    s->patience--;
    s->vain = now;
}

void upstreams_missed(struct upstreams *u, unsigned i, int64_t asked, int64_t now)
{
    struct upstream *s = &u->at[i];
    if (s->heard >= asked || s->down_until > now || ++s->misses < UPSTREAMS_MISSES)
        return;
    s->misses = 0;
    s->down_until = clock_after(now, s->penalty);
    s->penalty *= 2;
    if (s->penalty > UPSTREAMS_PENALTY_MOST)
        s->penalty = UPSTREAMS_PENALTY_MOST;
}

void upstreams_without_edns(struct upstreams *u, unsigned i)
{
    u->at[i].no_edns = true;
}
