// SPDX-License-Identifier: MIT
#include "ledger/revive.h"
#include "data/pack.h"
#include "frontier/continuation.h"
#include "ledger/page_entry.h"
#include "store/state_frontier.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include <errno.h>

// How far it has got.
struct progress {
    uint64_t at[2];  // the next page
    uint64_t number; // of the next item
    bool more;
};

// Before the first time there is none: it is done.
static int get_progress(struct state *s, struct progress *p)
{
    struct span note;
    int r = state_meta_get(s, REVIVE_NOTE, &note);
    *p = (struct progress){ .number = 1 };
    if (r <= 0)
        return r;
    struct unpack u = unpack_of(note);
    p->at[0] = unpack_word(&u);
    p->at[1] = unpack_word(&u);
    p->number = unpack_uint_to(&u, REVIVE_NUMBERS);
    p->more = unpack_uint_to(&u, 1);
    return unpack_ended(&u) ? 0 : -EUCLEAN;
}

static int put_progress(struct state *s, const struct progress *p)
{
    struct buffer b = { 0 };
    pack_word(&b, p->at[0]);
    pack_word(&b, p->at[1]);
    pack_uint(&b, p->number);
    pack_uint(&b, p->more);
    int r = b.failed ? -ENOMEM : state_meta_put(s, REVIVE_NOTE, buffer_span(&b));
    buffer_fini(&b);
    return r;
}

int revive_begin(struct state *s)
{
    struct progress p;
    int r = get_progress(s, &p);
    p.at[0] = p.at[1] = 0;
    p.more = true;
    return r < 0 ? r : put_progress(s, &p);
}

// What was read of the pages: the frontier changes only when that is done, for a change may move
// what is borrowed.
struct reading {
    uint64_t run;
    struct buffer items; // host, item; one behind the other
    struct buffer item;
};

static int read_page(void *arg, uint64_t host, uint64_t hash, struct span value)
{
    struct reading *in = arg;
    struct page_entry p;
    (void)hash;
    int r = page_entry_read(&p, value);
    if (r < 0 || !p.asked || !p.found || !p.url.p || p.run + 1 != in->run)
        return r;
    struct continuation_url u = { .href = p.url, .depth = p.depth, .mark = p.mark };
    buffer_clear(&in->item);
    continuation_of_url(&in->item, &u);
    pack_word(&in->items, host);
    pack_span(&in->items, buffer_span(&in->item));
    return in->item.failed || in->items.failed ? -ENOMEM : 0;
}

static int append_items(struct state *s, struct span items, uint64_t *number, struct buffer *hosts)
{
    struct unpack u = unpack_of(items);
    uint64_t last = 0;
    int r = 0, n = 0;
    for (; r == 0 && u.n > 0; n++) {
        struct state_place at = { .host = unpack_word(&u), .number = (*number)++ };
        if (n == 0 || at.host != last)
            buffer_add(hosts, (const char *)&at.host, sizeof at.host);
        last = at.host;
        r = state_frontier_put(s, &at, unpack_span(&u));
    }
    if (r == 0 && hosts->failed)
        r = -ENOMEM;
    return r < 0 ? r : n;
}

int revive_some(struct state *s, uint64_t run, unsigned most, struct buffer *hosts, bool *more)
{
    struct reading in = { .run = run };
    struct progress p;
    int n = 0, r = get_progress(s, &p);
    *more = false;
    if (r < 0 || !p.more)
        return r;
    r = state_pages_some(s, p.at, most, read_page, &in);
    if (r >= 0) {
        p.more = (unsigned)r == most;
        n = r = append_items(s, buffer_span(&in.items), &p.number, hosts);
    }
    if (r >= 0)
        r = put_progress(s, &p);
    *more = p.more;
    buffer_fini(&in.items);
    buffer_fini(&in.item);
    return r < 0 ? r : n;
}
