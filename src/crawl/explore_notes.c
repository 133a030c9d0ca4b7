// SPDX-License-Identifier: MIT
// What a crawl must not forget beside what it has found: where it started, what its servers have
// set, and how often it has come upon which path. It stands in the state under names of its own.
#include "crawl/commits.h"
#include "crawl/cookies.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "data/pack.h"
#include "frontier/continuation.h"
#include "ledger/page_entry.h"
#include "ledger/renew.h"
#include "store/state_held.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 64 << 10, NAME = 32 };

static const char seeds[] = "seeds", queries[] = RENEW_QUERIES;

static void name_chunk(char name[NAME], const char *what, unsigned n)
{
    snprintf(name, NAME, "%s.%u", what, n);
}

int explore_add_seed(struct coordinator *c, const struct url *u, const char *credentials,
                     bool typed)
{
    struct explore *x = c->explore;
    int added = scope_add_seed(x->scope, u), kept = 0;
    bool new = typed &&marks_add(&x->seeds, map_hash(host_key(u)));
    if (added >= 0 && credentials)
        kept = explore_keep_login(x, u, credentials);
    if (added < 0 || kept < 0)
        return -ENOMEM;
    if (!c->commits || !(added || kept || new))
        return 0;
    struct buffer *text = &x->notes.text;
    pack_uint(text, typed);
    pack_span(text, url_href(u));
    pack_span(text, span_of(credentials));
    x->notes.said = false;
    return text->failed ? -ENOMEM : 0;
}

void explore_note_query(struct coordinator *c, const struct url *u, uint64_t hash)
{
    struct explore *x = c->explore;
    if (!c->commits || !scope_counts(x->scope, u))
        return;
    pack_word(&x->queries.text, hash);
    pack_word(&x->queries.text, traps_path(u));
    x->queries.said = false;
    if (x->queries.text.failed)
        explore_lose(c);
}

static void say(struct coordinator *c, struct explore_notes *notes, const char *what)
{
    char name[NAME];
    if (!notes->said) {
        name_chunk(name, what, notes->chunk);
        store_note(c->store, name, buffer_span(&notes->text));
        notes->said = true;
    }
    if (notes->text.n > CHUNK) {
        notes->chunk++;
        buffer_clear(&notes->text);
    }
}

void explore_note(struct coordinator *c)
{
    struct explore *x = c->explore;
    if (c->cookies)
        cookies_note(c->cookies, c->store, c->now);
    if (!x)
        return;
    say(c, &x->notes, seeds);
    say(c, &x->queries, queries);
}

static int recall_seed(struct coordinator *c, struct unpack *u)
{
    bool typed = unpack_uint_to(u, 1);
    struct span href = unpack_span(u), credentials = unpack_span(u);
    struct url url;
    if (u->bad)
        return -EUCLEAN;
    int r = url_parse(&url, href, NULL, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : -EUCLEAN;
    char *copy = credentials.p ? strndup(credentials.p, credentials.n) : NULL;
    r = credentials.p && !copy ? -ENOMEM : explore_add_seed(c, &url, copy, typed);
    free(copy);
    url_fini(&url);
    return r;
}

// It is known, as it was, lest it is counted once more when the next page leads to it.
static int recall_query(struct coordinator *c, struct unpack *u)
{
    uint64_t hash = unpack_word(u), path = unpack_word(u);
    if (u->bad)
        return -EUCLEAN;
    recent_add(&c->explore->known, hash);
    scope_recall(c->explore->scope, path);
    return 0;
}

static int recall_notes(struct coordinator *c, struct state *s, struct explore_notes *notes,
                        const char *what, int (*recall)(struct coordinator *c, struct unpack *u))
{
    struct span bytes;
    char name[NAME];
    int r = 0;
    for (; r == 0; notes->chunk++) { // what comes is written behind them
        name_chunk(name, what, notes->chunk);
        r = state_meta_get(s, name, &bytes);
        if (r <= 0)
            break;
        struct unpack u = unpack_of(bytes);
        for (r = 0; r == 0 && u.n > 0;)
            r = recall(c, &u);
    }
    buffer_clear(&notes->text);
    notes->said = true;
    return r;
}

static int recall_cookies(struct coordinator *c, struct state *s)
{
    struct span bytes;
    int r = c->cookies ? state_meta_get(s, COOKIES_NOTE, &bytes) : 0;
    return r == 1 ? cookies_recall(c->cookies, bytes) : r;
}

// What was taken of each host: all that has its record of this run, and what was in memory.
static int count_page(void *arg, uint64_t host, uint64_t hash, struct span value)
{
    struct coordinator *c = arg;
    struct page_entry p;
    (void)hash;
    int r = page_entry_read(&p, value);
    if (r == 0 && p.run == c->settings->refresh)
        stock_count(&c->stock, host, 1);
    return r;
}

static int count_held(void *arg, uint64_t number, struct span bytes)
{
    struct span given, href;
    int64_t not_before;
    struct url u;
    (void)number;
    int r = continuation_look(bytes, &given, &href, &not_before);
    if (r == 0)
        r = url_parse(&u, href, NULL, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : -EUCLEAN;
    stock_count(arg, map_hash(host_key(&u)), 1);
    url_fini(&u);
    return 0;
}

static int recall_counts(struct coordinator *c, struct state *s)
{
    int r = state_pages_each(s, count_page, c);
    return r < 0 ? r : state_held_each(s, count_held, &c->stock);
}

int explore_recall(struct coordinator *c, struct state *s)
{
    struct explore *x = c->explore;
    int r = recall_cookies(c, s);
    if (r == 0 && x)
        r = recall_notes(c, s, &x->notes, seeds, recall_seed);
    if (r == 0 && x)
        r = recall_notes(c, s, &x->queries, queries, recall_query);
    return r == 0 && c->stock.host_most ? recall_counts(c, s) : r;
}
