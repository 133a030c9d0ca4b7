// SPDX-License-Identifier: MIT
#include "page/lines.h"
#include "page/load.h"
#include <stdio.h>

enum { LATENCY_CURVES = 24, LATENCY_NAME = BENCH_NAME + 24 };

// The curves of one figure, as long as there is room.
struct latency {
    struct lines_series series[LATENCY_CURVES];
    struct lines_point point[LATENCY_CURVES][BENCH_CURVE];
    char name[LATENCY_CURVES][LATENCY_NAME];
    unsigned n;
    double least, most; // of the times
};

static unsigned latency_engines_at(const struct view *v, double level)
{
    unsigned n = 0;
    for (unsigned i = 0; i < v->cells; i++)
        n += v->cell[i]->in_flight == level && v->cell[i]->points > 0;
    return n;
}

// Of the last point, the longest of all: among n there is nothing beyond the share 1 - 1/n.
static double latency_share(const struct bench_cell *c, double q)
{
    double last = c->succeeded > 1 ? 1 - 1 / (double)c->succeeded : 0.9;
    return q < last ? q : last;
}

static void latency_add(struct latency *l, const struct bench_cell *c, bool say_level)
{
    unsigned i = l->n, points = 0;
    if (i == LATENCY_CURVES || c->points == 0)
        return;
    for (unsigned k = 0; k < c->points; k++) {
        double us = c->curve[k].us, share = latency_share(c, c->curve[k].q);
        if (us <= 0)
            continue;
        if (points && l->point[i][points - 1].x >= share)
            points--; // so few that two shares are the same URL: the longer time
        l->point[i][points++] = (struct lines_point){ share, us, us, us };
        l->least = l->least == 0 || us < l->least ? us : l->least;
        l->most = us > l->most ? us : l->most;
    }
    snprintf(l->name[i], LATENCY_NAME, say_level ? "%s (%u)" : "%s", c->engine, c->in_flight);
    l->series[i] = (struct lines_series){ l->name[i], c->engine_index, l->point[i], points, false };
    l->n++;
}

static double latency_tail(const struct latency *l)
{
    double most = 0.9;
    for (unsigned i = 0; i < l->n; i++)
        if (l->series[i].points && l->point[i][l->series[i].points - 1].x > most)
            most = l->point[i][l->series[i].points - 1].x;
    return most;
}

static void latency_write(struct buffer *b, const struct view *v, struct latency *l, double level,
                          const char *title)
{
    char id[64];
    struct lines p = { .id = id, .title = title, .series = l->series, .n = l->n };
    if (l->n == 0)
        return;
    axis_init(&p.x, AXIS_TAIL, 0, latency_tail(l));
    axis_init(&p.y, axis_choose(l->least, l->most, 5), l->least, l->most);
    snprintf(id, sizeof id, "latency-%s-%.0f", result_workload(v->workload), level);
    p.note = "Lower is better. The scale is stretched towards the slowest: from 90 % to 99 % is as "
             "far as from 99 % to 99.9 %.";
    p.x_name = "share of the URLs that took no longer";
    p.y_name = "latency";
    p.x_show = axis_show_share;
    p.y_show = axis_show_time_us;
    lines_write(b, &p);
}

// What has a level of its own (serial has) is drawn beside each of the others, to compare with.
static void latency_level(struct buffer *b, const struct view *v, double level)
{
    struct latency l = { 0 };
    char title[96], count[AXIS_LABEL];
    for (unsigned i = 0; i < v->cells; i++) {
        const struct bench_cell *c = v->cell[i];
        if (c->in_flight == level)
            latency_add(&l, c, false);
        else if (latency_engines_at(v, c->in_flight) == 1)
            latency_add(&l, c, true);
    }
    snprintf(title, sizeof title, "Latency, %s in flight", axis_show_count(count, level));
    latency_write(b, v, &l, level, title);
}

void load_latency(struct buffer *b, const struct view *v)
{
    struct latency all = { 0 };
    bool any = false;
    for (unsigned i = 0; i < v->levels; i++) {
        if (latency_engines_at(v, v->level[i]) < 2)
            continue;
        latency_level(b, v, v->level[i]);
        any = true;
    }
    for (unsigned i = 0; i < v->cells && !any; i++)
        latency_add(&all, v->cell[i], v->levels > 1);
    if (!any)
        latency_write(b, v, &all, 0, "Latency");
}
