// SPDX-License-Identifier: MIT
#include "engine/engine.h"
#include "engine/callback.h"
#include "engine/coro.h"
#include "engine/forks.h"
#include "engine/green.h"
#include "engine/threads.h"
#include "engine/worker.h"
#include "sys/limits.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

// Every engine there is; nothing else in the program knows them by name.
struct engine_kind {
    const char *name;
    unsigned count;     // what a spec without a number means ...
    bool per_cpu;       // ... this many a CPU
    unsigned most;      // the largest number that is taken
    bool processes;     // its workers come from the zygote
    const char *inside; // the engine that may run inside each worker; NULL: one request a worker
    const char *both;   // the name with that
    int (*open)(struct engine **out, const struct engine_spec *spec,
                const struct engine_setup *setup);
};

static const struct engine_kind engine_kinds[] = {
    { .name = "coro", .count = 100000, .most = 100000, .open = coro_open },
    { .name = "threads",
      .count = 1024,
      .most = 30000,
      .inside = "coro",
      .both = "threads/coro",
      .open = threads_open },
    { .name = "forks",
      .count = 4,
      .per_cpu = true,
      .most = 1024,
      .processes = true,
      .inside = "coro",
      .both = "forks/coro",
      .open = forks_open },
    { .name = "callback", .count = 100000, .most = 100000, .open = callback_open },
    { .name = "green", .count = 100000, .most = 100000, .open = green_open },
    { .name = "serial", .count = 1, .most = 1, .open = threads_open }, // one thread, one at a time
};

enum { ENGINE_KINDS = sizeof engine_kinds / sizeof *engine_kinds, ENGINE_SHOWN = 60 };

static const struct engine_kind *engine_find(struct span name)
{
    for (unsigned i = 0; i < ENGINE_KINDS; i++)
        if (span_is(name, engine_kinds[i].name))
            return &engine_kinds[i];
    return NULL;
}

// Where a sentence about an item of the text goes.
struct engine_complaint {
    char *why;
    size_t room;
    struct span item;
};

__attribute__((format(printf, 2, 3))) static int engine_refuse(const struct engine_complaint *c,
                                                               const char *format, ...)
{
    int shown = c->item.n > ENGINE_SHOWN ? ENGINE_SHOWN : (int)c->item.n;
    int n = snprintf(c->why, c->room, "engine '%.*s': ", shown, c->item.p);
    va_list args;
    va_start(args, format);
    if (n >= 0 && (size_t)n < c->room)
        vsnprintf(c->why + n, c->room - (size_t)n, format, args);
    va_end(args);
    return -EINVAL;
}

static int engine_refuse_name(const struct engine_complaint *c, struct span name)
{
    char names[80] = "";
    size_t n = 0;
    for (unsigned i = 0; i < ENGINE_KINDS && n < sizeof names; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i ? ", " : "",
                              engine_kinds[i].name);
    if (name.n == 0)
        return engine_refuse(c, "a name is missing; there are %s", names);
    int shown = name.n > ENGINE_SHOWN ? ENGINE_SHOWN : (int)name.n;
    return engine_refuse(c, "there is no '%.*s'; there are %s", shown, name.p, names);
}

// Decimal digits and nothing else, from 1 to `most`.
static bool engine_parse_count(unsigned *out, struct span s, unsigned most)
{
    unsigned n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9' || n > most / 10)
            return false;
        n = n * 10 + (unsigned)(s.p[i] - '0');
    }
    if (n < 1 || n > most)
        return false;
    *out = n;
    return true;
}

// Takes what stands before `separator` off `rest`; `rest` becomes absent when there is no
// separator.
static struct span engine_cut(struct span *rest, char separator)
{
    const char *p = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct span head = *rest;
    if (!p) {
        *rest = (struct span){ NULL, 0 };
        return head;
    }
    head.n = (size_t)(p - rest->p);
    *rest = (struct span){ p + 1, rest->n - head.n - 1 };
    return head;
}

// "NAME[:N]", one level of an item.
static int engine_parse_level(const struct engine_kind **kind, unsigned *count, struct span text,
                              const struct engine_complaint *c)
{
    struct span number = text, name = engine_cut(&number, ':');
    const struct engine_kind *k = engine_find(name);
    if (!k)
        return engine_refuse_name(c, name);
    unsigned n = k->count * (k->per_cpu ? limits_cpus() : 1);
    if (number.p && k->most == 1)
        return engine_refuse(c, "%s does one request at a time and takes no number", k->name);
    if (number.p && !engine_parse_count(&n, number, k->most))
        return engine_refuse(c, "the number after %s is not one from 1 to %u", k->name, k->most);
    *kind = k;
    *count = n < k->most ? n : k->most;
    return 0;
}

static int engine_parse_item(struct engine_spec *out, const struct engine_complaint *c)
{
    struct span inner = c->item, outer = engine_cut(&inner, '/');
    const struct engine_kind *kind, *inside;
    struct engine_spec spec = { 0 };
    int e = engine_parse_level(&kind, &spec.count, outer, c);
    if (e)
        return e;
    // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): parsed
    spec.name = kind->name;
    if (inner.p) {
        e = engine_parse_level(&inside, &spec.inner_count, inner, c);
        if (e)
            return e;
        if (!kind->inside)
            return engine_refuse(c, "no engine goes inside %s; only threads and forks have that",
                                 kind->name);
        // NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): parsed
        if (inside != engine_find(span_of(kind->inside)))
            return engine_refuse(c, "what goes inside %s is %s", kind->name, kind->inside);
        spec.inner = inside->name;
        if (!memchr(outer.p, ':', outer.n))
            spec.count = limits_cpus(); // a loop for each is what they are for
    }
    *out = spec;
    return 0;
}

int engine_parse(struct engine_spec *out, unsigned room, const char *text, char *why,
                 size_t why_room)
{
    struct span rest = span_of(text);
    unsigned n = 0;
    do {
        struct engine_complaint c = { why, why_room, engine_cut(&rest, ',') };
        struct engine_spec spec;
        int e = engine_parse_item(&spec, &c);
        if (e < 0)
            return e;
        if (n == room)
            return engine_refuse(&c, "%u engines at once are the most", room);
        out[n++] = spec;
    } while (rest.p);
    return (int)n;
}

const char *engine_name(const struct engine_spec *spec)
{
    return spec->inner ? engine_find(span_of(spec->name))->both : spec->name;
}

size_t engine_descriptors(const struct engine_spec *spec, unsigned cap, unsigned each)
{
    const struct engine_kind *k = engine_find(span_of(spec->name));
    size_t workers = spec->count < cap ? spec->count : cap;
    if (k->processes)
        return workers * (spec->inner ? FORKS_A_LOOP : FORKS_A_WORKER);
    if (k->open != threads_open)
        return each;
    return THREADS_A_HOUSE + workers * (each + (spec->inner ? THREADS_A_LOOP : 0));
}

bool engine_needs_zygote(const struct engine_spec *specs, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (engine_find(span_of(specs[i].name))->processes)
            return true;
    return false;
}

unsigned engine_workers(const struct engine_spec *specs, unsigned n, unsigned cap)
{
    unsigned workers = 0;
    for (unsigned i = 0; i < n; i++) {
        bool own = engine_find(span_of(specs[i].name))->inside != NULL;
        workers += !own ? 1 : specs[i].count < cap ? specs[i].count : cap;
    }
    return workers;
}

int engine_open(struct engine **out, const struct engine_spec *spec,
                const struct engine_setup *setup)
{
    return engine_find(span_of(spec->name))->open(out, spec, setup);
}

void engine_init(struct engine *e, const char *name, const struct engine_ops *ops)
{
    *e = (struct engine){ .ops = ops, .name = name };
    list_init(&e->lanes);
}

void engine_abandon(struct engine *e)
{
    e->ops->abandon(e);
}

void engine_close(struct engine *e)
{
    if (e)
        e->ops->close(e);
}

int engine_worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds)
{
    return worker_main(kind, setup, n, fds, nfds);
}
