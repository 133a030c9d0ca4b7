// SPDX-License-Identifier: MIT
#include "status/survey.h"
#include "frontier/continuation.h"
#include "ledger/host_entry.h"
#include "store/state_frontier.h"
#include "store/state_held.h"
#include "store/state_hosts.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "store/state_seen.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

static struct survey_host *survey_host_of(struct map_node *n)
{
    return n ? (struct survey_host *)((char *)n - offsetof(struct survey_host, node)) : NULL;
}

// The host with this key, made if it is new. NULL: no memory.
static struct survey_host *survey_host(struct survey *s, uint64_t key)
{
    struct span bytes = { (const char *)&key, sizeof key };
    uint64_t hash = map_hash(bytes);
    struct survey_host *h = survey_host_of(map_find(&s->map, hash, bytes));
    if (h)
        return h;
    h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->host = key;
    if (map_add(&s->map, &h->node, hash, (struct span){ (const char *)&h->host, sizeof h->host })) {
        free(h);
        return NULL;
    }
    s->hosts++;
    return h;
}

// The part of a URL that names its origin: up to the path.
static struct span survey_origin(struct span href)
{
    const char *p = memmem(href.p, href.n, "://", 3);
    size_t at = p ? (size_t)(p - href.p) + 3 : href.n;
    while (at < href.n && href.p[at] != '/' && href.p[at] != '?')
        at++;
    return (struct span){ href.p, at };
}

// Of a host that nothing was asked of yet, only its URLs tell the name.
static int survey_name(struct survey_host *h, struct span item)
{
    struct span given, href;
    int64_t at;
    int r = continuation_look(item, &given, &href, &at);
    if (r < 0)
        return r;
    struct span origin = survey_origin(href);
    h->origin = strndup(origin.p, origin.n);
    return h->origin ? 0 : -ENOMEM;
}

static int survey_count(struct survey *s, uint64_t key, struct span item, bool in_memory)
{
    struct span given, href;
    int64_t at = 0;
    int r = 0;
    if (in_memory) { // its host stands in it, and it may wait for a time of its own
        r = continuation_look(item, &given, &href, &at);
        if (r < 0)
            return r;
        key = map_hash(survey_origin(href));
    }
    struct survey_host *h = survey_host(s, key);
    if (!h)
        return -ENOMEM;
    if (!h->origin && (r = survey_name(h, item)) < 0)
        return r;
    h->left++;
    s->left++;
    if (at > s->now) {
        h->retry = h->retries == 0 || at < h->retry ? at : h->retry;
        h->retries++;
    }
    return 0;
}

static int survey_on_disk(void *arg, const struct state_place *at, struct span item)
{
    return survey_count(arg, at->host, item, false);
}

static int survey_held(void *arg, uint64_t number, struct span item)
{
    (void)number;
    return survey_count(arg, 0, item, true);
}

static int survey_know(struct survey *s, struct state *state, struct survey_host *h)
{
    struct host_entry entry;
    struct span value;
    int r = state_hosts_get(state, h->host, &value);
    if (r <= 0)
        return r;
    r = host_entry_read(&entry, value);
    if (r < 0)
        return r;
    h->until = entry.aside > entry.until ? entry.aside : entry.until;
    h->asked = entry.held;
    h->delay = entry.delay;
    h->interval = entry.interval;
    h->exchanges = entry.exchanges;
    h->mean = entry.exchanges ? entry.spent / (int64_t)entry.exchanges : 0;
    h->failures = entry.failures;
    (void)s;
    return 0;
}

int64_t survey_pace(const struct survey_host *h, int64_t now)
{
    int64_t each = h->delay > 0 ? h->delay + h->mean : 0;
    if (each < h->interval)
        each = h->interval;
    int64_t begin = h->until > now ? h->until - now : 0;
    if (h->left > 1 && each > INT64_MAX / (int64_t)h->left)
        return INT64_MAX / 2;
    return begin + each * (int64_t)(h->left > 0 ? h->left - 1 : 0);
}

// What a walk over the hosts needs.
struct survey_walk {
    struct survey *survey;
    struct state *state;
    int error;
};

// Those first whose pace takes longest, then those with most left.
static bool survey_before(const struct survey *s, const struct survey_host *a,
                          const struct survey_host *b)
{
    int64_t first = survey_pace(a, s->now), second = survey_pace(b, s->now);
    return first != second ? first > second : a->left > b->left;
}

static void survey_rank(struct survey *s, struct survey_host *h)
{
    unsigned at = s->shown;
    if (at == SURVEY_HOSTS) {
        if (!survey_before(s, h, s->most[at - 1]))
            return;
        at--;
    } else {
        s->shown++;
    }
    for (; at > 0 && survey_before(s, h, s->most[at - 1]); at--)
        s->most[at] = s->most[at - 1];
    s->most[at] = h;
}

static void survey_look_at(struct map_node *n, void *arg)
{
    struct survey_walk *w = arg;
    struct survey *s = w->survey;
    struct survey_host *h = survey_host_of(n);
    if (w->error < 0)
        return;
    w->error = survey_know(s, w->state, h);
    if (h->until > s->now)
        s->waiting += h->left;
    else
        s->waiting += h->retries;
    survey_rank(s, h);
    int64_t pace = survey_pace(h, s->now);
    if (pace > s->bound) {
        s->bound = pace;
        s->slowest = h;
    }
}

static int survey_numbers(struct survey *s, struct state *state)
{
    int r = state_hosts_count(state, &s->known);
    if (r == 0)
        r = state_pages_count(state, &s->pages);
    if (r == 0)
        r = state_seen_count(state, &s->seen);
    s->size = state_size(state);
    return r;
}

static int survey_ledger(struct survey *s, struct state *state)
{
    struct span value;
    int r = state_meta_get(state, "ledger", &value);
    if (r <= 0)
        return r;
    s->committed = true;
    return ledger_read(&s->ledger, value);
}

// Everything, inside a transaction.
static int survey_all(struct survey *s, struct state *state)
{
    struct survey_walk walk = { s, state, 0 };
    int r = survey_ledger(s, state);
    if (r == 0)
        r = survey_numbers(s, state);
    if (r == 0)
        r = state_held_each(state, survey_held, s);
    if (r == 0)
        r = state_frontier_each(state, survey_on_disk, s);
    if (r < 0)
        return r;
    map_each(&s->map, survey_look_at, &walk);
    return walk.error;
}

int survey_take(struct survey *out, struct state *state, int64_t now)
{
    struct survey s = { .now = now };
    uint64_t secret[2];
    state_map_secret(state, secret);
    map_use_secret(secret); // hosts have the same keys here as in the state
    int r = state_begin(state);
    if (r < 0)
        return r;
    r = survey_all(&s, state);
    if (r < 0) {
        state_abort(state);
        survey_fini(&s);
        return r;
    }
    *out = s; // the ledger's views stay good as long as the transaction does
    return 0;
}

static void survey_free_host(struct map_node *n, void *arg)
{
    struct survey_host *h = survey_host_of(n);
    (void)arg;
    free(h->origin);
    free(h);
}

void survey_fini(struct survey *s)
{
    map_each(&s->map, survey_free_host, NULL);
    map_fini(&s->map);
    ledger_fini(&s->ledger);
}

// ---- URLs, one by one

struct survey_list {
    survey_show *show;
    uint64_t run; // whose failures
    void *arg;
};

static int survey_list_item(const struct survey_list *l, struct span item)
{
    struct span given, href;
    int64_t at;
    int r = continuation_look(item, &given, &href, &at);
    return r < 0 ? r : l->show(l->arg, given.p ? given : href);
}

static int survey_list_place(void *arg, const struct state_place *at, struct span item)
{
    (void)at;
    return survey_list_item(arg, item);
}

static int survey_list_number(void *arg, uint64_t number, struct span item)
{
    (void)number;
    return survey_list_item(arg, item);
}

int survey_pending(struct state *state, survey_show *show, void *arg)
{
    struct survey_list list = { .show = show, .arg = arg };
    int r = state_held_each(state, survey_list_number, &list);
    return r < 0 ? r : state_frontier_each(state, survey_list_place, &list);
}

static int survey_list_page(void *arg, uint64_t host, uint64_t hash, struct span value)
{
    const struct survey_list *l = arg;
    struct page_entry page;
    (void)host;
    (void)hash;
    int r = page_entry_read(&page, value);
    if (r < 0)
        return r;
    bool failed = page.run == l->run && (page.error != FETCH_OK || page.status >= 400);
    return page.asked && failed && page.url.p ? l->show(l->arg, page.url) : 0;
}

int survey_failed(struct state *state, survey_show *show, void *arg)
{
    struct survey s = { 0 };
    int r = survey_ledger(&s, state);
    struct survey_list list = { .show = show, .arg = arg, .run = s.ledger.refresh };
    survey_fini(&s);
    return r < 0 ? r : state_pages_each(state, survey_list_page, &list);
}
