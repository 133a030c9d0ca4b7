// SPDX-License-Identifier: MIT
#include "page/view.h"
#include <stdlib.h>
#include <string.h>

static int view_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void view_add_level(struct view *v, double level)
{
    for (unsigned i = 0; i < v->levels; i++)
        if (v->level[i] == level)
            return;
    if (v->levels < VIEW_LEVELS)
        v->level[v->levels++] = level;
}

void view_of(struct view *v, const struct bench_result *r, enum bench_workload workload)
{
    memset(v, 0, sizeof *v);
    v->result = r;
    v->workload = workload;
    for (unsigned i = 0; i < r->cells && v->cells < VIEW_CELLS; i++) {
        const struct bench_cell *c = &r->cell[i];
        if (c->workload != workload || c->repetitions == 0)
            continue;
        v->cell[v->cells++] = c;
        view_add_level(v, c->in_flight);
        if (c->repetitions > v->repetitions)
            v->repetitions = c->repetitions;
    }
    qsort(v->level, v->levels, sizeof *v->level, view_compare);
}

bool view_slopes(const struct view *v)
{
    for (unsigned i = 0; i < v->cells; i++)
        for (unsigned k = 0; k < i; k++)
            if (v->cell[i]->engine_index == v->cell[k]->engine_index)
                return true;
    return false;
}

double view_top(const struct view *v)
{
    for (unsigned i = v->levels; i-- > 0;) {
        unsigned engines = 0;
        for (unsigned k = 0; k < v->cells; k++)
            engines += v->cell[k]->in_flight == v->level[i];
        if (engines > 1)
            return v->level[i];
    }
    return 0;
}

bool view_range(const struct view *v, enum bench_measure measure, double *least, double *most)
{
    bool any = false;
    for (unsigned i = 0; i < v->cells; i++) {
        const struct bench_figure *f = &v->cell[i]->figure[measure];
        if (f->count == 0)
            continue;
        *least = !any || f->least < *least ? f->least : *least;
        *most = !any || f->most > *most ? f->most : *most;
        any = true;
    }
    return any;
}
