// SPDX-License-Identifier: MIT
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/shelf_known.h"
#include "crawl/stats_pack.h"
#include "crawl/tally.h"
#include "frontier/continuation.h"
#include "input/source.h"
#include "output/output.h"
#include "output/record.h"
#include "sched/offload.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/outcome.h"
#include "visit/save.h"
#include <errno.h>
#include <stdlib.h>

static int committer(void *arg);

int commits_open(struct coordinator *c)
{
    struct commits *cm;
    if (!c->settings->state)
        return 0;
    cm = calloc(1, sizeof *cm);
    if (!cm)
        return -ENOMEM;
    list_init(&cm->changed);
    list_init(&cm->hosts);
    list_init(&cm->work);
    list_init(&cm->done);
    nursery_init(&cm->nursery, "commits");
    saving_names_init(&cm->names, c->settings->save);
    cm->cut = clock_mono();
    c->commits = cm;
    int r = nursery_spawn(&cm->nursery, "commits", committer, c);
    if (r < 0) {
        free(cm);
        c->commits = NULL;
    }
    return r;
}

void commits_close(struct coordinator *c)
{
    struct commits *cm = c->commits;
    if (!cm)
        return;
    cm->closing = true;
    wake_all(&cm->work, 0);
    nursery_close(&cm->nursery);
    ledger_fini(&cm->ledger);
    buffer_fini(&cm->bytes);
    buffer_fini(&cm->stats);
    buffer_fini(&cm->saved);
    saving_names_fini(&cm->names);
    free(cm);
    c->commits = NULL;
}

// ---- what has happened

void commits_changed(struct coordinator *c, struct item *i)
{
    if (c->commits && list_empty(&i->changed))
        list_push(&c->commits->changed, &i->changed);
}

// Whether a body that came once more as it was is saved already; then it goes.
static bool is_saved(const struct coordinator *c, const struct ending *e)
{
    struct span left = message_span(e->last, e->last->saved);
    const char *slash = e->not_modified ? memchr(left.p, '/', left.n) : NULL;
    if (!slash)
        return false;
    char *from = strndup(left.p, (size_t)(slash - left.p));
    char *to = strndup(slash + 1, (size_t)(left.p + left.n - slash - 1));
    bool gone = from && to && save_forget(c->settings->save, from, to);
    free(from);
    free(to);
    return gone;
}

void commits_name_body(struct coordinator *c, struct ending *e)
{
    struct commits *cm = c->commits;
    if (!cm || !e->last || e->last->saved.at == 0 || e->error != FETCH_OK)
        return;
    if ((e->unsaved = is_saved(c, e)))
        return;
    struct buffer path = { 0 };
    int r = saving_names_choose(&cm->names, message_span(e->last, e->last->saved), &path);
    buffer_clear(&cm->saved);
    if (r == 0)
        save_name(c->settings->save, buffer_span(&path), &cm->saved);
    buffer_fini(&path);
    e->saved = r < 0 || cm->saved.failed ? span_of("") : buffer_span(&cm->saved);
    if (e->saved.n > 0)
        return;
    e->error = r == -EINVAL ? FETCH_INTERNAL : FETCH_NO_RESOURCES;
    e->message = span_of("the saved body cannot be given a name: no memory");
}

void commits_ended(struct coordinator *c, struct item *i, const struct ending *e)
{
    if (!c->commits)
        return;
    list_remove(&i->changed);
    if (i->held) {
        store_release(c->store, i->line);
        c->commits->held--;
    }
    if (!e->skipped.p)
        shelf_known_remember(c, i, e);
}

// ---- a cut

static void put_items(struct coordinator *c)
{
    struct commits *cm = c->commits;
    struct continuation_time now = { .mono = c->now, .wall = clock_wall() };
    struct list *node;
    while ((node = list_pop(&cm->changed))) {
        struct item *i = list_entry(node, struct item, changed);
        buffer_clear(&cm->bytes);
        continuation_write(&cm->bytes, i, i->due.place || i->recalled ? i->due.key : 0, now);
        store_hold(c->store, i->line, buffer_span(&cm->bytes));
        cm->held += !i->held;
        i->held = true;
    }
}

// The places that the user named: few, mostly; all of them when there is one more.
static void put_trust(struct coordinator *c)
{
    struct commits *cm = c->commits;
    if (cm->trusted == c->trust.count)
        return;
    cm->trusted = c->trust.count;
    buffer_clear(&cm->bytes);
    for (size_t k = 0; k < c->trust.room; k++)
        if (c->trust.at[k])
            pack_word(&cm->bytes, c->trust.at[k]);
    store_note(c->store, "trust", buffer_span(&cm->bytes));
}

// Whether as many URLs have their records as may have.
static bool has_enough(const struct coordinator *c)
{
    uint64_t most = c->settings->bounds.urls;
    if (!most || c->commits->held > 0)
        return false;
    return c->explore ? c->end == CRAWL_LIMITED && c->stock.taken >= most
                      : c->end == CRAWL_COMPLETE && c->stats.taken >= most;
}

static void fill_ledger(struct coordinator *c)
{
    struct commits *cm = c->commits;
    struct ledger *l = &cm->ledger;
    buffer_clear(&cm->stats);
    stats_pack(&cm->stats, &c->stats);
    l->when = clock_wall();
    l->spent = cm->spent + (c->now - c->began);
    l->finished =
        cm->last && c->end == CRAWL_COMPLETE && c->fed_to_end && !source_was_cut(c->source);
    l->enough = cm->last && !l->finished && has_enough(c);
    l->fed = c->fed_to_end;
    l->refresh = c->settings->refresh;
    source_tell(c->source, &l->source);
    l->records = output_length(c->records);
    l->failed = c->failed ? output_length(c->failed) : 0;
    l->index = c->index ? output_length(c->index) : 0;
    l->rejected = c->rejected ? output_length(c->rejected) : 0;
    l->held = cm->held;
    archives_tell(&c->archives, l);
    l->save_since = c->settings->save ? c->settings->worker.save_since : 0;
    l->stats = buffer_span(&cm->stats);
}

static void cut(struct coordinator *c)
{
    struct commits *cm = c->commits;
    put_items(c);
    commits_put_hosts(c);
    put_trust(c);
    explore_note(c);
    fill_ledger(c);
    saving_names_cut(&cm->names, &cm->ledger);
    buffer_clear(&cm->bytes);
    ledger_write(&cm->bytes, &cm->ledger);
    if (cm->bytes.failed || cm->stats.failed) {
        log_error("out of memory: nothing more can be committed");
        coordinator_break(c);
        return;
    }
    store_cut(c->store, buffer_span(&cm->bytes));
    cm->cut = c->now;
    cm->taken = c->stats.taken;
    cm->wanted = false;
    cm->cutting = true;
    cm->committed = false;
    cm->last_made = cm->last;
    wake_all(&cm->work, 0);
}

static bool has_news(const struct coordinator *c)
{
    const struct commits *cm = c->commits;
    return store_uncut(c->store) > 0 || !list_empty(&cm->changed) || !list_empty(&cm->hosts) ||
           cm->taken != c->stats.taken || output_length(c->records) != cm->ledger.records;
}

int64_t commits_due(const struct coordinator *c)
{
    const struct commits *cm = c->commits;
    if (!cm || cm->cutting || !has_news(c))
        return CLOCK_NEVER;
    if (store_uncut(c->store) >= STORE_UNCUT)
        return c->now;
    return clock_after(cm->cut, c->settings->commit_interval);
}

bool commits_wanted(const struct coordinator *c)
{
    return c->commits && c->commits->wanted;
}

// Something was lost, for want of memory most likely: what was taken from disk, links that were
// found. In what is committed already it is still there.
static bool is_broken(const struct coordinator *c)
{
    return c->end == CRAWL_BROKEN && c->abandoned;
}

// A cut falls where nothing is half done: what was taken from disk is in memory, and the last line
// of the list is an item, or has its record.
void commits_turn(struct coordinator *c)
{
    struct commits *cm = c->commits;
    if (!cm || cm->cutting || cm->last_made || !c->store)
        return;
    if (is_broken(c)) {
        wake_all(&cm->done, 0); // the last one is not waited for
        return;
    }
    cm->wanted |= cm->last || commits_due(c) <= c->now;
    if (cm->wanted && store_asked(c->store) == 0 && c->limbo == 0)
        cut(c);
}

void commits_done(struct coordinator *c)
{
    c->commits->committed = true;
    wake_all(&c->commits->work, 0);
}

// ---- what a cut waits for

// On a thread; where it is when there is none.
static int elsewhere(int (*work)(void *arg), void *arg)
{
    int r = offload(work, arg);
    return r == -EAGAIN || r == -ENOMEM ? work(arg) : r;
}

static int sync_source(void *arg)
{
    return source_sync(arg);
}

static int sync_outputs(struct coordinator *c)
{
    const struct ledger *l = &c->commits->ledger;
    int r = output_sync(c->records, l->records);
    if (r == 0 && c->failed)
        r = output_sync(c->failed, l->failed);
    if (r == 0 && c->index)
        r = output_sync(c->index, l->index);
    if (r == 0 && c->rejected)
        r = output_sync(c->rejected, l->rejected);
    if (r == 0)
        r = archives_sync(c);
    if (r == 0 && l->source.spooled) {
        r = elsewhere(sync_source, c->source);
        if (r < 0)
            log_error("what is kept of standard input cannot be written: %s", strerror(-r));
    }
    if (r == 0 && saving_names_need_sync(&c->commits->names)) {
        r = elsewhere(saving_names_sync, &c->commits->names);
        if (r < 0)
            log_error("saved bodies cannot be written: %s", strerror(-r));
    }
    return r;
}

static int commit(struct coordinator *c)
{
    struct commits *cm = c->commits;
    int r = sync_outputs(c);
    if (r < 0)
        return r;
    store_seal(c->store);
    while (!cm->committed && (r = store_error(c->store)) == 0 && !cm->closing)
        park_on(&cm->work, CLOCK_NEVER);
    if (r < 0 || !cm->committed || list_empty(&cm->names.committing))
        return r;
    r = elsewhere(saving_names_give, &cm->names);
    saving_names_done(&cm->names);
    return r;
}

static int committer(void *arg)
{
    struct coordinator *c = arg;
    struct commits *cm = c->commits;
    for (;;) {
        while (!cm->cutting && !cm->closing)
            park_on(&cm->work, CLOCK_NEVER);
        if (!cm->cutting)
            return 0;
        if (commit(c) < 0)
            coordinator_break(c);
        cm->cutting = false;
        wake_all(&cm->done, 0);
        coordinator_stir(c);
    }
}

// ---- the end

void commits_finish(struct coordinator *c)
{
    struct commits *cm = c->commits;
    if (!cm)
        return;
    cm->last = c->end != CRAWL_BROKEN;
    coordinator_stir(c);
    while (cm->cutting || (cm->last && !cm->last_made && c->end != CRAWL_BROKEN))
        park_on(&cm->done, CLOCK_NEVER);
}
