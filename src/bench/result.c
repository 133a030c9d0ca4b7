// SPDX-License-Identifier: MIT
#include "bench/result.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int result_say(struct bench_texts *to, const char *format, ...)
{
    char *text;
    va_list args;
    char **item = reallocarray(to->item, to->count + 1, sizeof *item);
    if (!item)
        return -ENOMEM;
    to->item = item;
    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    if (n < 0)
        return -ENOMEM;
    to->item[to->count++] = text;
    return 0;
}

const char *result_workload(enum bench_workload workload)
{
    static const char *const names[BENCH_WORKLOADS] = { "waiting", "computing", "mixed" };
    return names[workload];
}

const struct bench_cell *result_find(const struct bench_result *r, unsigned engine,
                                     unsigned in_flight, enum bench_workload workload)
{
    for (unsigned i = 0; i < r->cells; i++) {
        const struct bench_cell *c = &r->cell[i];
        if (c->engine_index == engine && c->in_flight == in_flight && c->workload == workload)
            return c;
    }
    return NULL;
}

static void texts_fini(struct bench_texts *t)
{
    for (unsigned i = 0; i < t->count; i++)
        free(t->item[i]);
    free(t->item);
}

void result_fini(struct bench_result *r)
{
    for (unsigned i = 0; i < r->cells; i++)
        free(r->cell[i].repetition);
    free(r->cell);
    free(r->engine);
    free(r->plan.command);
    free(r->plan.what);
    texts_fini(&r->warnings);
    texts_fini(&r->notes);
    texts_fini(&r->reading);
    memset(r, 0, sizeof *r);
}
