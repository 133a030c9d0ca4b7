// SPDX-License-Identifier: MIT
#include "bench/table.h"
#include "bench/micro.h"
#include "report/units.h"
#include <math.h>
#include <stdio.h>

enum { TABLE_WIDTH = 98, TABLE_NAME = 15, TABLE_CELL = 40 };

// ---- Paragraphs

// Appends `text` in lines of TABLE_WIDTH columns; the first begins with `first`, the others with as
// many blanks.
static void add_paragraph(struct buffer *out, const char *first, const char *text)
{
    size_t indent = strlen(first), at = indent;
    buffer_add_string(out, first);
    while (*text) {
        size_t n = strcspn(text, " ");
        if (at > indent && at + 1 + n > TABLE_WIDTH) {
            buffer_add_format(out, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            buffer_add_byte(out, ' ');
            at++;
        }
        buffer_add(out, text, n);
        at += n;
        text += n;
        text += *text == ' ';
    }
    buffer_add_byte(out, '\n');
}

static void add_texts(struct buffer *out, const char *heading, const struct bench_texts *t)
{
    if (t->count == 0)
        return;
    buffer_add_format(out, "\n%s\n", heading);
    for (unsigned i = 0; i < t->count; i++)
        add_paragraph(out, "  - ", t->item[i]);
}

// ---- How it was measured

static void add_way(struct buffer *b, const struct bench_result *r)
{
    const struct bench_machine *m = &r->machine;
    const struct bench_plan *p = &r->plan;
    char text[UNITS_ROOM];
    buffer_add_format(b, " Crawl on CPU %s", m->crawler);
    buffer_add_format(b, m->origin[0] ? ", origin on CPU %s%s." : ", origin elsewhere%s%s.",
                      m->origin, m->pinned || !m->origin[0] ? "" : " (not kept apart)");
    buffer_add_format(b, " What is fetched: %s.", p->what ? p->what : "nothing");
    buffer_add_format(b, " Each cell %u time%s, interleaved, in a process of its own; a window of ",
                      p->repeat, p->repeat == 1 ? "" : "s");
    if (p->urls)
        buffer_add_format(b, "%s URLs", units_show_count(text, p->urls));
    if (p->duration > 0)
        buffer_add_format(b, "%s%s", p->urls ? " or " : "",
                          units_show_time(text, (int64_t)(p->duration * 1e9)));
    buffer_add_format(b, " after a warm-up of %s; medians.",
                      units_show_time(text, (int64_t)(p->warm_up * 1e9)));
    if (p->rate > 0)
        buffer_add_format(b,
                          " Open: %s starts a second; a URL's time counts from when it should have "
                          "started.",
                          units_show_rate(text, p->rate));
}

static void add_head(struct buffer *out, const struct bench_result *r)
{
    const struct bench_machine *m = &r->machine;
    struct buffer b = { 0 };
    char memory[UNITS_ROOM];
    buffer_add_format(&b, "%s; %s, %u CPU%s, %s of memory%s, load %.2f before the start.",
                      m->version, m->cpu[0] ? m->cpu : "CPU unknown", m->cpus,
                      m->cpus == 1 ? "" : "s", units_show_bytes(memory, m->memory),
                      m->is_virtual ? ", a virtual machine" : "", m->load);
    if (r->cells)
        add_way(&b, r);
    const char *all = buffer_string(&b);
    if (all)
        add_paragraph(out, "", all);
    else
        out->failed = true;
    buffer_fini(&b);
}

// ---- Tables

static const char *show(char *cell, const struct bench_figure *f, const char *format, double by)
{
    if (f->count == 0)
        snprintf(cell, TABLE_CELL, "-");
    else
        snprintf(cell, TABLE_CELL, format, f->median / by);
    return cell;
}

static const char *show_time(char *cell, const struct bench_figure *f)
{
    if (f->count == 0)
        snprintf(cell, TABLE_CELL, "-");
    else
        units_show_time(cell, (int64_t)(f->median * 1000));
    return cell;
}

static const char *show_bytes(char *cell, const struct bench_figure *f)
{
    if (f->count == 0)
        snprintf(cell, TABLE_CELL, "-");
    else
        units_show_bytes(cell, (uint64_t)f->median);
    return cell;
}

static const char *show_rate(char *cell, const struct bench_figure *f)
{
    if (f->count == 0)
        snprintf(cell, TABLE_CELL, "-");
    else
        units_show_rate(cell, f->median);
    return cell;
}

static const char *show_spread(char *cell, const struct bench_figure *f)
{
    double percent = figure_spread(f) * 100;
    if (f->count < 2)
        snprintf(cell, TABLE_CELL, "%s", "");
    else
        snprintf(cell, TABLE_CELL, "+-%.0f%%", percent < 999 ? percent : 999);
    return cell;
}

static const char *show_pair(char *cell, const struct bench_figure *a, const struct bench_figure *b,
                             char between, int digits)
{
    if (!a->count || !b->count)
        snprintf(cell, TABLE_CELL, "-");
    else
        snprintf(cell, TABLE_CELL, "%.*f%c%.*f", digits, a->median, between, digits, b->median);
    return cell;
}

static const char *show_switches(char *cell, const struct bench_cell *c)
{
    const struct bench_figure *own = &c->figure[BENCH_SWITCHES_VOLUNTARY];
    const struct bench_figure *forced = &c->figure[BENCH_SWITCHES_INVOLUNTARY];
    struct bench_figure f = { own->median + forced->median, 0, 0, own->count };
    return show(cell, &f, f.median < 9.95 ? "%.1f" : "%.0f", 1);
}

#define TABLE_ROW "%-*s %5s %7s %5s %8s %5s %7s %7s %7s %7s %5s %7s\n"

static void add_columns(struct buffer *out, int width)
{
    buffer_add_format(out, "  " TABLE_ROW, width, "", "at", "", "", "CPU us", "CPUs", "", "memory",
                      "latency", "", "swit-", "procs/");
    buffer_add_format(out, "  " TABLE_ROW, width, "engine", "once", "URLs/s", "", "user+sys",
                      "busy", "memory", "each", "p50", "p99", "ches", "threads");
}

static void add_row(struct buffer *out, const struct bench_cell *c, int width)
{
    char once[TABLE_CELL], rate[TABLE_CELL], spread[TABLE_CELL], cpu[TABLE_CELL], cpus[TABLE_CELL],
        memory[TABLE_CELL], each[TABLE_CELL], p50[TABLE_CELL], p99[TABLE_CELL],
        switches[TABLE_CELL], processes[TABLE_CELL];
    const struct bench_figure *f = c->figure;
    snprintf(once, sizeof once, "%u", c->in_flight);
    if (c->repetitions == 0) {
        buffer_add_format(out, "  %-*s %5s %7s\n", width, c->engine, once, "-");
        return;
    }
    buffer_add_format(out, "%c " TABLE_ROW, c->odd ? '!' : ' ', width, c->engine, once,
                      show_rate(rate, &f[BENCH_RATE]), show_spread(spread, &f[BENCH_RATE]),
                      show_pair(cpu, &f[BENCH_CPU_USER], &f[BENCH_CPU_SYSTEM], '+', 0),
                      show(cpus, &f[BENCH_CPUS], "%.2f", 1), show_bytes(memory, &f[BENCH_MEMORY]),
                      show_bytes(each, &f[BENCH_MEMORY_EACH]), show_time(p50, &f[BENCH_P50]),
                      show_time(p99, &f[BENCH_P99]), show_switches(switches, c),
                      show_pair(processes, &f[BENCH_PROCESSES], &f[BENCH_THREADS], '/', 0));
}

static void add_title(struct buffer *out, const struct bench_result *r, int workload)
{
    char delay[UNITS_ROOM], cpu[UNITS_ROOM];
    const struct bench_plan *p = &r->plan;
    buffer_add_format(out, "\n%s", result_workload((enum bench_workload)workload));
    if (workload != BENCH_COMPUTING && p->delay > 0)
        buffer_add_format(out, ": the origin waits %s",
                          units_show_time(delay, (int64_t)(p->delay * 1e9)));
    if (workload != BENCH_WAITING)
        buffer_add_format(out, "%s a body costs its worker %s of work",
                          workload == BENCH_MIXED && p->delay > 0 ? "," : ":",
                          units_show_time(cpu, (int64_t)(p->cpu * 1e9)));
    buffer_add_byte(out, '\n');
}

static void add_workload(struct buffer *out, const struct bench_result *r, int workload)
{
    bool any = false;
    int width = TABLE_NAME;
    for (unsigned i = 0; i < r->engines; i++)
        width = (int)strlen(r->engine[i]) > width ? (int)strlen(r->engine[i]) : width;
    for (unsigned i = 0; i < r->cells; i++) {
        if ((int)r->cell[i].workload != workload)
            continue;
        if (!any) {
            add_title(out, r, workload);
            add_columns(out, width);
        }
        any = true;
        add_row(out, &r->cell[i], width);
    }
}

void table_write(struct buffer *out, const struct bench_result *r)
{
    add_head(out, r);
    for (int w = 0; w < BENCH_WORKLOADS; w++)
        add_workload(out, r, w);
    if (r->unequal)
        buffer_add_string(out, "\n! did not do the same work as the others\n");
    add_texts(out, r->interrupted ? "Reading (it was interrupted: of what there is)" : "Reading",
              &r->reading);
    add_texts(out, "Notes", &r->notes);
    if (r->micro.measured) {
        buffer_add_byte(out, '\n');
        micro_table(out, &r->micro);
    }
    add_texts(out, "What may have spoiled it", &r->warnings);
}
