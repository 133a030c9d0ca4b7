// SPDX-License-Identifier: MIT
// What comes of pages is remembered; and in a refresh every hop of an item is looked up before it
// enters the frontier. The questions of one turn go to the store together.
//
//      intake, follow ──► fresh ── one question a turn ──► asked ── answer ──► frontier
//
// An item that waits here is among the changed ones (commits.h), so a cut keeps it; when the run is
// gone on with it is looked up anew.
#include "crawl/shelf_known.h"
#include "crawl/commits.h"
#include "crawl/coordinator.h"
#include "crawl/explore.h"
#include "crawl/hop.h"
#include "crawl/intake.h"
#include "crawl/tally.h"
#include "data/pack.h"
#include "ledger/page_entry.h"
#include "output/record.h"
#include "sys/clock.h"
#include "visit/outcome.h"
#include <errno.h>

enum { SHELF_KNOWN_AT_ONCE = 4096 }; // pages of one question

void shelf_known_init(struct shelf_known *k)
{
    *k = (struct shelf_known){ .waiting = 0 };
    list_init(&k->fresh);
    list_init(&k->asked);
}

void shelf_known_fini(struct shelf_known *k)
{
    buffer_fini(&k->keys);
}

bool shelf_known_wanted(const struct coordinator *c, const struct item *i)
{
    return c->settings->refresh > 0 && !i->asking && !c->store_failed;
}

void shelf_known_ask(struct coordinator *c, struct item *i, int64_t not_before)
{
    i->due.key = not_before; // it is on no heap meanwhile
    i->recalled = true;
    list_push(&c->known.fresh, &i->node);
    c->known.waiting++;
    coordinator_stir(c);
}

// ---- keys

// What a line asks for by itself, as bytes. 0: nothing. Errors: -ENOMEM.
static int own_ask(struct coordinator *c, const struct item *i, struct buffer *out)
{
    struct ask own = { 0 };
    int r = i->more ? lines_json_ask(&own, item_members(i), &c->asked) : 0;
    buffer_clear(out);
    if (r < 0 || ask_is_empty(&own))
        return r;
    pack_span(out, own.method);
    pack_span(out, own.headers);
    pack_span(out, own.body);
    return out->failed ? -ENOMEM : 1;
}

int shelf_known_key(struct coordinator *c, const struct item *i, const struct url *u,
                    uint64_t key[2])
{
    int r = own_ask(c, i, &c->scratch);
    if (r < 0)
        return r;
    uint64_t own = r ? store_hash(c->store, buffer_span(&c->scratch)) : 0;
    key[0] = map_hash(host_key(u));
    key[1] = store_hash(c->store, url_href(u)) ^ own;
    return 0;
}

// ---- questions

static void enter(struct coordinator *c, struct item *i)
{
    int64_t not_before = i->due.key;
    i->due.key = 0;
    i->recalled = false;
    c->known.waiting--;
    intake_enter(c, i, not_before);
}

static void gather(struct coordinator *c)
{
    struct buffer *keys = &c->known.keys;
    struct list *node;
    buffer_clear(keys);
    for (unsigned n = 0; n < SHELF_KNOWN_AT_ONCE && (node = list_pop(&c->known.fresh)); n++) {
        struct item *i = list_entry(node, struct item, node);
        uint64_t key[2];
        size_t before = keys->n;
        int r = shelf_known_key(c, i, &i->url, key);
        if (r == 0) {
            pack_word(keys, key[0]);
            pack_word(keys, key[1]);
        }
        if (r == 0 && !keys->failed) {
            list_push(&c->known.asked, node);
            continue;
        }
        keys->n = before; // without memory it is fetched as if nothing were known
        keys->failed = false;
        enter(c, i);
    }
}

void shelf_known_turn(struct coordinator *c)
{
    while (!list_empty(&c->known.fresh) && !commits_wanted(c)) {
        gather(c);
        if (c->known.keys.n > 0)
            store_recall(c->store, buffer_span(&c->known.keys));
    }
}

// What is worth being kept while the item is under way.
static bool is_of_use(struct span page)
{
    struct page_entry p;
    return page.p && page_entry_read(&p, page) == 0 &&
           (p.etag.p || p.last_modified.p || p.digested);
}

void shelf_known_take(struct coordinator *c, struct store_answer *a)
{
    struct span page;
    while (store_answer_page(a, &page)) {
        struct list *node = list_pop(&c->known.asked);
        if (!node)
            return;
        struct item *i = list_entry(node, struct item, node);
        if (is_of_use(page))
            item_keep_known(i, page); // without memory nothing is known
        enter(c, i);
    }
}

struct item *shelf_known_drain(struct coordinator *c)
{
    struct list *node = list_pop(&c->known.asked);
    if (!node)
        node = list_pop(&c->known.fresh);
    if (!node)
        return NULL;
    c->known.waiting--;
    return list_entry(node, struct item, node);
}

// ---- what is remembered

// What is remembered of a URL; `url` as url_href gives it.
static void put_page(struct coordinator *c, const struct item *i, const struct url *url,
                     const struct page_entry *p)
{
    struct buffer *b = &c->commits->bytes;
    uint64_t key[2];
    if (shelf_known_key(c, i, url, key) < 0)
        return;
    buffer_clear(b);
    page_entry_write(b, p);
    store_page(c->store, key[0], key[1], buffer_span(b));
}

// Of the URL that was asked for, when it led to another.
static void put_given_page(struct coordinator *c, const struct item *i, const struct page_entry *p)
{
    struct url given;
    if (url_parse(&given, item_given(i), NULL, NULL) < 0)
        return;
    url_strip(&given);
    put_page(c, i, &given, p);
    url_fini(&given);
}

// Where it is in the archive. A revisit is nothing that another could refer to: what it refers to
// is, as far as that is known.
static void learn_capture(struct page_entry *p, const struct item *i, const struct outcome *o)
{
    struct page_entry known;
    struct span payload = message_span(o, o->warc_digest);
    if (!message_span(o, o->warc).n)
        return;
    if (!(o->flags & OUTCOME_REVISIT)) {
        p->captured = o->started;
        p->payload = payload;
    } else if (i->known && page_entry_read(&known, item_known(i)) == 0 && known.captured &&
               span_equal(known.payload, payload)) {
        p->captured = known.captured;
        p->payload = payload;
    }
}

// What the answer is, it is known by.
static void learn(struct page_entry *p, const struct item *i, const struct outcome *o)
{
    p->etag = message_span(o, o->etag);
    p->last_modified = message_span(o, o->last_modified);
    if (o->flags & OUTCOME_DIGEST && !(o->flags & OUTCOME_TRUNCATED) && i->method != HOP_HEAD) {
        p->digested = true;
        memcpy(p->digest, o->digest, sizeof p->digest);
    }
    learn_capture(p, i, o);
}

// What was known of the page stays so. A 304 may have new validators (RFC 9110 §15.4.5).
static void keep_known(struct page_entry *p, const struct item *i, const struct ending *e)
{
    struct page_entry known;
    if (!i->known || page_entry_read(&known, item_known(i)) < 0)
        return;
    const struct outcome *fresh = e->not_modified ? e->last : NULL;
    struct span etag = fresh ? message_span(fresh, fresh->etag) : (struct span){ 0 };
    struct span date = fresh ? message_span(fresh, fresh->last_modified) : (struct span){ 0 };
    p->etag = etag.n ? etag : known.etag;
    p->last_modified = date.n ? date : known.last_modified;
    p->digested = known.digested;
    memcpy(p->digest, known.digest, sizeof p->digest);
    p->captured = known.captured;
    p->payload = known.payload;
}

// Whether the answer, if there was one, says nothing of the page itself.
static bool says_nothing(const struct ending *e)
{
    int status = e->last ? e->last->status : 0;
    return e->error != FETCH_OK || status == 304 ||
           (status >= 400 && status != 404 && status != 410);
}

void shelf_known_remember(struct coordinator *c, const struct item *i, const struct ending *e)
{
    const struct outcome *o = e->last;
    struct page_entry p = { .when = clock_wall(),
                            .run = c->settings->refresh,
                            .error = e->error,
                            .status = o ? o->status : 0 };
    struct page_entry given = p;
    if (says_nothing(e))
        keep_known(&p, i, e);
    else if (o && o->status == 200)
        learn(&p, i, o);
    given.asked = true;
    given.found = c->explore;
    given.depth = i->depth;
    given.mark = i->mark;
    if (tally_is_failure(e->error, p.status) || c->explore)
        given.url = item_given(i);
    if (i->redirects > 0) {
        put_given_page(c, i, &given);
    } else {
        p.asked = true;
        p.url = given.url;
        p.found = given.found;
        p.depth = given.depth;
        p.mark = given.mark;
    }
    put_page(c, i, &i->url, &p);
}
