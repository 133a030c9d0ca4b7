// SPDX-License-Identifier: MIT
// usage: store LINKS HOSTS [DIR]: links a second into the seen set and the frontier of a state, in
// DIR (kept for a look; else a temporary one that nobody cuts), committed whenever it is time to.
// Pages have 50 links, four fifths of them to their own host and the others to any; a tenth of all
// are known already. Then how fast the frontier is taken out again.
#include "ledger/store.h"
#include "frontier/continuation.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static struct list woken = { &woken, &woken };
static uint64_t links, hosts;
static const char *dir;

static void wake(void *arg)
{
    (void)arg;
    wake_all(&woken, 0);
}

static uint64_t mix(uint64_t x)
{
    x ^= x >> 31;
    x *= UINT64_C(0x9e3779b97f4a7c15);
    x ^= x >> 29;
    return x * UINT64_C(0xbf58476d1ce4e5b9);
}

static double rate(uint64_t n, int64_t began, int64_t now)
{
    return (double)n * (double)CLOCK_S / (double)(now - began + 1);
}

// `n` so far; of late: since this was shown before.
static void show(const char *what, uint64_t n, int64_t began)
{
    static uint64_t shown;
    static int64_t at;
    struct rusage u;
    int64_t now = clock_mono(), since = at > began ? at : began;
    uint64_t more = n > shown ? n - shown : n;
    getrusage(RUSAGE_SELF, &u);
    printf(
        "%-6s %9llu in %6.1f s: %7.0f a second, %7.0f of late; CPU %.1f s user, %.1f system; %ld "
        "MB\n",
        what, (unsigned long long)n, (double)(now - began) / (double)CLOCK_S, rate(n, began, now),
        rate(more, since, now), (double)u.ru_utime.tv_sec + (double)u.ru_utime.tv_usec / 1e6,
        (double)u.ru_stime.tv_sec + (double)u.ru_stime.tv_usec / 1e6, u.ru_maxrss >> 10);
    fflush(stdout);
    shown = n;
    at = now;
}

static void add(struct store *s, struct buffer *item, uint64_t n)
{
    char href[128];
    uint64_t page = n % 10 == 9 ? mix(n) % n : n;
    uint64_t host = mix(page % 5 == 4 ? page : page / 50) % hosts;
    int length =
        snprintf(href, sizeof href, "http://host%llu.example.com/some/directory/page-%llu.html",
                 (unsigned long long)host, (unsigned long long)page);
    struct span text = { href, (size_t)length };
    buffer_clear(item);
    continuation_of_url(item, &(struct continuation_url){ .href = text, .depth = 1 });
    struct store_link l = {
        .host = mix(host), .hash = store_hash(s, text), .depth = 1, .item = buffer_span(item)
    };
    store_link(s, &l);
}

// One cut at a time, as the coordinator does it; what is found meanwhile goes into the next.
static bool cutting;

static void wait_for_cut(struct store *s)
{
    struct store_answer a;
    while (cutting) {
        while (!store_receive(s, &a))
            park_on(&woken, CLOCK_NEVER);
        cutting = a.kind != STORE_COMMITTED;
    }
}

static void cut_when_due(struct store *s)
{
    struct store_answer a;
    while (cutting && store_receive(s, &a))
        cutting = a.kind != STORE_COMMITTED;
    if (cutting || store_uncut(s) < STORE_UNCUT)
        return;
    store_cut(s, span_of("ledger"));
    store_seal(s);
    cutting = true;
}

static void drain(struct store *s)
{
    uint64_t from = 0, host, taken = 0;
    struct store_answer a;
    store_survey(s, from, STORE_HOSTS_MOST);
    while (store_asked(s) > 0) {
        while (!store_receive(s, &a))
            park_on(&woken, CLOCK_NEVER);
        taken += a.kind == STORE_TOOK ? a.count : 0;
        while (a.kind == STORE_SURVEYED && store_answer_host(&a, &host)) {
            store_take(s, host, 1000000);
            from = host + 1;
        }
        if (a.kind == STORE_SURVEYED && a.count == a.most)
            store_survey(s, from, STORE_HOSTS_MOST);
        if (dir && store_asked(s) == 0 && taken && store_uncut(s) > 0) {
            store_cut(s, span_of("ledger"));
            store_seal(s);
            cutting = true;
            wait_for_cut(s);
        }
    }
    (void)taken;
}

static int body(void *arg)
{
    struct loop *l = arg;
    struct state *state;
    struct store *s;
    struct buffer item = { 0 };
    char why[STATE_WHY];
    int r = dir ? state_open(&state, dir, STATE_WRITE, clock_wall(), why)
                : state_open_temporary(&state, why);
    if (r < 0) {
        fprintf(stderr, "%s\n", why);
        return r;
    }
    struct store_options o = { .loop = l, .state = state, .temporary = !dir, .wake = wake };
    r = store_open(&s, &o);
    if (r < 0)
        return r;
    int64_t began = clock_mono();
    for (uint64_t n = 1; n <= links; n++) {
        add(s, &item, n);
        if (dir)
            cut_when_due(s);
        while (store_is_behind(s)) {
            park_on(&woken, clock_mono() + CLOCK_MS);
            if (dir)
                cut_when_due(s);
        }
        if (n % (links / 10) == 0)
            show("links", n, began);
    }
    wait_for_cut(s);
    store_flush(s);
    while (!store_is_quiet(s))
        park_on(&woken, CLOCK_NEVER);
    show("all", links, began);
    printf("frontier %llu, seen %llu, %llu MB on disk\n",
           (unsigned long long)store_counts(s).frontier, (unsigned long long)store_counts(s).seen,
           (unsigned long long)state_size(state) >> 20);
    began = clock_mono();
    uint64_t n = store_counts(s).frontier;
    drain(s);
    show("taken", n, began);
    store_close(s);
    buffer_fini(&item);
    return 0;
}

int main(int argc, char **argv)
{
    struct loop *l;
    links = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    hosts = argc > 2 ? strtoull(argv[2], NULL, 10) : 100000;
    dir = argc > 3 ? argv[3] : NULL;
    if (links < 10 || hosts == 0 || loop_new(&l, NULL) < 0)
        return 2;
    int r = loop_run(l, body, l);
    loop_free(l);
    return r < 0;
}
