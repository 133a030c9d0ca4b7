// SPDX-License-Identifier: MIT
#include "serve/answer_hostile.h"
#include "hostile/hostile.h"
#include "serve/answer_fault.h"
#include "serve/reply.h"
#include "serve/routes.h"
#include "serve/target.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { HOSTILE_LONGEST = 3600 * 1000 };   // ms that are waited for a peer to leave
#define HOSTILE_MOST (UINT64_C(64) << 30) // bytes that are sent in vain: more than anybody takes
enum { HOSTILE_TURN = 1 << 20 };          // bytes until the others have their turn

// Sends the bytes until `most` bytes have gone or the peer has.
static int hostile_flood(struct exchange *x, const struct hostile_step *s, uint64_t most)
{
    struct connection *c = x->connection;
    uint64_t turn = 0;
    for (uint64_t sent = 0; s->n > 0 && sent < most && !c->error; sent += s->n) {
        connection_write(c, s->p, s->n);
        turn += s->n;
        if (turn >= HOSTILE_TURN) {
            int r = connection_turn(c);
            if (r < 0)
                return r;
            turn = 0;
        }
    }
    return c->error;
}

static int hostile_drip(struct exchange *x, const struct hostile_step *s)
{
    for (size_t at = 0;; at = (at + 1) % s->n) {
        connection_write(x->connection, s->p + at, 1);
        int r = exchange_pause(x, s->times);
        if (r < 0)
            return r;
    }
}

// The number that is the next segment of the path, plus one.
static int hostile_next(struct exchange *x)
{
    char text[24];
    uint64_t n = 0;
    struct span segment;
    if (target_segment(&x->path, &segment))
        target_size(segment, UINT64_C(1) << 40, &n);
    snprintf(text, sizeof text, "%llu", (unsigned long long)n + 1);
    connection_write(x->connection, text, strlen(text));
    return 0;
}

static int hostile_route(struct exchange *x, const struct hostile_step *s)
{
    const char *query = memchr(s->p, '?', s->n);
    x->path = (struct span){ s->p, query ? (size_t)(query - s->p) : s->n };
    x->query = query ? (struct span){ query + 1, s->n - x->path.n - 1 } : (struct span){ "", 0 };
    return ROUTES_AGAIN;
}

static int hostile_step(struct exchange *x, const struct hostile_step *s)
{
    struct span host;
    switch (s->verb) {
    case HOSTILE_SAY:
        return hostile_flood(x, s, (uint64_t)s->n * s->times);
    case HOSTILE_FOREVER:
        return hostile_flood(x, s, HOSTILE_MOST);
    case HOSTILE_DRIP:
        return hostile_drip(x, s);
    case HOSTILE_WAIT:
        return exchange_pause(x, s->times);
    case HOSTILE_HANG:
        return exchange_pause(x, HOSTILE_LONGEST);
    case HOSTILE_RESET:
        return answer_fault_reset_now(x);
    case HOSTILE_KEEP:
        x->keep_alive = x->head->keep_alive;
        return 0;
    case HOSTILE_ORIGIN:
        host = request_head_span(x->head, x->head->host);
        connection_write(x->connection, host.p, host.n);
        return 0;
    case HOSTILE_NEXT:
        return hostile_next(x);
    case HOSTILE_ROUTE:
        return hostile_route(x, s);
    case HOSTILE_END:
    case HOSTILE_RAW:
    case HOSTILE_NOTIFY:
    case HOSTILE_UPDATE:
    case HOSTILE_TICKET:
    case HOSTILE_RENEW:
    case HOSTILE_REFUSE:
        break;
    }
    return 0;
}

static int hostile_play(struct exchange *x, const struct hostile *h)
{
    x->status = atoi(h->expect); // NOLINT(cert-err34-c): of our own table
    x->keep_alive = false;       // unless a step says so
    for (unsigned i = 0; i < HOSTILE_STEPS && h->step[i].verb != HOSTILE_END; i++) {
        int r = hostile_step(x, &h->step[i]);
        if (r != 0)
            return r;
    }
    return connection_flush(x->connection);
}

int answer_hostile(struct exchange *x)
{
    struct span name = { "", 0 };
    target_segment(&x->path, &name);
    const struct hostile *h = hostile_find(name);
    return h ? hostile_play(x, h) : reply_status(x, 404, NULL);
}

bool answer_hostile_robots(struct exchange *x, int *r)
{
    struct span host = request_head_span(x->head, x->head->host);
    const char *dot = host.n ? memchr(host.p, '.', host.n) : NULL;
    const struct hostile *h =
        dot ? hostile_find((struct span){ host.p, (size_t)(dot - host.p) }) : NULL;
    if (!h)
        return false;
    *r = hostile_play(x, h);
    return true;
}
