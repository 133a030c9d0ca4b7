// SPDX-License-Identifier: MIT
#include "crawl/commits_resume.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/intake.h"
#include "crawl/stats_pack.h"
#include "frontier/continuation.h"
#include "frontier/retry.h"
#include "input/source.h"
#include "output/output.h"
#include "store/state_held.h"
#include "store/state_meta.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "visit/save.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int complain(const struct coordinator *c, int r)
{
    if (r == -EPROTO)
        log_error("'%s' was written by another version of trawl: go on with that one, or begin "
                  "again with another --state",
                  c->settings->state_dir);
    else
        log_error("'%s': %s", c->settings->state_dir, state_error_text(r));
    return r;
}

// ---- the ledger

static int read_ledger(struct resume *r, struct state *s)
{
    struct span bytes;
    int found = state_meta_get(s, "ledger", &bytes);
    if (found <= 0)
        return found;
    buffer_add(&r->kept, bytes.p, bytes.n);
    if (r->kept.failed)
        return -ENOMEM;
    int e = ledger_read(&r->ledger, buffer_span(&r->kept));
    r->any = e == 0;
    return e;
}

int resume_read(struct resume *r, struct coordinator *c)
{
    struct state *s = c->settings->state;
    *r = (struct resume){ 0 };
    if (!s)
        return 0;
    int e = state_begin(s);
    if (e == 0)
        e = read_ledger(r, s);
    state_abort(s);
    return e < 0 ? complain(c, e) : 0;
}

void resume_fini(struct resume *r)
{
    ledger_fini(&r->ledger);
    buffer_fini(&r->kept);
}

// ---- source and outputs

static int open_output(struct coordinator *c, struct output **out, const char *path,
                       uint64_t length)
{
    if (!c->settings->state)
        return output_open(out, path, &c->writers);
    return output_go_on(out, path, length, &c->writers);
}

// ---- bodies and archives

int resume_settle(const struct resume *r, struct coordinator *c)
{
    const struct crawl_settings *s = c->settings;
    int e = 0;
    if (!s->state)
        return 0;
    if (s->save)
        e = saving_names_redo(s->save, &r->ledger);
    if (e == 0 && s->save)
        save_sweep_left(s->save); // those that were not committed
    return e;
}

// Whose the archive files of this part are: they have its time in their names.
static int note_part(struct coordinator *c)
{
    struct state *s = c->settings->state;
    struct buffer b = { 0 };
    pack_int(&b, c->settings->worker.warc_since);
    int e = b.failed ? -ENOMEM : state_begin(s);
    if (e == 0)
        e = state_meta_put(s, "part", buffer_span(&b));
    if (e == 0)
        e = state_commit(s);
    state_abort(s);
    buffer_fini(&b);
    return e < 0 ? complain(c, e) : 0;
}

// A list of which nothing was taken is begun: also by a refresh, which may have another one.
static const struct source_position *begun(const struct resume *r)
{
    const struct source_position *p = &r->ledger.source;
    return r->any && (p->arguments || p->offset || p->spooled || p->ended) ? p : NULL;
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

int resume_open(const struct resume *r, struct coordinator *c)
{
    const struct crawl_settings *s = c->settings;
    struct source_setup source = { .urls = s->urls,
                                   .path = s->input,
                                   .traced = s->state != NULL,
                                   .spool = s->spool,
                                   .from = begun(r),
                                   .given = !s->recalled };
    int e = source_open(&c->source, &source);
    if (e == 0 && s->state && s->worker.warc_prefix)
        e = note_part(c);
    if (e == 0)
        e = open_output(c, &c->records, s->output, r->ledger.records);
    if (e == 0 && s->failed)
        e = open_output(c, &c->failed, s->failed, r->ledger.failed);
    if (e == 0 && s->index)
        // One that is not there has been sorted into the index.
        e = open_output(c, &c->index, s->index, is_there(s->index) ? r->ledger.index : 0);
    if (e == 0 && s->explore.rejected_log)
        e = open_output(c, &c->rejected, s->explore.rejected_log, r->ledger.rejected);
    return e;
}

int resume_is_over(const struct resume *r, struct coordinator *c)
{
    const struct crawl_settings *s = c->settings;
    struct source_setup source = { .urls = s->urls,
                                   .path = s->input,
                                   .traced = true,
                                   .spool = s->spool,
                                   .from = &r->ledger.source,
                                   .given = !s->recalled };
    struct source *look;
    struct line line;
    if (!r->any || !r->ledger.finished)
        return 0;
    int e = source_open(&look, &source);
    if (e < 0)
        return e;
    bool more = source_next(look, &line) == 1; // the list has grown
    source_close(look);
    return !more;
}

// ---- items

struct loading {
    struct coordinator *c;
    struct continuation_time now;
    uint64_t items;
};

static int load_item(void *arg, uint64_t number, struct span bytes)
{
    struct loading *l = arg;
    struct item *i;
    int64_t not_before;
    int r = continuation_read(&i, bytes, number, l->now, &l->c->held, &not_before);
    if (r < 0)
        return r;
    if (i->engine >= l->c->settings->engines)
        i->engine = 0;
    i->held = true;
    l->items++;
    int64_t behind = clock_after(l->now.mono, retry_behind(i->attempts));
    if (i->attempts > 0 && not_before < behind)
        not_before = behind;
    intake_put(l->c, i, not_before);
    return 0;
}

// ---- tables

static int load_trust(struct coordinator *c, struct state *s)
{
    struct span bytes;
    int r = state_meta_get(s, "trust", &bytes);
    if (r <= 0)
        return r;
    struct unpack u = unpack_of(bytes);
    while (u.n > 0 && !u.bad) {
        uint64_t place = unpack_word(&u);
        if (!u.bad)
            trust_add(&c->trust, place);
    }
    c->commits->trusted = c->trust.count;
    return u.bad ? -EUCLEAN : 0;
}

static int load_tables(struct loading *l, struct state *s, const struct ledger *ledger)
{
    int r = load_trust(l->c, s);
    if (r == 0)
        r = explore_recall(l->c, s);
    if (r == 0)
        r = commits_load_hosts(l->c, s, l->now.wall);
    if (r == 0)
        r = state_held_each(s, load_item, l);
    if (r == 0 && l->items != ledger->held)
        r = -EUCLEAN;
    return r;
}

int resume_load(const struct resume *r, struct coordinator *c)
{
    struct state *s = c->settings->state;
    struct loading l = { .c = c };
    // Nobody knows when the run before last asked anybody: it may have been a moment ago. Also when
    // it was killed before its first commit.
    if (c->settings->begun) {
        c->frontier.hosts.groups.asked = c->now;
        bucket_take(&c->rate, c->now);
    }
    if (!r->any)
        return 0;
    l.now = (struct continuation_time){ c->now, clock_wall(), r->ledger.when };
    int e = state_begin(s);
    if (e == 0)
        e = load_tables(&l, s, &r->ledger);
    state_abort(s);
    if (e < 0)
        return complain(c, e);
    c->commits->resumed = true;
    c->commits->spent = r->ledger.spent;
    c->commits->held = r->ledger.held;
    c->commits->ledger.records = r->ledger.records;
    return 0;
}

int resume_counts(const struct resume *r, struct coordinator *c)
{
    if (!r->any)
        return 0;
    if (r->ledger.stats.n == 0) {
        log_note("refreshing '%s': what has not changed since is not sent again",
                 c->settings->state_dir);
        return 0;
    }
    int e = stats_unpack(&c->stats, r->ledger.stats);
    if (e < 0)
        return complain(c, e);
    c->stats.began = c->began - r->ledger.spent; // what went on before counts as time, too
    c->commits->taken = c->stats.taken;
    log_note("going on with '%s': %llu URLs are done, %llu of those taken are not",
             c->settings->state_dir, (unsigned long long)c->stats.records,
             (unsigned long long)(c->stats.taken - c->stats.records));
    if (source_was_cut(c->source))
        log_warning("standard input had not been read to its end: what was kept of it is fetched; "
                    "to go on behind that, start the same command with the same input");
    return 0;
}

// ---- the store

static void wake(void *arg)
{
    coordinator_stir(arg);
}

int resume_start(struct coordinator *c)
{
    struct store_options o = {
        .loop = c->loop, .state = c->settings->state, .wake = wake, .arg = c
    };
    if (!o.state)
        return 0;
    int r = store_open(&c->store, &o);
    if (r < 0)
        return complain(c, r);
    stock_start(&c->stock, c->store, store_counts(c->store).frontier > 0,
                c->settings->explore.on ? STOCK_OF_CRAWL : STOCK_OF_LIST);
    return 0;
}
