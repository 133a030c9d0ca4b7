// SPDX-License-Identifier: MIT
#include "engine_tally.h"
#include "check.h"
#include "engine_driver.h"
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
