// SPDX-License-Identifier: MIT
#include "resolve/flight.h"
#include "resolve/flights.h"
#include "resolve/verdict.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

static void flight_ready(struct flight *f)
{
    if (list_empty(&f->ready))
        list_push(&f->all->ready, &f->ready);
}

static void flight_six_changed(struct question *q)
{
    flight_ready(list_entry(q, struct flight, six));
}

static void flight_four_changed(struct question *q)
{
    flight_ready(list_entry(q, struct flight, four));
}

static void flight_fire(struct loop_timer *timer)
{
    flight_ready(list_entry(timer, struct flight, timer));
}

struct flight *flight_new(struct flights *all, struct span key, uint64_t hash)
{
    struct flight *f = calloc(1, sizeof *f + key.n);
    if (!f)
        return NULL;
    f->all = all;
    f->timer.fire = flight_fire;
    list_init(&f->node);
    list_init(&f->ready);
    list_init(&f->waiters);
    memcpy(f->name, key.p, key.n);
    if (map_add(&all->by_name, &f->by_name, hash, (struct span){ f->name, key.n }) < 0) {
        free(f);
        return NULL;
    }
    list_push(&all->waiting, &f->node);
    return f;
}

// Takes it off the table and out of its place.
static void flight_leave(struct flight *f)
{
    struct flights *all = f->all;
    list_remove(&f->node);
    if (f->stage == FLIGHT_LATE) {
        all->belated--;
        return;
    }
    map_remove(&all->by_name, &f->by_name);
    if (f->stage == FLIGHT_ASKING)
        pace_end(&all->pace);
}

void flight_free(struct flight *f)
{
    flight_leave(f);
    list_remove(&f->ready);
    loop_disarm(f->all->loop, &f->timer);
    question_drop(&f->six);
    question_drop(&f->four);
    roster_release(f->servers);
    free(f);
}

size_t flight_candidate(char out[QUERY_NAME + 1], struct span key, const struct servers *servers,
                        unsigned i)
{
    unsigned dots = 0;
    for (size_t j = 0; j < key.n; j++)
        dots += key.p[j] == '.';
    bool rooted = key.n && key.p[key.n - 1] == '.';
    unsigned searches = rooted || dots >= servers->ndots ? 0 : servers->searches;
    unsigned bare = dots ? 0 : searches; // which one is the name as it is
    struct span domain = { NULL, 0 };
    for (; i <= searches; i++) {
        if (i != bare)
            domain = span_of(servers->search[i - (i > bare)]);
        if (key.n - rooted + domain.n + (i != bare) <= (size_t)QUERY_NAME)
            break;
    }
    if (i > searches)
        return 0;
    size_t n = key.n - rooted;
    memcpy(out, key.p, n);
    if (i != bare) {
        out[n++] = '.';
        memcpy(out + n, domain.p, domain.n);
        n += domain.n;
    }
    return n;
}

// Asks for the next name in question. Returns false when there is none.
static bool flight_ask(struct flight *f, int64_t now)
{
    struct flights *all = f->all;
    int64_t step = all->timeout / 10;
    size_t n = flight_candidate(f->asked, f->by_name.key, &f->servers->servers, f->candidate);
    if (!n)
        return false;
    struct span name = { f->asked, n };
    f->candidate++;
    question_drop(&f->six);
    question_drop(&f->four);
    f->six.found.kind = f->four.found.kind = FINDING_UNWANTED;
    f->refused = 0;
    if (all->ipv6)
        question_start(&f->six, f->servers, name, QUERY_AAAA, step, now, flight_six_changed);
    if (all->ipv4)
        question_start(&f->four, f->servers, name, QUERY_A, step, now, flight_four_changed);
    return true;
}

void flight_start(struct flight *f, int64_t now)
{
    struct flights *all = f->all;
    list_remove(&f->node);
    list_push(&all->asking, &f->node);
    f->stage = FLIGHT_ASKING;
    f->servers = roster_hold(&all->roster, now);
    f->deadline = clock_after(now, all->timeout);
    flight_ask(f, now);
    flight_step(f, now);
}

// Gives every waiting fiber the answer, or the error.
static void flight_wake(struct flight *f, const struct resolve_answer *a, int err)
{
    while (!list_empty(&f->waiters)) {
        struct waiter *w = list_entry(f->waiters.next, struct waiter, node);
        if (!err)
            *(struct resolve_answer *)w->slot = *a;
        waiter_fire(w, err);
    }
}

static void flight_count(struct resolver_stats *stats, enum resolve_status status)
{
    stats->found += status == RESOLVE_FOUND;
    stats->notfound += status == RESOLVE_NOTFOUND;
    stats->failed += status == RESOLVE_FAILED;
    stats->timeouts += status == RESOLVE_TIMEOUT;
}

static bool flight_is_open(const struct flight *f)
{
    return question_hears(&f->six) || question_hears(&f->four);
}

// Stays on for what the slower family may still bring; the oldest that does makes room.
static void flight_linger(struct flight *f)
{
    struct flights *all = f->all;
    if (loop_arm(all->loop, &f->timer, f->deadline) < 0) {
        flight_free(f);
        return;
    }
    flight_leave(f);
    f->stage = FLIGHT_LATE;
    list_push(&all->late, &f->node);
    if (++all->belated > FLIGHTS_LATE_MOST)
        flight_free(list_entry(all->late.next, struct flight, node));
}

static void flight_settle(struct flight *f, int64_t now)
{
    struct resolve_answer a;
    verdict_reach(&a, &f->six.found, &f->four.found, now);
    if (a.status == RESOLVE_NOTFOUND && flight_ask(f, now)) {
        flight_ready(f);
        return;
    }
    flight_count(&f->all->stats, a.status);
    f->kept = cache_put(&f->all->cache, f->by_name.key, &a, now);
    flight_wake(f, &a, 0);
    if (f->kept && a.status == RESOLVE_FOUND && flight_is_open(f))
        flight_linger(f);
    else
        flight_free(f);
}

// Adds what came late to what the cache has, and ends. An answer that sends the question elsewhere
// is followed; silence is left alone.
static void flight_step_late(struct flight *f, int64_t now)
{
    f->six.due = f->four.due = CLOCK_NEVER;
    question_step(&f->six, now);
    question_step(&f->four, now);
    if (flight_is_open(f) && now < f->deadline)
        return;
    if (!flight_is_open(f)) {
        struct resolve_answer a;
        verdict_reach(&a, &f->six.found, &f->four.found, now);
        cache_amend(&f->all->cache, f->by_name.key, f->kept, &a, now);
    }
    flight_free(f);
}

static void flight_give_up(struct flight *f, int err)
{
    flight_wake(f, NULL, err);
    flight_free(f);
}

static int64_t flight_sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// When there is nothing more to wait for. A family that is to be asked again later is not waited
// for when the other is there.
static int64_t flight_due(const struct flight *f)
{
    int64_t due = verdict_due(&f->six.found, &f->four.found);
    return due != CLOCK_NEVER && !flight_is_open(f) ? 0 : due;
}

// One family refused while the other was answered is the server's way with that family; both are a
// matter of its load.
static void flight_note_refusals(struct flight *f, int64_t now)
{
    unsigned six = f->six.found.kind == FINDING_UNWANTED ? 1 : f->six.refused;
    unsigned four = f->four.found.kind == FINDING_UNWANTED ? 1 : f->four.refused;
    if (!six || !four || six + four <= f->refused)
        return;
    f->refused = six + four;
    pace_refused(&f->all->pace, now);
}

void flight_step(struct flight *f, int64_t now)
{
    if (f->stage == FLIGHT_LATE) {
        flight_step_late(f, now);
        return;
    }
    int64_t next = flight_sooner(question_step(&f->six, now), question_step(&f->four, now));
    int err = f->six.error ? f->six.error : f->four.error;
    if (err < 0) {
        flight_give_up(f, err);
        return;
    }
    if (now >= f->deadline) {
        question_expire(&f->six, now);
        question_expire(&f->four, now);
    }
    int64_t due = flight_due(f);
    if (due <= now) {
        flight_settle(f, now);
        return;
    }
    flight_note_refusals(f, now);
    next = flight_sooner(flight_sooner(next, due), f->deadline);
    if (loop_arm(f->all->loop, &f->timer, next) < 0)
        flight_give_up(f, -ENOMEM);
}
