// SPDX-License-Identifier: MIT
// What a crawl must not forget beside what it has found: where it started, and what its servers
// have set. It stands in the state under names of its own, the seeds in chunks, so that a long list
// of them is not written anew whenever there is one more.
#include "crawl/commits.h"
#include "crawl/cookies.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "data/pack.h"
#include "frontier/continuation.h"
#include "store/state_held.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 64 << 10, NAME = 32 };

static void name_chunk(char name[NAME], unsigned n)
{
    snprintf(name, NAME, "seeds.%u", n);
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
    pack_uint(&x->notes, typed);
    pack_span(&x->notes, url_href(u));
    pack_span(&x->notes, span_of(credentials));
    x->noted = false;
    return x->notes.failed ? -ENOMEM : 0;
}

void explore_note(struct coordinator *c)
{
    struct explore *x = c->explore;
    char name[NAME];
    if (c->cookies)
        cookies_note(c->cookies, c->store, c->now);
    if (!x)
        return;
    if (!x->noted) {
        name_chunk(name, x->chunk);
        store_note(c->store, name, buffer_span(&x->notes));
        x->noted = true;
    }
    if (x->notes.n > CHUNK) {
        x->chunk++;
        buffer_clear(&x->notes);
    }
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

static int recall_cookies(struct coordinator *c, struct state *s)
{
    struct span bytes;
    int r = c->cookies ? state_meta_get(s, COOKIES_NOTE, &bytes) : 0;
    return r == 1 ? cookies_recall(c->cookies, bytes) : r;
}

// What was taken of each host: all that has its record, and what was in memory.
static int count_page(void *arg, uint64_t host, uint64_t hash, struct span value)
{
    (void)hash, (void)value;
    stock_count(arg, host, 1);
    return 0;
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
    int r = state_pages_each(s, count_page, &c->stock);
    return r < 0 ? r : state_held_each(s, count_held, &c->stock);
}

int explore_recall(struct coordinator *c, struct state *s)
{
    struct explore *x = c->explore;
    struct span bytes;
    char name[NAME];
    int r = recall_cookies(c, s);
    for (unsigned n = 0; x && r == 0; n++) {
        name_chunk(name, n);
        r = state_meta_get(s, name, &bytes);
        if (r <= 0)
            break;
        struct unpack u = unpack_of(bytes);
        for (r = 0; r == 0 && u.n > 0;)
            r = recall_seed(c, &u);
        x->chunk = n + 1; // what comes is written behind them
        buffer_clear(&x->notes);
        x->noted = true;
    }
    return r == 0 && c->stock.host_most ? recall_counts(c, s) : r;
}
