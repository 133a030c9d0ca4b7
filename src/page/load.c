// SPDX-License-Identifier: MIT
#include "page/load.h"
#include "page/axis.h"
#include "page/bars.h"
#include "page/lines.h"
#include "page/mark.h"
#include <stdio.h>
#include <stdlib.h>

// What is plotted against concurrency.
struct load {
    const char *id, *title, *axis;
    enum bench_measure measure;
    double unit; // of the measure that are 1 on the axis
    const char *(*show)(char *out, double v);
    const char *more; // which direction is better, a sentence
};

static const struct load load_of_rate = {
    .id = "rate",
    .title = "URLs a second",
    .axis = "URLs/s",
    .measure = BENCH_RATE,
    .unit = 1,
    .show = axis_show_count,
    .more = "More is better.",
};

static const struct load load_of_memory = {
    .id = "memory",
    .title = "Memory, all processes together",
    .axis = "memory (PSS)",
    .measure = BENCH_MEMORY,
    .unit = 1024 * 1024,
    .show = axis_show_mb,
    .more = "Less is better.",
};

enum {
    LOAD_NOTE = 200,
    LOAD_ID = 64,
    LOAD_LOG = 20, // values further apart than that are on a logarithmic scale
};

static void load_note(char note[LOAD_NOTE], const struct view *v, const struct load *l, bool log,
                      const char *range)
{
    int n = snprintf(note, LOAD_NOTE, "%s%s", l->more, log ? " Both scales are logarithmic." : "");
    if (v->repetitions > 1)
        snprintf(note + n, (size_t)(LOAD_NOTE - n), " Medians of %u runs; %s is the range.",
                 v->repetitions, range);
}

// ---- Lines

static unsigned load_points(struct lines_point *point, const struct view *v, const struct load *l,
                            unsigned engine)
{
    unsigned n = 0;
    for (unsigned i = 0; i < v->cells; i++) {
        const struct bench_cell *c = v->cell[i];
        const struct bench_figure *f = &c->figure[l->measure];
        if (c->engine_index == engine && f->count)
            point[n++] = (struct lines_point){ c->in_flight, f->median / l->unit,
                                               f->least / l->unit, f->most / l->unit };
    }
    return n;
}

static void load_lines(struct buffer *b, const struct view *v, const struct load *l, double least,
                       double most)
{
    char note[LOAD_NOTE], id[LOAD_ID];
    unsigned engines = v->result->engines, used = 0;
    struct lines_series *series = calloc(engines, sizeof *series);
    struct lines_point *point = calloc(v->cells, sizeof *point);
    struct lines p = { .id = id, .title = l->title, .note = note, .n = engines };
    if (!series || !point) {
        b->failed = true;
        goto done;
    }
    for (unsigned i = 0; i < engines; i++) {
        series[i] = (struct lines_series){ v->result->engine[i], i, point + used, 0, true };
        series[i].points = load_points(point + used, v, l, i);
        used += series[i].points;
    }
    axis_init(&p.x, AXIS_LOG, v->level[0], v->level[v->levels - 1]);
    p.x.least = v->level[0];
    p.x.most = v->level[v->levels - 1];
    axis_init(&p.y, axis_choose(least, most, LOAD_LOG), least / l->unit, most / l->unit);
    load_note(note, v, l, p.y.kind == AXIS_LOG, "the pale bar behind a mark");
    snprintf(id, sizeof id, "%s-%s", l->id, result_workload(v->workload));
    p.x_name = "requests in flight";
    p.y_name = l->axis;
    p.x_show = axis_show_count;
    p.y_show = l->show;
    p.x_mark = v->level;
    p.x_marks = v->levels;
    p.series = series;
    lines_write(b, &p);
done:
    free(series);
    free(point);
}

// ---- Bars

static void load_bar(struct buffer *b, struct bars *p, const struct bench_cell *c,
                     const struct load *l)
{
    char text[AXIS_LABEL];
    const struct bench_figure *f = &c->figure[l->measure];
    bars_row(b, p,
             &(struct bars_row){
                 .name = c->engine,
                 .style = c->engine_index,
                 .value = f->median / l->unit,
                 .least = f->least / l->unit,
                 .most = f->most / l->unit,
                 .text = f->count ? l->show(text, f->median / l->unit) : "not known",
             });
}

// Of the cells at `level`; 0: of all.
static void load_bars(struct buffer *b, const struct view *v, const struct load *l, double level)
{
    char note[LOAD_NOTE], id[LOAD_ID], title[LOAD_NOTE], text[AXIS_LABEL];
    struct bars p = { .id = id, .title = title, .note = note };
    double most = 0;
    for (unsigned i = 0; i < v->cells; i++) {
        if (level > 0 && v->cell[i]->in_flight != level)
            continue;
        p.rows++;
        most =
            v->cell[i]->figure[l->measure].most > most ? v->cell[i]->figure[l->measure].most : most;
    }
    load_note(note, v, l, false, "the line at the end of a bar");
    snprintf(id, sizeof id, "%s-bars-%s", l->id, result_workload(v->workload));
    snprintf(title, sizeof title, level > 0 ? "%s, %s in flight" : "%s", l->title,
             axis_show_count(text, level));
    axis_init(&p.axis, AXIS_LINEAR, 0, most / l->unit);
    p.axis.most = most / l->unit;
    bars_begin(b, &p);
    for (unsigned i = 0; i < v->cells; i++)
        if (level <= 0 || v->cell[i]->in_flight == level)
            load_bar(b, &p, v->cell[i], l);
    bars_end(b, &p);
}

static void load_write(struct buffer *b, const struct view *v, const struct load *l)
{
    double least, most;
    if (!view_range(v, l->measure, &least, &most))
        return;
    if (!view_slopes(v)) {
        load_bars(b, v, l, 0);
        return;
    }
    load_lines(b, v, l, least, most);
    // On a logarithmic scale a factor of two is a finger's breadth.
    if (axis_choose(least, most, LOAD_LOG) == AXIS_LOG && view_top(v) > 0)
        load_bars(b, v, l, view_top(v));
}

void load_rate(struct buffer *b, const struct view *v)
{
    load_write(b, v, &load_of_rate);
}

void load_memory(struct buffer *b, const struct view *v)
{
    load_write(b, v, &load_of_memory);
}

// ---- CPU

static void cpu_row(struct buffer *b, struct bars *p, const struct bench_cell *c)
{
    const struct bench_figure *user = &c->figure[BENCH_CPU_USER];
    const struct bench_figure *system = &c->figure[BENCH_CPU_SYSTEM];
    char text[BARS_TEXT], explain[BENCH_NAME + 120], all[2][AXIS_LABEL];
    bool long_times = user->median + system->median >= 999.5;
    double unit = long_times ? 1000 : 1;
    snprintf(text, sizeof text, long_times ? "%.2f + %.2f %s" : "%.0f + %.0f %s",
             user->median / unit, system->median / unit, long_times ? "ms" : "\302\265s");
    snprintf(explain, sizeof explain,
             "%s, %u in flight: %s of CPU a URL outside the kernel and %s in it", c->engine,
             c->in_flight, axis_show_time_us(all[0], user->median),
             axis_show_time_us(all[1], system->median));
    bars_row(b, p,
             &(struct bars_row){ .name = c->engine,
                                 .style = c->engine_index,
                                 .value = user->median,
                                 .more = system->median,
                                 .text = text,
                                 .explain = explain });
}

static void cpu_level(struct buffer *b, struct bars *p, const struct view *v, double level)
{
    char heading[AXIS_LABEL + 16], count[AXIS_LABEL];
    snprintf(heading, sizeof heading, "%s in flight", axis_show_count(count, level));
    bars_heading(b, p, heading);
    for (unsigned i = 0; i < v->cells; i++)
        if (v->cell[i]->in_flight == level)
            cpu_row(b, p, v->cell[i]);
}

void load_cpu(struct buffer *b, const struct view *v)
{
    char id[LOAD_ID];
    double most = 0;
    for (unsigned i = 0; i < v->cells; i++) {
        const struct bench_figure *f = v->cell[i]->figure;
        double all = f[BENCH_CPU_USER].median + f[BENCH_CPU_SYSTEM].median;
        most = all > most ? all : most;
    }
    if (most <= 0)
        return;
    struct bars p = {
        .id = id,
        .title = "CPU time a URL, in microseconds",
        .note = "Full: outside the kernel (user). Striped: in the kernel (system). All threads and "
                "processes together. Less is better.",
        .rows = v->cells,
        .headings = v->levels,
    };
    snprintf(id, sizeof id, "cpu-%s", result_workload(v->workload));
    axis_init(&p.axis, AXIS_LINEAR, 0, most);
    p.axis.most = most; // nobody reads an end that is round: there are no marks
    bars_begin(b, &p);
    for (unsigned i = 0; i < v->levels; i++)
        cpu_level(b, &p, v, v->level[i]);
    bars_end(b, &p);
}
