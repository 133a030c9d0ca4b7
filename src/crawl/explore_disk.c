// SPDX-License-Identifier: MIT
// What a crawl has on disk: it comes back into memory a few items of each host at a time.
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/output.h"
#include "frontier/continuation.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

enum {
    IN_MEMORY =
        1 << 17,       // items that may wait in memory, so that hosts by the ten thousand have some
    BACKLOG = 4 << 20, // bytes of records not yet written at which nothing new is started
    ASK_AT_ONCE = 256, // items of a host, when all are listed
    HOSTS_AT_ONCE = 16,
};

void explore_wake(void *arg)
{
    struct coordinator *c = arg;
    wake_all(&c->explore->listing, 0);
    coordinator_stir(c);
}

// A store for this run alone.
static int open_temporary(struct coordinator *c)
{
    struct explore *x = c->explore;
    char why[STATE_WHY] = "out of memory";
    int r = state_open_temporary(&x->state, why);
    if (r < 0) {
        log_error("%s", why);
        return r;
    }
    struct store_options options = {
        .loop = c->loop, .state = x->state, .temporary = true, .wake = explore_wake, .arg = c
    };
    r = store_open(&c->store, &options);
    if (r < 0) {
        log_error("a thread for what was found cannot be started: %s", strerror(-r));
        return r;
    }
    x->state = NULL;
    x->own_store = true;
    return 0;
}

int explore_open_disk(struct coordinator *c)
{
    struct explore *x = c->explore;
    bool given = c->store != NULL;
    list_init(&x->listing);
    int r = given ? 0 : open_temporary(c);
    if (r < 0)
        return r;
    stock_init(&x->stock, c->store, given);
    x->stock.most = c->settings->bounds.urls;
    x->stock.host_most = c->settings->explore.host_most;
    return 0;
}

bool explore_is_behind(const struct coordinator *c)
{
    return c->explore && (store_is_behind(c->store) || output_backlog(c->records) > BACKLOG);
}

// What the disk does not have, for it belongs to the seed that led here.
static int equip(struct coordinator *c, struct item *i)
{
    struct explore *x = c->explore;
    if (!(i->mark & EXPLORE_SEED))
        i->origin = 0;
    if (!marks_has(&x->seeds, i->home)) {
        i->home = 0;
        return 0;
    }
    const char *login = explore_login(x, &i->url);
    if (login && !i->credentials && !(i->credentials = strdup(login)))
        return -ENOMEM;
    return 0;
}

static void take_item(struct coordinator *c, const struct state_place *at, struct span bytes,
                      struct continuation_time now)
{
    struct item *i;
    int64_t not_before;
    int r = continuation_read(&i, bytes, at->number, now, &c->held, &not_before);
    if (r < 0) {
        log_error("something that waited on disk cannot be gone on with: %s", strerror(-r));
        c->end = CRAWL_BROKEN;
        stock_ended(&c->explore->stock, at->host);
        return;
    }
    c->stats.taken++;
    i->entered = c->now;
    r = equip(c, i);
    if (r == 0)
        r = frontier_add(&c->frontier, i, false, c->now);
    if (r < 0)
        settle_without_exchange(c, i, FETCH_NO_RESOURCES, span_of("no memory"));
    else if (i->mark & EXPLORE_SEED)
        intake_trust(c, i);
}

void explore_take(struct coordinator *c, struct store_answer *a)
{
    struct continuation_time now = { c->now, clock_wall(), 0 };
    struct store_answer items = *a;
    struct state_place at;
    struct span bytes;
    now.left = now.wall;
    stock_take(&c->explore->stock, a);
    while (items.kind == STORE_TOOK && store_answer_item(&items, &at, &bytes))
        take_item(c, &at, bytes, now);
}

static void look_at_errors(struct coordinator *c)
{
    struct explore *x = c->explore;
    int r = x->failed ? 0 : store_error(c->store);
    if (r == 0)
        return;
    x->failed = true;
    log_error("what was found cannot be kept: %s", state_error_text(r));
    c->end = CRAWL_BROKEN;
    coordinator_stop(c);
}

void explore_pump(struct coordinator *c)
{
    struct explore *x = c->explore;
    struct store_answer a;
    while (x->own_store && store_receive(c->store, &a))
        explore_take(c, &a);
    look_at_errors(c);
    if (!c->stopping && !commits_wanted(c) && c->frontier.waiting < IN_MEMORY)
        stock_ask(&x->stock, IN_MEMORY - c->frontier.waiting);
}

void explore_ended(struct coordinator *c, const struct item *i)
{
    stock_ended(&c->explore->stock, map_hash(host_key(&i->url)));
}

bool explore_is_over(const struct coordinator *c)
{
    return stock_is_empty(&c->explore->stock);
}

// ---- at the end

// One item that stays undone: a run that was stopped lists it, one that is complete says what has
// kept it out.
static void list_item(struct coordinator *c, struct span bytes, uint16_t depth, bool left_out)
{
    struct span given, href;
    int64_t not_before;
    if (continuation_look(bytes, &given, &href, &not_before) < 0)
        return;
    if (!left_out)
        settle_note_failed(c, href, (struct span){ NULL, 0 });
    else
        explore_leave_out(c, &(struct explore_link){ .href = href, .depth = depth },
                          LEFT_OUT_PAGES_PER_HOST);
}

static void list_answer(struct coordinator *c, struct store_answer *a, bool left_out,
                        uint64_t *next)
{
    struct store *s = c->store;
    struct state_place at;
    struct span bytes;
    uint64_t host;
    while (a->kind == STORE_TOOK && store_answer_item(a, &at, &bytes))
        list_item(c, bytes, at.depth, left_out);
    if (a->kind == STORE_TOOK && a->count == a->most)
        store_take(s, a->host, a->most);
    while (a->kind == STORE_SURVEYED && store_answer_host(a, &host)) {
        store_take(s, host, ASK_AT_ONCE);
        *next = host + 1;
    }
    if (a->kind == STORE_SURVEYED && a->count == a->most)
        store_survey(s, *next, a->most);
}

// Takes all that is left off the disk, which nobody needs any more.
static void list_all(struct coordinator *c, bool left_out)
{
    struct store *s = c->store;
    struct store_answer a;
    uint64_t next = 0;
    store_survey(s, 0, HOSTS_AT_ONCE);
    while (store_asked(s) > 0 && store_error(s) == 0) {
        if (store_receive(s, &a))
            list_answer(c, &a, left_out, &next);
        else if (park_on(&c->explore->listing, CLOCK_NEVER) < 0)
            return;
    }
}

void explore_list_rest(struct coordinator *c)
{
    struct explore *x = c->explore;
    uint64_t most = c->settings->bounds.urls;
    store_flush(c->store);
    while (!store_is_quiet(c->store) && store_error(c->store) == 0) {
        struct store_answer a;
        if (store_receive(c->store, &a))
            explore_take(c, &a);
        else if (park_on(&x->listing, clock_after(loop_now(c->loop), 10 * CLOCK_MS)) == -ECANCELED)
            return;
    }
    uint64_t left = store_counts(c->store).frontier;
    if (left == 0 || store_error(c->store) < 0)
        return;
    bool complete = c->end == CRAWL_COMPLETE && !(most && x->stock.taken >= most);
    if (c->end == CRAWL_COMPLETE && !complete) {
        log_note("%s: reached; %llu URLs that were found are not fetched", bounds_name(BOUNDS_URLS),
                 (unsigned long long)left);
        c->end = CRAWL_LIMITED;
    }
    if (complete ? x->rejected != NULL : c->failed != NULL)
        list_all(c, complete);
    else if (complete)
        c->stats.left_out[LEFT_OUT_PAGES_PER_HOST] += left;
}
