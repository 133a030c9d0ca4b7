// SPDX-License-Identifier: MIT
#include "engine/threads.h"
#include "engine/lane.h"
#include "engine/porter.h"
#include "engine/wire.h"
#include "engine/worker.h"
#include "fiber/annotate.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/halt.h"
#include "sys/limits_threads.h"
#include "visit/gear.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

// A stack is resident as far as it was used: 16 KB by TLS with verification and a body that is
// decoded and saved. Sanitizers make frames several times as large.
enum { THREADS_STACK = ANNOTATE_SANITIZED ? 2 << 20 : 256 << 10 };

// One lane and the thread behind it.
struct threads_lane {
    struct lane lane;
    struct threads *house;
    struct porter_guest guest; // for anything on either queue
    struct shmq *jobs, *outcomes;
    struct wire_out down;
    struct wire_in up;
    struct buffer outcome; // of our own making
    pthread_t thread;
    bool started, ready, ended;
    unsigned number; // in the run: gear_number
    // The thread's, until it has ended.
    int error;
    struct rusage used;
};

struct threads {
    struct engine engine;
    struct engine_setup setup;
    struct porter porter;
    struct halt halt;  // what blocks is not wanted any more
    struct list waits; // who opens or closes it
    unsigned kind;     // of worker: see worker.h
    unsigned count, started, ready, ended;
    int error; // of a thread that could not begin
    bool open;
    struct threads_lane lane[];
};

static struct threads *threads_of(struct engine *e)
{
    return list_entry(e, struct threads, engine);
}

// ---- In the thread

static void *threads_main(void *arg)
{
    struct threads_lane *t = arg;
    struct threads *house = t->house;
    struct visit_settings settings = *house->setup.settings;
    settings.worker = t->number;
    pthread_setname_np(pthread_self(), "trawl-worker");
    t->error = worker_run(house->kind, t->jobs, t->outcomes, &settings, &house->halt);
    getrusage(RUSAGE_THREAD, &t->used);
    shmq_close(t->outcomes); // the last that is heard of it
    return NULL;
}

// ---- What is heard of it

// While the engine is opened or closed nobody takes outcomes, and there are none.
static void threads_look(struct threads_lane *t)
{
    struct threads *house = t->house;
    const void *p;
    size_t n;
    int some;
    do {
        while ((some = wire_receive(&t->up, &p, &n)) == 1) {
            house->ready += !t->ready;
            t->ready = true;
        }
    } while (some == 0 && !shmq_sleep(t->outcomes));
    if (some == 0 || t->ended)
        return;
    t->ended = true;
    house->ended++;
    if (!t->ready)
        house->error = t->error;
}

static void threads_heard(struct porter_guest *g)
{
    struct threads_lane *t = list_entry(g, struct threads_lane, guest);
    wire_flush(&t->down); // between threads nobody is mad
    if (t->house->open) {
        lane_announce(&t->lane, &t->house->setup);
        return;
    }
    threads_look(t);
    wake_all(&t->house->waits, 0);
}

static void threads_tell(void *guest)
{
    porter_tell(guest);
}

// ---- The lane

static int threads_send(struct lane *l, const struct job *job)
{
    return wire_send(&list_entry(l, struct threads_lane, lane)->down, job, job->size);
}

// There was no memory to take all of it up.
static const struct outcome *threads_lack(struct threads_lane *t, const struct outcome *o)
{
    struct outcome_parts parts = {
        .head = { .id = o->id, .flags = OUTCOME_SENT | OUTCOME_LACK, .error = FETCH_NO_RESOURCES },
        .message = span_of("out of memory"),
    };
    if (outcome_build_somehow(&t->outcome, &parts) < 0) {
        fprintf(stderr, "trawl: a lane of engine %s had no room for an outcome\n",
                t->house->engine.name);
        abort(); // threads_lane_init made it
    }
    return (const struct outcome *)(const void *)t->outcome.p;
}

static const struct outcome *threads_receive(struct lane *l)
{
    struct threads_lane *t = list_entry(l, struct threads_lane, lane);
    const void *p;
    size_t n;
    int some;
    while ((some = wire_receive(&t->up, &p, &n)) == 0 && !shmq_sleep(t->outcomes))
        ;
    if (some != 1)
        return NULL;
    return t->up.cut ? threads_lack(t, p) : p;
}

// ---- Life

static int threads_lane_init(struct threads_lane *t, struct threads *house)
{
    static const struct lane_ops ops = { threads_send, threads_receive };
    const struct worker_queues *q = worker_queues(house->kind);
    *t = (struct threads_lane){ .house = house, .number = gear_number() };
    t->guest = (struct porter_guest){ .porter = &house->porter, .heard = threads_heard };
    lane_init(&t->lane, &house->engine, &ops, house->kind == WORKER_BLOCKING ? 1 : house->kind);
    int e = shmq_new(&t->jobs, q->room, q->jobs | SHMQ_BARE_WRITER);
    if (e == 0)
        e = shmq_new(&t->outcomes, q->room, q->outcomes | SHMQ_BARE_READER);
    if (e < 0)
        return e;
    shmq_call_writer(t->jobs, threads_tell, &t->guest);
    shmq_call_reader(t->outcomes, threads_tell, &t->guest);
    t->down.q = t->jobs;
    t->up = (struct wire_in){ .q = t->outcomes, .most = MESSAGE_MOST + OUTCOME_FINDINGS_MOST };
    shmq_sleep(t->outcomes);
    e = outcome_reserve(&t->outcome);
    return e < 0 ? e : wire_in_reserve(&t->up, sizeof(struct outcome));
}

static void threads_lane_fini(struct threads_lane *t)
{
    list_remove(&t->lane.ready);
    list_remove(&t->lane.node);
    wire_out_fini(&t->down);
    wire_in_fini(&t->up);
    buffer_fini(&t->outcome);
    shmq_free(t->jobs);
    shmq_free(t->outcomes);
}

static void threads_abandon(struct engine *e)
{
    struct threads *house = threads_of(e);
    halt_say(&house->halt);
    for (unsigned i = 0; i < house->count; i++) {
        struct threads_lane *t = &house->lane[i];
        t->lane.capacity = 0;
        if (t->lane.busy == 0 || !t->started)
            continue;
        if (house->kind == WORKER_BLOCKING)
            halt_interrupt(t->thread);
        else
            wire_send(&t->down, NULL, 0);
    }
}

static void threads_count_usage(struct engine_usage *total, const struct rusage *r)
{
    struct zygote_usage *t = &total->processes;
    t->user += r->ru_utime.tv_sec * CLOCK_S + r->ru_utime.tv_usec * CLOCK_US;
    t->system += r->ru_stime.tv_sec * CLOCK_S + r->ru_stime.tv_usec * CLOCK_US;
    t->voluntary += r->ru_nvcsw;
    t->involuntary += r->ru_nivcsw;
}

// Waits until all that were started are ready, or one could not. Returns 0 or an error.
static int threads_wait_ready(struct threads *house)
{
    int e = 0;
    while (e == 0 && house->ended == 0 && house->ready < house->started)
        e = park_on(&house->waits, CLOCK_NEVER);
    return e < 0 ? e : house->error;
}

// Ends what has been started, in whatever state opening is.
static void threads_close(struct engine *e)
{
    struct threads *house = threads_of(e);
    house->open = false;
    for (unsigned i = 0; i < house->count; i++)
        if (house->lane[i].jobs)
            shmq_close(house->lane[i].jobs);
    for (unsigned i = 0; i < house->count; i++)
        if (house->lane[i].started)
            threads_look(&house->lane[i]); // who has said so already does not say it again
    while (house->ended < house->started && park_on(&house->waits, CLOCK_NEVER) == 0)
        ;
    for (unsigned i = 0; i < house->count; i++) {
        struct threads_lane *t = &house->lane[i];
        if (t->started)
            pthread_join(t->thread, NULL); // a moment: it is at its very end
        if (t->started && house->setup.usage)
            threads_count_usage(house->setup.usage, &t->used);
        threads_lane_fini(t);
    }
    porter_close(&house->porter);
    free(house);
}

// Starts the threads, which block signals: these are for the threads that have loops.
static int threads_start(struct threads *house)
{
    pthread_attr_t attributes;
    sigset_t former;
    int e = -pthread_attr_init(&attributes);
    if (e < 0)
        return e;
    pthread_attr_setstacksize(&attributes, THREADS_STACK);
    halt_listen(&former);
    for (unsigned i = 0; e == 0 && i < house->count; i++) {
        struct threads_lane *t = &house->lane[i];
        e = -pthread_create(&t->thread, &attributes, threads_main, t);
        t->started = e == 0;
        house->started += t->started;
    }
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    pthread_attr_destroy(&attributes);
    if (house->setup.usage)
        house->setup.usage->started += house->started;
    return e;
}

static int threads_begin(struct threads *house, unsigned n)
{
    int e = porter_open(&house->porter, house->setup.loop);
    while (e == 0 && house->count < n)
        e = threads_lane_init(&house->lane[house->count++], house);
    if (e == 0)
        e = threads_start(house);
    if (e == 0)
        e = threads_wait_ready(house);
    if ((e == -EAGAIN || e == -ENOMEM) && house->setup.why)
        limits_explain_threads(house->setup.why, house->setup.why_room, house->started, n);
    return e;
}

// How many of `n` workers find the descriptors that each holds, beside those of exchanges: a loop
// keeps a connection while it opens another; of all that block it is enough if one can.
static unsigned threads_that_fit(unsigned n, const struct engine_spec *spec,
                                 const struct engine_setup *setup)
{
    enum { AN_EXCHANGE = 3, CONNECTIONS = 2 };
    unsigned each = gear_descriptors(setup->settings), all = AN_EXCHANGE + THREADS_A_HOUSE;
    if (spec->inner)
        each += THREADS_A_LOOP + CONNECTIONS;
    if (!setup->descriptors || each == 0)
        return n;
    unsigned room = setup->descriptors > all ? (setup->descriptors - all) / each : 0;
    return room == 0 ? 1 : room < n ? room : n;
}

int threads_open(struct engine **out, const struct engine_spec *spec,
                 const struct engine_setup *setup)
{
    static const struct engine_ops ops = { threads_abandon, threads_close };
    unsigned n = spec->count < setup->cap ? spec->count : setup->cap;
    unsigned inner = spec->inner_count < setup->cap ? spec->inner_count : setup->cap;
    n = threads_that_fit(n, spec, setup);
    struct threads *house = calloc(1, sizeof *house + n * sizeof house->lane[0]);
    if (!house)
        return -ENOMEM;
    engine_init(&house->engine, engine_name(spec), &ops);
    house->setup = *setup;
    house->kind = spec->inner ? inner : WORKER_BLOCKING;
    list_init(&house->waits);
    halt_init(&house->halt);
    int e = threads_begin(house, n);
    if (e < 0) {
        threads_close(&house->engine);
        return e;
    }
    house->open = true;
    *out = &house->engine;
    return 0;
}
