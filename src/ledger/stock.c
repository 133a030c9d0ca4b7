// SPDX-License-Identifier: MIT
#include "ledger/stock.h"
#include <stdlib.h>

enum {
    BATCH_LEAST = 4, // of a crawl
    BATCH_MOST = 256,
    ASKED_MOST = 1 << 14, // items asked for at a time
};

// A host that may have something on disk, or has something of it in memory.
struct stocked {
    struct map_node node; // key: `host`
    struct list want;
    uint64_t host, taken;
    unsigned held;  // items of it in memory
    unsigned asked; // for so many
    bool more;      // something may be on disk
    bool pending;   // counted as such
    bool dry;       // it has used up all that it had in memory
};

void stock_init(struct stock *s)
{
    *s = (struct stock){ .store = NULL };
    list_init(&s->want);
    list_init(&s->dry);
}

void stock_start(struct stock *s, struct store *store, bool unlisted, unsigned batches)
{
    s->batches = batches;
    s->store = store;
    s->unlisted = unlisted;
}

static void forget(struct map_node *n, void *arg)
{
    (void)arg;
    free((char *)n - offsetof(struct stocked, node));
}

void stock_fini(struct stock *s)
{
    map_each(&s->hosts, forget, NULL);
    map_fini(&s->hosts);
    stock_init(s);
}

static struct span key_of(const uint64_t *host)
{
    return (struct span){ (const char *)host, sizeof *host };
}

static struct stocked *find(const struct stock *s, uint64_t host)
{
    struct map_node *n = map_find(&s->hosts, host, key_of(&host));
    return n ? (struct stocked *)((char *)n - offsetof(struct stocked, node)) : NULL;
}

// Where each host has a limit they are all kept, for what they have counts on.
static bool is_full(const struct stock *s, unsigned most)
{
    return !s->host_most && s->count >= most;
}

static struct stocked *make(struct stock *s, uint64_t host)
{
    struct stocked *e = find(s, host);
    if (e || is_full(s, STOCK_HOSTS) || !(e = calloc(1, sizeof *e)))
        return e;
    e->host = host;
    list_init(&e->want);
    if (map_add(&s->hosts, &e->node, host, key_of(&e->host)) < 0) {
        free(e);
        return NULL;
    }
    s->count++;
    return e;
}

// How many items of a host are brought into memory at a time: few where there are many hosts.
static unsigned batch(const struct stock *s)
{
    unsigned n = s->batches / (s->count + 1), least = s->batches < STOCK_OF_CRAWL ? 1 : BATCH_LEAST;
    return n < least ? least : n > BATCH_MOST ? BATCH_MOST : n;
}

// How many may still be taken, of `e` and in all.
static uint64_t allowance(const struct stock *s, const struct stocked *e)
{
    uint64_t all = s->most ? s->most - s->taken - s->asked : UINT64_MAX;
    uint64_t own = s->host_most ? s->host_most - e->taken : UINT64_MAX;
    return all < own ? all : own;
}

static bool may_give(const struct stock *s, const struct stocked *e)
{
    return e->more && (!s->host_most || e->taken < s->host_most);
}

// Brings in order what follows from what has changed of a host; forgets one of which nothing is
// left.
static void settle(struct stock *s, struct stocked *e)
{
    bool pending = may_give(s, e) || e->asked > 0;
    s->pending = s->pending + pending - e->pending;
    e->pending = pending;
    bool wanted = may_give(s, e) && e->asked == 0 && e->held <= batch(s) / 4;
    bool dry = e->taken > 0 && e->held == 0;
    if (!wanted || dry != e->dry)
        list_remove(&e->want);
    e->dry = dry;
    if (wanted && list_empty(&e->want))
        list_push(dry ? &s->dry : &s->want, &e->want);
    if (pending || e->held > 0 || e->more || s->host_most)
        return;
    map_remove(&s->hosts, &e->node);
    s->count--;
    free(e);
}

void stock_put(struct stock *s, uint64_t host)
{
    struct stocked *e = make(s, host);
    if (!e) {
        s->unlisted = true;
        return;
    }
    e->more = true;
    settle(s, e);
}

bool stock_has(const struct stock *s, uint64_t host)
{
    const struct stocked *e = s->count ? find(s, host) : NULL;
    return e && (e->more || e->asked > 0);
}

void stock_count(struct stock *s, uint64_t host, unsigned n)
{
    struct stocked *e = s->host_most ? make(s, host) : NULL;
    if (e)
        e->taken += n;
}

void stock_ended(struct stock *s, uint64_t host)
{
    struct stocked *e = find(s, host);
    if (!e)
        return;
    s->held -= e->held > 0;
    e->held -= e->held > 0;
    settle(s, e);
}

// Looks for hosts that are not known here, once there is room for them.
static void survey(struct stock *s)
{
    if (!s->unlisted || s->surveying || is_full(s, STOCK_HOSTS / 2))
        return;
    s->surveying = true;
    if (s->cursor == 0)
        s->survey_found = false;
    store_survey(s->store, s->cursor, STORE_HOSTS_MOST);
}

static void ask_those(struct stock *s, struct list *those, int64_t room)
{
    room = room > ASKED_MOST ? ASKED_MOST : room;
    while ((int64_t)s->asked < room && !list_empty(those)) {
        struct stocked *e = list_entry(those->next, struct stocked, want);
        uint64_t n = batch(s), most = allowance(s, e);
        n = n < most ? n : most;
        if (n == 0)
            break; // all that may be taken is taken, or asked for
        list_remove(&e->want);
        e->asked = (unsigned)n;
        e->more = false; // what is put from here on comes behind the answer
        s->asked += n;
        store_take(s->store, e->host, (unsigned)n);
    }
}

void stock_ask(struct stock *s, int64_t room)
{
    ask_those(s, &s->want, room);
    ask_those(s, &s->dry, room + STOCK_RESERVE);
    survey(s);
}

static void take_items(struct stock *s, const struct store_answer *a)
{
    struct stocked *e = find(s, a->host);
    s->taken += a->count;
    if (!e)
        return;
    s->asked -= e->asked;
    e->more |= a->count == e->asked;
    e->asked = 0;
    e->taken += a->count;
    e->held += a->count;
    s->held += a->count;
    settle(s, e);
}

static void take_hosts(struct stock *s, struct store_answer *a)
{
    uint64_t host;
    s->surveying = false;
    while (store_answer_host(a, &host)) {
        s->cursor = host + 1;
        if (find(s, host))
            continue;
        s->survey_found = true;
        stock_put(s, host);
    }
    if (a->count == a->most)
        return;
    s->cursor = 0;
    s->unlisted = s->survey_found; // once round without finding any: all are known
}

void stock_take(struct stock *s, struct store_answer *a)
{
    if (a->kind == STORE_TOOK)
        take_items(s, a);
    else if (a->kind == STORE_SURVEYED)
        take_hosts(s, a);
}

bool stock_is_empty(const struct stock *s)
{
    if (s->asked > 0 || s->surveying)
        return false;
    return (s->pending == 0 && !s->unlisted) || (s->most && s->taken >= s->most);
}
