// SPDX-License-Identifier: MIT
// What a crawl has on disk: it comes back into memory a few items of each host at a time.
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/ending.h"
#include "crawl/explore.h"
#include "crawl/intake.h"
#include "frontier/continuation.h"
#include "output/output.h"
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
    REVIVE_AT_ONCE = 512, // pages: some ms of the store's time, between which it does other things
};

#define LOOK (10 * CLOCK_MS) // so often it is looked whether the store is done

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
    bool given = c->store != NULL;
    int r = given ? 0 : open_temporary(c);
    if (r < 0)
        return r;
    if (!given)
        stock_start(&c->stock, c->store, false, STOCK_OF_CRAWL);
    c->stock.most = c->settings->bounds.urls;
    c->explore->reviving = c->settings->refresh > 0;
    return 0;
}

bool explore_is_behind(const struct coordinator *c)
{
    return c->explore && (store_is_behind(c->store) || output_backlog(c->records) > BACKLOG);
}

int explore_equip(struct coordinator *c, struct item *i)
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
        log_error("something that waited on disk cannot be gone on with: %s", state_error_text(r));
        coordinator_break(c);
        return;
    }
    c->stats.taken++;
    i->stocked = true;
    i->entered = c->now;
    intake_put(c, i, not_before);
}

// ---- what is left at the end

// One item that stays undone: a run that was stopped lists it, one that is complete says what has
// kept it out.
static void list_item(struct coordinator *c, struct span bytes, uint16_t depth, bool left_out)
{
    struct span given, href;
    int64_t not_before;
    if (continuation_look(bytes, &given, &href, &not_before) < 0)
        return;
    if (!left_out)
        ending_note_failed(c, href, (struct span){ NULL, 0 });
    else
        explore_leave_out(c, &(struct explore_link){ .href = href, .depth = depth },
                          LEFT_OUT_PAGES_PER_HOST);
}

static void list_answer(struct coordinator *c, struct store_answer *a, bool left_out)
{
    uint64_t *next = &c->explore->leaving_at;
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

// ---- while it goes on

void explore_take(struct coordinator *c, struct store_answer *a)
{
    struct continuation_time now = { c->now, clock_wall(), 0 };
    struct store_answer items = *a;
    struct state_place at;
    struct span bytes;
    if (c->explore->leaving) {
        list_answer(c, a, true);
        wake_all(&c->explore->listing, 0);
        return;
    }
    now.left = now.wall;
    stock_take(&c->stock, a);
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
    coordinator_break(c);
}

static void revive(struct coordinator *c)
{
    struct explore *x = c->explore;
    if (!x->reviving || x->revive_asked || c->stopping || commits_wanted(c) ||
        store_is_behind(c->store))
        return;
    x->revive_asked = true;
    store_revive(c->store, c->settings->refresh, REVIVE_AT_ONCE);
}

void explore_revived(struct coordinator *c, struct store_answer *a)
{
    uint64_t host;
    c->explore->revive_asked = false;
    c->explore->reviving = a->more;
    while (store_answer_host(a, &host))
        stock_put(&c->stock, host);
    coordinator_stir(c);
}

void explore_pump(struct coordinator *c)
{
    struct explore *x = c->explore;
    struct store_answer a;
    while (x->own_store && store_receive(c->store, &a))
        explore_take(c, &a);
    look_at_errors(c);
    revive(c);
    if (!c->stopping && !commits_wanted(c))
        stock_ask(&c->stock, IN_MEMORY - (int64_t)intake_waiting(c));
}

bool explore_is_over(const struct coordinator *c)
{
    return stock_is_empty(&c->stock) && !c->explore->reviving;
}

// ---- at the end

// Whether the store may still answer. When a commit has failed, because something could not be
// synced, the store of a state waits for that commit, and nothing behind it is done any more.
static bool can_answer(const struct coordinator *c)
{
    return (c->explore->own_store || c->end != CRAWL_BROKEN) && store_error(c->store) == 0;
}

// Takes all that is left off the disk, which nobody needs any more.
static void list_all(struct coordinator *c, bool left_out)
{
    struct store *s = c->store;
    struct store_answer a;
    store_survey(s, 0, HOSTS_AT_ONCE);
    while (store_asked(s) > 0 && store_error(s) == 0) {
        if (store_receive(s, &a))
            list_answer(c, &a, left_out);
        else if (park_on(&c->explore->listing, CLOCK_NEVER) < 0)
            return;
    }
}

// The same for a state, before the last commit: so the log, the counts and what is left agree
// whatever happens. The pump takes the answers.
static void leave_all(struct coordinator *c)
{
    struct explore *x = c->explore;
    x->leaving = true;
    store_survey(c->store, 0, HOSTS_AT_ONCE);
    while (store_asked(c->store) > 0 && can_answer(c))
        if (park_on(&x->listing, clock_after(loop_now(c->loop), LOOK)) == -ECANCELED)
            return;
}

// How much is on disk that was not come to; what is under way to it is waited for. Parks.
static uint64_t rest(struct coordinator *c)
{
    store_flush(c->store);
    while (!store_is_quiet(c->store) && can_answer(c)) {
        struct store_answer a;
        if (c->explore->own_store && store_receive(c->store, &a))
            explore_take(c, &a);
        else if (park_on(&c->explore->listing, clock_after(loop_now(c->loop), LOOK)) == -ECANCELED)
            return 0;
    }
    return can_answer(c) ? store_counts(c->store).frontier : 0;
}

void explore_end(struct coordinator *c)
{
    uint64_t most = c->settings->bounds.urls, left = rest(c);
    if (left == 0 || c->end != CRAWL_COMPLETE)
        return;
    if (!most || c->stock.taken < most) {
        if (!c->explore->own_store)
            leave_all(c);
        return;
    }
    log_note("%s: reached; %llu URLs that were found are not fetched", bounds_name(BOUNDS_URLS),
             (unsigned long long)left);
    c->end = CRAWL_LIMITED;
}

void explore_list_rest(struct coordinator *c)
{
    bool complete = c->end == CRAWL_COMPLETE;
    uint64_t left = c->explore->own_store ? rest(c) : 0;
    if (left == 0)
        return;
    if (complete && !c->rejected)
        c->stats.left_out[LEFT_OUT_PAGES_PER_HOST] += left;
    else if (complete || c->failed)
        list_all(c, complete);
}
