// SPDX-License-Identifier: MIT
#include "crawl/ending.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/gauge.h"
#include "crawl/hop.h"
#include "crawl/tally.h"
#include "ledger/page_entry.h"
#include "output/output.h"
#include "output/record.h"
#include "sys/clock.h"
#include "visit/outcome.h"

void ending_note_failed(struct coordinator *c, struct span url, struct span members)
{
    if (!c->failed)
        return;
    if (c->settings->jsonl) {
        lines_json_write(output_buffer(c->failed), url, members);
    } else {
        buffer_add(output_buffer(c->failed), url.p, url.n);
        buffer_add_byte(output_buffer(c->failed), '\n');
    }
    output_added(c->failed);
}

// Tells who measures the run.
static void tell(struct coordinator *c, const struct item *i, const struct ending *e)
{
    struct gauge *g = c->settings->gauge;
    if (!g)
        return;
    struct gauge_end end = {
        .from = i->first ? i->first : e->now,
        .now = e->now,
        .error = e->error,
        .status = e->last ? e->last->status : 0,
        .bytes = e->last ? e->last->size_download : 0,
        .in_flight = g->in_flight,
    };
    g->ended(g, &end);
}

// In a crawl `home` is something else: who may be shown a password.
static void leave_stock(struct coordinator *c, const struct item *i)
{
    if (i->stocked)
        stock_ended(&c->stock, c->explore ? map_hash(host_key(&i->url)) : i->home);
}

// Its record is written.
static void end(struct coordinator *c, struct item *i, const struct ending *e)
{
    commits_ended(c, i, e);
    leave_stock(c, i);
    item_free(i);
}

// What only a crawl does with an item that ends; `e` is what its record says.
static void end_page(struct coordinator *c, const struct item *i, struct ending *e)
{
    e->crawl = true;
    if (e->last) {
        explore_outcome(c, i, e->last);
        e->same_as = explore_same(c, i, e->last);
    }
}

// Whether the page is as it was known: the server says so (304, to our condition), or it has sent
// the same once more. A HEAD has no body to tell by.
static void compare(struct item *i, struct ending *e, struct page_entry *known)
{
    const struct outcome *o = e->last;
    if (!i->known || !o || e->error != FETCH_OK || page_entry_read(known, item_known(i)) < 0)
        return;
    bool whole = o->status == 200 && o->flags & OUTCOME_DIGEST && !(o->flags & OUTCOME_TRUNCATED) &&
                 i->method != HOP_HEAD;
    if (o->status == 304 && i->conditional) {
        e->not_modified = true;
        e->digest = known->digested ? known->digest : NULL;
    } else if (whole && known->digested) {
        e->not_modified = memcmp(o->digest, known->digest, sizeof known->digest) == 0;
    }
}

void ending_write(struct coordinator *c, struct item *i, struct ending *e)
{
    int status = e->last ? e->last->status : 0;
    struct page_entry known;
    e->now = c->now;
    compare(i, e, &known);
    if (i->attempts > 0)
        e->engine = c->stats.engine[i->engine].name;
    if (!i->first)
        i->started = clock_wall();
    if (c->explore)
        end_page(c, i, e);
    commits_name_body(c, e);
    record_write(output_buffer(c->records), i, e, &c->time);
    output_added(c->records);
    tally_record(&c->stats, e->error, status);
    c->stats.not_modified += e->not_modified;
    tell(c, i, e);
    c->stats.engine[i->engine].records += i->attempts > 0;
    if (tally_is_failure(e->error, status))
        ending_note_failed(c, item_given(i), item_members(i));
    end(c, i, e);
}

void ending_skipped(struct coordinator *c, struct item *i, struct span saved)
{
    struct ending e = { .skipped = saved, .now = c->now };
    i->started = clock_wall();
    record_write(output_buffer(c->records), i, &e, &c->time);
    output_added(c->records);
    tally_skipped(&c->stats);
    end(c, i, &e);
}

void ending_unfinished(struct coordinator *c, struct item *i)
{
    leave_stock(c, i);
    if (!c->commits) // otherwise it is kept, to be gone on with
        ending_note_failed(c, item_given(i), item_members(i));
    list_remove(&i->changed);
    item_free(i);
}
