// SPDX-License-Identifier: MIT
#include "sched/census.h"
#include "fiber/trace.h"
#include "sched/task.h"
#include "sys/clock.h"
#include "sys/files.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CENSUS_FRAMES = 24, // of a backtrace
    CENSUS_PLACES = 32, // different backtraces remembered, to be shown once
    CENSUS_FLUSH = 64 * 1024,
};

struct census_place {
    void *frames[CENSUS_FRAMES];
    int n;
};

struct census {
    struct loop *loop;
    int fd;
    int64_t now;
    struct buffer out;
    struct symbol_table *names;
    struct census_place places[CENSUS_PLACES];
    unsigned place_count;
};

static void census_flush(struct census *c)
{
    if (c->out.failed)
        files_write_all(c->fd, "(out of memory)\n", 16);
    else
        files_write_all(c->fd, c->out.p, c->out.n);
    buffer_clear(&c->out);
}

// Appends where `f` stands: the number of a place seen before, or a new one in full.
static void census_add_place(struct census *c, const struct fiber *f)
{
    struct census_place here;
    here.n = trace_fiber(f, here.frames, CENSUS_FRAMES);
    size_t bytes = (size_t)here.n * sizeof here.frames[0];
    if (here.n == 0) {
        buffer_add_byte(&c->out, '\n');
        return;
    }
    for (unsigned i = 0; i < c->place_count; i++)
        if (c->places[i].n == here.n && memcmp(c->places[i].frames, here.frames, bytes) == 0) {
            buffer_add_format(&c->out, ", at #%u\n", i + 1);
            return;
        }
    if (c->place_count < CENSUS_PLACES) {
        c->places[c->place_count++] = here;
        buffer_add_format(&c->out, ", at #%u:\n", c->place_count);
    } else {
        buffer_add_string(&c->out, ", at:\n");
    }
    trace_print(&c->out, c->names, here.frames, here.n);
}

static void census_add(struct stack *s, void *arg)
{
    struct census *c = arg;
    const struct task *t = task_of(s->owner);
    const struct fiber *f = &t->fiber;
    buffer_add_format(&c->out, "'%s' ", f->name);
    if (t->nursery)
        buffer_add_format(&c->out, "of '%s' ", t->nursery->name);
    buffer_add_format(&c->out, "(%s", f->file);
    if (f->line)
        buffer_add_format(&c->out, ":%u", f->line);
    buffer_add_string(&c->out, t->cancelled ? ", cancelled) " : ") ");
    if (t->state == TASK_PARKED) {
        int64_t ms = (c->now - t->since) / CLOCK_MS;
        buffer_add_format(&c->out, "waits on %s, %lld.%03d s", t->label ? t->label : "park",
                          (long long)(ms / 1000), (int)(ms % 1000));
    } else {
        buffer_add_string(&c->out, t->state == TASK_RUNNING ? "is running" : "is ready");
    }
    census_add_place(c, f);
    if (c->out.n >= CENSUS_FLUSH || c->out.failed)
        census_flush(c);
}

void census_print(int fd)
{
    struct loop *l = loop_mine;
    struct census *c = calloc(1, sizeof *c);
    if (!c || !l) {
        dprintf(fd, "trawl: no census: %s\n", l ? "out of memory" : "this thread has no loop");
        free(c);
        return;
    }
    c->loop = l;
    c->fd = fd;
    c->now = clock_mono();
    c->names = symbol_open();
    buffer_add_format(&c->out, "trawl: loop '%s' has %zu fibers, %zu ready\n", l->name, l->living,
                      l->ready);
    stack_pool_each(&l->pool, census_add, c);
    census_flush(c);
    buffer_fini(&c->out);
    symbol_close(c->names);
    free(c);
}

// ---- on a signal

// A signal belongs to one loop of the process only.
static _Atomic(struct loop *) census_loop;

static void census_signalled(struct bell_signal *s)
{
    (void)s;
    census_print(STDERR_FILENO);
}

int census_on_signal(struct loop *l)
{
    struct loop *nobody = NULL;
    if (!atomic_compare_exchange_strong(&census_loop, &nobody, l))
        return nobody == l ? 0 : -EBUSY;
    l->census.came = census_signalled;
    int r = bell_signal_begin(&l->census, l, SIGUSR1);
    if (r < 0)
        atomic_store(&census_loop, NULL);
    return r;
}

void census_fini(struct loop *l)
{
    if (atomic_load(&census_loop) != l)
        return;
    bell_signal_end(&l->census);
    atomic_store(&census_loop, NULL);
}
