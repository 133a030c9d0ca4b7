// SPDX-License-Identifier: MIT
#include "bench/export.h"
#include "bench/measure.h"
#include "bench/micro.h"
#include "store/json.h"
#include <math.h>
#include <stdio.h>

// Seven figures are more than any of these has.
static void number(struct buffer *out, const char *name, double v)
{
    char text[40];
    if (name)
        json_key(out, name);
    if (!isfinite(v)) {
        json_none(out);
        return;
    }
    int n = snprintf(text, sizeof text, "%.7g", v);
    char *at = json_room(out, (size_t)n);
    if (!at)
        return;
    memcpy(at, text, (size_t)n);
    json_wrote(out, at + n);
}

static void count(struct buffer *out, const char *name, uint64_t v)
{
    json_key(out, name);
    json_uint(out, v);
}

static void yes_or_no(struct buffer *out, const char *name, bool v)
{
    json_key(out, name);
    json_bool(out, v);
}

// An empty text is null.
static void text(struct buffer *out, const char *name, const char *v)
{
    json_key(out, name);
    json_text(out, span_of(v && *v ? v : NULL));
}

static void texts(struct buffer *out, const char *name, const struct bench_texts *t)
{
    json_key(out, name);
    json_array_open(out);
    for (unsigned i = 0; i < t->count; i++)
        json_text(out, span_of(t->item[i]));
    json_array_close(out);
}

static void write_machine(struct buffer *out, const struct bench_machine *m)
{
    json_key(out, "machine");
    json_object_open(out);
    text(out, "host", m->host);
    text(out, "system", m->system);
    text(out, "cpu", m->cpu);
    count(out, "cpus", m->cpus);
    count(out, "memory", m->memory);
    yes_or_no(out, "virtual", m->is_virtual);
    text(out, "governor", m->governor);
    text(out, "cpu_limit", m->cpu_limit);
    number(out, "load", m->load);
    text(out, "crawler_cpus", m->crawler);
    text(out, "origin_cpus", m->origin);
    yes_or_no(out, "shared_cpus", m->shared);
    yes_or_no(out, "pinned", m->pinned);
    text(out, "build", m->build);
    text(out, "version", m->version);
    json_object_close(out);
}

static void write_plan(struct buffer *out, const struct bench_plan *p)
{
    json_key(out, "plan");
    json_object_open(out);
    text(out, "command", p->command);
    text(out, "what", p->what);
    json_key(out, "urls");
    p->urls ? json_uint(out, p->urls) : json_none(out);
    number(out, "duration", p->duration > 0 ? p->duration : NAN);
    number(out, "warm_up", p->warm_up);
    count(out, "repeat", p->repeat);
    number(out, "rate", p->rate > 0 ? p->rate : NAN);
    number(out, "delay", p->delay);
    number(out, "cpu", p->cpu);
    count(out, "work", p->work);
    count(out, "lines", p->lines);
    count(out, "body", p->body);
    count(out, "hosts", p->hosts);
    count(out, "origins", p->origins);
    count(out, "order", p->order);
    json_object_close(out);
}

static void write_outcomes(struct buffer *out, const struct bench_outcome *o, unsigned n)
{
    json_key(out, "outcomes");
    json_object_open(out);
    for (unsigned i = 0; i < n; i++)
        count(out, o[i].name, o[i].count);
    json_object_close(out);
}

static void write_repetition(struct buffer *out, const struct bench_repetition *r)
{
    json_object_open(out);
    count(out, "round", r->round);
    count(out, "turn", r->turn);
    number(out, "window", r->window);
    count(out, "succeeded", r->succeeded);
    count(out, "failed", r->failed);
    count(out, "bytes", r->bytes);
    count(out, "swapped", r->swapped);
    write_outcomes(out, r->outcome, r->outcomes);
    for (unsigned m = 0; m < BENCH_MEASURES; m++)
        number(out, measure_table[m].name, r->value[m]);
    json_object_close(out);
}

static void write_figures(struct buffer *out, const struct bench_figure *figure)
{
    json_key(out, "figures");
    json_object_open(out);
    for (unsigned m = 0; m < BENCH_MEASURES; m++) {
        const struct bench_figure *f = &figure[m];
        json_key(out, measure_table[m].name);
        if (!f->count) {
            json_none(out);
            continue;
        }
        json_object_open(out);
        number(out, "median", f->median);
        number(out, "least", f->least);
        number(out, "most", f->most);
        json_object_close(out);
    }
    json_object_close(out);
}

// Pairs of share and microseconds.
static void write_curve(struct buffer *out, const struct bench_cell *c)
{
    json_key(out, "latency_curve");
    json_array_open(out);
    for (unsigned i = 0; i < c->points; i++) {
        json_array_open(out);
        number(out, NULL, c->curve[i].q);
        number(out, NULL, c->curve[i].us);
        json_array_close(out);
    }
    json_array_close(out);
}

static void write_cell(struct buffer *out, const struct bench_cell *c)
{
    json_object_open(out);
    text(out, "engine", c->engine);
    text(out, "spec", c->spec);
    text(out, "workload", result_workload(c->workload));
    count(out, "in_flight", c->in_flight);
    count(out, "succeeded", c->succeeded);
    count(out, "failed", c->failed);
    write_outcomes(out, c->outcome, c->outcomes);
    yes_or_no(out, "odd", c->odd);
    text(out, "note", c->note);
    write_figures(out, c->figure);
    write_curve(out, c);
    json_key(out, "repetitions");
    json_array_open(out);
    for (unsigned i = 0; i < c->repetitions; i++)
        write_repetition(out, &c->repetition[i]);
    json_array_close(out);
    json_object_close(out);
}

void export_json(struct buffer *out, const struct bench_result *r)
{
    struct json_time time = { 0 };
    json_object_open(out);
    json_key(out, "started");
    json_time(out, &time, r->started, 3);
    number(out, "took", r->took);
    write_machine(out, &r->machine);
    write_plan(out, &r->plan);
    json_key(out, "cells");
    json_array_open(out);
    for (unsigned i = 0; i < r->cells; i++)
        write_cell(out, &r->cell[i]);
    json_array_close(out);
    texts(out, "warnings", &r->warnings);
    texts(out, "notes", &r->notes);
    texts(out, "reading", &r->reading);
    yes_or_no(out, "unequal", r->unequal);
    yes_or_no(out, "interrupted", r->interrupted);
    if (r->micro.measured) {
        json_key(out, "micro");
        micro_json(out, &r->micro);
    }
    json_object_close(out);
    json_newline(out);
}
