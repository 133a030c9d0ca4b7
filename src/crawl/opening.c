// SPDX-License-Identifier: MIT
// Hosts get their addresses, each in straight-line code: a fiber takes the next host in line, looks
// its name up, and lets its queue go or fail.
#include "crawl/opening.h"
#include "crawl/coordinator.h"
#include "crawl/coordinator_shortage.h"
#include "crawl/settle.h"
#include "crawl/treatment.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "sys/shortage.h"
#include "web/url.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPENING_MOST = 512 };

static enum fetch_error error_of(const struct host *h, enum resolve_status status)
{
    return h->proxy                     ? FETCH_PROXY_FAILED
           : status == RESOLVE_NOTFOUND ? FETCH_DNS_NOTFOUND
           : status == RESOLVE_TIMEOUT  ? FETCH_DNS_TIMEOUT
                                        : FETCH_DNS_FAILED;
}

void opening_fail_queue(struct coordinator *c, struct host *h, enum fetch_error error,
                        const char *why)
{
    struct item *i;
    unsigned n = h->queued; // those only: an item that is tried again may be back at once
    while (n-- > 0 && (i = frontier_take(&c->frontier, h, c->now)))
        settle_without_exchange(c, i, error, span_of(why));
}

// Every URL that waited for this name ends its attempt with the same answer.
static void fail_look_up(struct coordinator *c, struct host *h, enum resolve_status status,
                         const char *why)
{
    char of_proxy[256];
    if (h->proxy) {
        snprintf(of_proxy, sizeof of_proxy, "the proxy's name cannot be looked up: %s", why);
        why = of_proxy;
    }
    opening_fail_queue(c, h, error_of(h, status), why);
}

static int resolver_get(struct coordinator *c)
{
    char why[160] = "";
    if (c->resolver)
        return 0;
    int r = resolver_new(&c->resolver, c->loop, &c->settings->resolver, why, sizeof why);
    if (r < 0 && !shortage_is(-r, 0))
        log_error("names cannot be looked up: %s", why[0] ? why : strerror(-r));
    return r;
}

static uint16_t port_of(const struct host *h)
{
    struct span name = host_name(h);
    const char *p = name.p + name.n + (name.p[-1] == '[');
    if (*p == ':')
        return (uint16_t)strtoul(p + 1, NULL, 10);
    return strncmp(h->origin, "https", 5) == 0 ? 443 : 80;
}

// Looks up whom a connection for this host is made to.
static int look_up(struct coordinator *c, const struct host *h, struct resolve_answer *answer)
{
    struct span name = h->proxy ? h->proxy->host : host_name(h);
    uint16_t port = h->proxy ? h->proxy->port : port_of(h);
    return resolver_lookup(c->resolver, name, port, answer, CLOCK_NEVER);
}

// Once. Errors: as resolver_new and resolver_lookup.
static int try_look_up(struct coordinator *c, const struct host *h, struct resolve_answer *answer)
{
    int r = resolver_get(c);
    if (r == 0)
        r = look_up(c, h, answer);
    c->now = loop_now(c->loop);
    return r;
}

int opening_look_up(struct coordinator *c, struct host *h, struct resolve_answer *answer)
{
    if (h->expires > loop_now(c->loop))
        return 0;
    int r = try_look_up(c, h, answer);
    while (r < 0 && shortage_is(-r, 0)) { // says nothing of the name
        r = shortage_wait(c, strerror(-r));
        if (r == 0)
            r = try_look_up(c, h, answer);
    }
    if (r < 0 || answer->status != RESOLVE_FOUND)
        return r < 0 ? r : 1;
    return host_answer(h, answer, c->now);
}

// A name server that does not answer, or not as it should, says nothing of the name: with a pace
// that adapts, or when the network is down, the host is asked again later. Returns whether it is.
static bool is_put_off(struct coordinator *c, struct host *h, const struct resolve_answer *answer)
{
    if (answer->status == RESOLVE_NOTFOUND)
        return false;
    if (!c->settings->manners.adapt)
        return treatment_cut_off(c, h);
    treatment_failed(c, h, answer->why, true, false, 0);
    return true;
}

static void open_host(struct coordinator *c, struct host *h)
{
    struct resolve_answer answer = { .status = RESOLVE_FAILED };
    int r = opening_look_up(c, h, &answer);
    c->now = loop_now(c->loop);
    if (r < 0 && r != -ECANCELED) // when cancelled, its queue is listed as unfinished
        fail_look_up(c, h, RESOLVE_FAILED, strerror(-r));
    else if (r > 0 && !is_put_off(c, h, &answer))
        fail_look_up(c, h, answer.status, answer.why);
    else if (r == 0 && h->typed && host_is_special(h) && h->queued > 0)
        trust_add(&c->trust, host_place_hash(&list_entry(h->queue.next, struct item, node)->url));
    frontier_opened(&c->frontier, h, r == 0, c->now);
    coordinator_stir(c);
}

static int opener(void *arg)
{
    struct coordinator *c = arg;
    struct host *h;
    while (!c->stopping && (h = frontier_unopened(&c->frontier, loop_now(c->loop))))
        open_host(c, h);
    c->opening--;
    coordinator_stir(c);
    return 0;
}

void opening_start(struct coordinator *c)
{
    unsigned wanted = 0;
    list_each(node, following, &c->frontier.unopened)
    {
        (void)node;
        if (wanted + c->opening >= OPENING_MOST)
            break;
        wanted++;
    }
    while (wanted-- > 0 && nursery_spawn(&c->fibers, "opener", opener, c) == 0)
        c->opening++;
}
