// SPDX-License-Identifier: MIT
#include "engine/worker.h"
#include "visit/job.h"
#include "visit/tools.h"
#include "visit/visit.h"
#include "engine/worker_setup.h"
#include "fetch/easy.h"
#include "sys/clock.h"
#include <errno.h>

static int worker_publish(struct shmq *outcomes, const void *p, size_t n)
{
    int e;
    while ((e = shmq_write(outcomes, p, n)) == -EAGAIN) {
        e = shmq_wait_room(outcomes, n, CLOCK_NEVER);
        if (e < 0)
            return e;
    }
    return e;
}

// The next job, read where it lies. Returns 1; 0 when no more will come; -EPROTO.
static int worker_next(struct shmq *jobs, const struct job **out)
{
    const void *p;
    size_t n;
    int some;
    while ((some = shmq_peek(jobs, &p, &n)) == 0) {
        int e = shmq_wait(jobs, CLOCK_NEVER);
        if (e < 0)
            return e;
    }
    if (some < 0)
        return some == -EPIPE ? 0 : some;
    if (!job_valid(p, n))
        return -EPROTO;
    *out = p;
    return 1;
}

int worker_serve(struct shmq *jobs, struct shmq *outcomes, struct io *io,
                 const struct visit_settings *settings)
{
    struct tools tools = { 0 };
    struct visit v = { .tools = &tools };
    struct buffer outcome = { 0 };
    const struct job *job;
    int e = outcome_reserve(&outcome);
    if (e == 0)
        e = tools_open(&tools, settings, settings->worker);
    if (e == 0)
        e = worker_publish(outcomes, NULL, 0); // ready for work
    while (e == 0 && (e = worker_next(jobs, &job)) == 1) {
        e = visit(&v, io, job, settings, &outcome);
        shmq_release(jobs);
        if (e == 0)
            e = worker_publish(outcomes, outcome.p, outcome.n);
    }
    visit_fini(&v);
    tools_close(&tools);
    buffer_fini(&outcome);
    return e;
}

int worker_attach(struct shmq **jobs, struct shmq **outcomes, struct visit_settings *settings,
                  const void *setup, size_t n, const int *fds, unsigned nfds)
{
    if (nfds != WORKER_FDS || worker_setup_read(settings, setup, n) < 0)
        return -EPROTO;
    struct shmq *q;
    int e = shmq_map(&q, fds);
    if (e < 0)
        return e;
    e = shmq_map(outcomes, fds + SHMQ_FDS);
    if (e < 0) {
        shmq_free(q);
        return e;
    }
    *jobs = q;
    return 0;
}

int worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    struct visit_settings settings;
    struct shmq *jobs, *outcomes;
    struct easy *easy;
    if (kind != WORKER_BLOCKING)
        return 1;
    int e = worker_attach(&jobs, &outcomes, &settings, setup, n, fds, nfds);
    if (e < 0)
        return 1;
    e = easy_new(&easy, &settings.fetch);
    if (e < 0)
        goto free_queues;
    e = worker_serve(jobs, outcomes, easy_io(easy), &settings);
    easy_free(easy);
free_queues:
    shmq_free(outcomes);
    shmq_free(jobs);
    return e < 0;
}
