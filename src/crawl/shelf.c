// SPDX-License-Identifier: MIT
// What waits on disk, beyond what memory should hold: lines go there, and come back a few of every
// host at a time.
#include "crawl/shelf.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/intake.h"
#include "crawl/settle.h"
#include "crawl/shelf_known.h"
#include "frontier/continuation.h"
#include "sched/park.h"
#include "store/state.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>

void shelf_put(struct coordinator *c, struct item *i, uint64_t host)
{
    struct continuation_time now = { .mono = c->now, .wall = clock_wall() };
    struct state_place at = { .host = host, .number = i->line, .depth = i->depth };
    buffer_clear(&c->scratch);
    i->entered = 0; // it does not wait for its turn before it is back
    continuation_write(&c->scratch, i, 0, now);
    if (c->scratch.failed) {
        settle_without_exchange(c, i, FETCH_NO_RESOURCES, span_of("no memory"));
        return;
    }
    store_append(c->store, &at, buffer_span(&c->scratch));
    stock_put(&c->stock, host);
    item_free(i);
}

static void damaged(struct coordinator *c, int r)
{
    if (c->store_failed) // which was said, and stirs the pump once: else it would run for nothing
        return;
    log_error("'%s': %s", c->settings->state_dir ? c->settings->state_dir : "temporary store",
              state_error_text(r));
    c->store_failed = true;
    coordinator_break(c);
}

// One item that came back.
static int make(struct coordinator *c, const struct state_place *at, struct span bytes)
{
    struct continuation_time now = { .mono = c->now, .wall = clock_wall() };
    struct item *i;
    int64_t not_before;
    now.left = now.wall;
    int r = continuation_read(&i, bytes, at->number, now, &c->held, &not_before);
    if (r < 0)
        return r;
    i->stocked = true;
    intake_put(c, i, not_before);
    return 0;
}

static void take(struct coordinator *c, struct store_answer *a)
{
    struct store_answer items = *a;
    struct state_place at;
    struct span bytes;
    int r = 0;
    stock_take(&c->stock, a);
    while (r == 0 && items.kind == STORE_TOOK && store_answer_item(&items, &at, &bytes))
        r = make(c, &at, bytes);
    if (r < 0) // without memory too: what was taken must be somewhere at the next cut
        damaged(c, r);
}

// No more is asked for while a cut is due, for that waits for what was asked.
static void ask(struct coordinator *c)
{
    if (c->stopping || c->explore || commits_wanted(c) || stock_is_empty(&c->stock))
        return;
    stock_ask(&c->stock, intake_room(c));
}

// A crawl without a state has a store that it looks after itself.
static bool is_ours(const struct coordinator *c)
{
    return c->store && !(c->explore && c->explore->own_store);
}

void shelf_turn(struct coordinator *c)
{
    struct store_answer a;
    if (!is_ours(c))
        return;
    int r = store_error(c->store);
    if (r < 0) {
        damaged(c, r);
        if (c->commits)
            wake_all(&c->commits->work, 0);
        return;
    }
    while (store_receive(c->store, &a)) {
        if (a.kind == STORE_COMMITTED)
            commits_done(c);
        else if (a.kind == STORE_RECALLED)
            shelf_known_take(c, &a);
        else if (a.kind == STORE_REVIVED)
            explore_revived(c, &a);
        else if (c->explore)
            explore_take(c, &a);
        else
            take(c, &a);
    }
    ask(c);
}

bool shelf_is_empty(struct coordinator *c)
{
    if (!is_ours(c))
        return true;
    if (!store_is_quiet(c->store)) {
        store_flush(c->store); // so that it is
        return false;
    }
    return c->explore || (store_counts(c->store).frontier == 0 && stock_is_empty(&c->stock));
}
