// SPDX-License-Identifier: MIT
#include "engine/worker.h"
#include "engine/confine.h"
#include "engine/wire.h"
#include "engine/worker_loop.h"
#include "engine/worker_setup.h"
#include "fetch/easy.h"
#include "sched/offload.h"
#include "sys/clock.h"
#include "sys/spare.h"
#include "visit/gear.h"
#include "visit/job.h"
#include "visit/outcome.h"
#include "visit/visit.h"
#include <errno.h>

const struct worker_queues *worker_queues(unsigned kind)
{
    // A blocking worker's hold a message at a time; what is longer than half the room goes in
    // pieces.
    static const struct worker_queues blocking = { 16 * 1024, SHMQ_BARE_READER | SHMQ_SPARING,
                                                   SHMQ_BARE_WRITER | SHMQ_SPARING };
    static const struct worker_queues loop = { 128 * 1024, 0, 0 };
    return kind == WORKER_BLOCKING ? &blocking : &loop;
}

// The next job, read where it lies. Returns 1; 0 when no more will come; -EPROTO.
static int worker_next(struct wire_in *w, const struct job **out, size_t *n)
{
    const void *p;
    int some;
    do {
        while ((some = wire_receive(w, &p, n)) == 0) {
            int e = shmq_wait(w->q, CLOCK_NEVER);
            if (e < 0)
                return e;
        }
    } while (some == 1 && *n == 0); // abandoned: who blocks is told otherwise
    if (some < 0)
        return some == -EPIPE ? 0 : some;
    if (!w->cut && !job_valid(p, *n))
        return -EPROTO;
    *out = p;
    return 1;
}

// A job that there was no memory for came with its head only.
static int worker_refuse(const struct job *job, struct buffer *out)
{
    struct outcome_parts parts = {
        .head = { .id = job->id, .flags = OUTCOME_LACK, .error = FETCH_NO_RESOURCES },
        .message = span_of("out of memory")
    };
    return outcome_build_somehow(out, &parts);
}

static int worker_serve_all(struct wire_in *down, struct wire_out *up, struct visit *v,
                            struct io *io, const struct visit_settings *settings,
                            struct buffer *outcome)
{
    const struct job *job;
    size_t n;
    int e = wire_send_blocking(up, NULL, 0); // ready for work
    while (e == 0 && (e = worker_next(down, &job, &n)) == 1) {
        e = down->cut ? worker_refuse(job, outcome) : visit(v, io, job, settings, outcome);
        wire_release(down);
        if (e == 0)
            e = wire_send_blocking(up, outcome->p, outcome->n);
    }
    return e;
}

int worker_serve(struct shmq *jobs, struct shmq *outcomes, struct io *io,
                 const struct visit_settings *settings)
{
    struct gear gear = { 0 };
    struct visit v = { .gear = &gear };
    struct wire_in down = { .q = jobs, .most = MESSAGE_MOST };
    struct wire_out up = { .q = outcomes };
    struct buffer outcome = { 0 };
    int e = outcome_reserve(&outcome);
    if (e == 0)
        e = wire_in_reserve(&down, sizeof(struct job));
    if (e == 0)
        e = gear_open(&gear, settings, settings->worker);
    if (e == 0)
        e = worker_serve_all(&down, &up, &v, io, settings, &outcome);
    visit_fini(&v);
    gear_close(&gear);
    wire_out_fini(&up);
    wire_in_fini(&down);
    buffer_fini(&outcome);
    return e;
}

// Sorts the descriptors of one queue into their places. Returns how many it has.
static unsigned worker_sort_fds(int out[SHMQ_FDS], const int *fds, unsigned bare)
{
    unsigned n = 0;
    out[0] = fds[n++];
    out[1] = bare & SHMQ_BARE_READER ? -1 : fds[n++];
    out[2] = bare & SHMQ_BARE_WRITER ? -1 : fds[n++];
    return n;
}

int worker_attach(struct shmq **jobs, struct shmq **outcomes, struct visit_settings *settings,
                  const void *setup, size_t n, const int *fds, unsigned nfds)
{
    const struct worker_queues *kind = worker_queues(nfds == WORKER_FDS ? 1 : WORKER_BLOCKING);
    struct shmq *q;
    int down[SHMQ_FDS], up[SHMQ_FDS];
    if (nfds != WORKER_FDS && nfds != WORKER_FDS - 2)
        return -EPROTO;
    worker_sort_fds(up, fds + worker_sort_fds(down, fds, kind->jobs), kind->outcomes);
    if (worker_setup_read(settings, setup, n) < 0)
        return -EPROTO;
    int e = shmq_map(&q, down);
    if (e < 0)
        return e;
    e = shmq_map(outcomes, up);
    if (e < 0) {
        shmq_free(q);
        return e;
    }
    *jobs = q;
    return 0;
}

int worker_run(unsigned kind, struct shmq *jobs, struct shmq *outcomes,
               const struct visit_settings *settings, struct halt *halt)
{
    struct easy *easy;
    if (kind != WORKER_BLOCKING)
        return worker_loop_serve(kind, jobs, outcomes, settings, NULL);
    int e = easy_new(&easy, &settings->fetch);
    if (e < 0)
        return e;
    if (halt)
        easy_heed(easy, halt);
    e = worker_serve(jobs, outcomes, easy_io(easy), settings);
    easy_free(easy);
    return e;
}

// What bodies go to is opened when their connections stand. Connections take the rest.
static void worker_keep_spare(const struct visit_settings *settings)
{
    enum { SAVING = 2, ARCHIVING = 1, PORT = 1, LOOP = 3, A_CONNECTION = 1 };
    unsigned tools = (settings->save_dir ? SAVING : 0u) + (settings->warc_prefix ? ARCHIVING : 0u);
    unsigned wanted = tools ? tools + PORT : 0, left = spare_left(wanted + LOOP + A_CONNECTION);
    left = left > LOOP + A_CONNECTION ? left - LOOP - A_CONNECTION : 0;
    spare_keep(left < wanted ? left : wanted);
}

int worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    struct visit_settings settings;
    struct shmq *jobs, *outcomes;
    int e = worker_attach(&jobs, &outcomes, &settings, setup, n, fds, nfds);
    if (e < 0)
        return 1;
    worker_keep_spare(&settings);
    e = confine(&settings);
    if (e == 0)
        e = worker_run(kind, jobs, outcomes, &settings, NULL);
    offload_stop();
    shmq_free(outcomes);
    shmq_free(jobs);
    return e < 0;
}
