// SPDX-License-Identifier: MIT
#include "engine_tally.h"
#include "check.h"
#include "sched/loop.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

void engine_tally_take(struct engine_driver *d, const struct outcome *o)
{
    struct engine_tally *t = d->arg;
    t->outcomes++;
    t->ok += o->error == FETCH_OK;
    t->died += o->error == FETCH_WORKER_DIED;
    t->cancelled += o->error == FETCH_CANCELLED;
    t->last = o->id;
    t->tail = o->tail;
    struct span m = message_span(o, o->message);
    if (m.p)
        snprintf(t->message, sizeof t->message, "%s", m.p);
    if (o->id < t->ids)
        t->twice += t->seen[o->id]++;
}

const struct job *engine_tally_job(struct buffer *b, uint32_t id, const char *path,
                                   int64_t max_time)
{
    static const struct address loopback = { 4, { 127, 0, 0, 1 } };
    char url[80];
    snprintf(url, sizeof url, "http://example.org%s", path);
    struct job_parts parts = { .head = { .id = id, .port = 80, .max_time = max_time },
                               .url = span_of(url),
                               .host = span_of("example.org"),
                               .address = &loopback,
                               .addresses = 1 };
    assert_int_equal(job_build(b, &parts), 0);
    return (const struct job *)(const void *)b->p;
}

static int case_body(void *arg)
{
    struct engine_case *c = arg;
    struct engine_driver d;
    struct engine_tally t = { 0 };
    engine_driver_init(&d, c->settings, c->zygote, 1000);
    d.setup.usage = &c->usage;
    d.taken = engine_tally_take;
    d.arg = &t;
    assert_int_equal(engine_driver_open(&d, c->engine), 0);
    c->body(&d, &t);
    engine_close(d.engine);
    assert_true(list_empty(&d.ready));
    return 0;
}

void engine_case_run(struct engine_case *c)
{
    struct loop *l;
    assert_int_equal(loop_new(&l, NULL), 0);
    assert_int_equal(loop_run(l, case_body, c), 0);
    loop_free(l);
}

unsigned engine_tally_pids(struct zygote *z, pid_t *out, unsigned room)
{
    char path[64];
    unsigned n = 0;
    int pid;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", zygote_pid(z), zygote_pid(z));
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    while (n < room && fscanf(f, "%d", &pid) == 1)
        out[n++] = pid;
    fclose(f);
    return n;
}

static unsigned tally_entries(const char *path)
{
    unsigned n = 0;
    DIR *d = opendir(path);
    assert_non_null(d);
    while (readdir(d))
        n++;
    closedir(d);
    return n - 2;
}

unsigned engine_tally_descriptors(void)
{
    return tally_entries("/proc/self/fd");
}

unsigned engine_tally_threads(void)
{
    return tally_entries("/proc/self/task");
}
