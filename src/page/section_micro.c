// SPDX-License-Identifier: MIT
#include "bench/micro.h"
#include "bench/micro_show.h"
#include "page/bars.h"
#include "page/html.h"
#include "page/sections.h"
#include "page/table.h"
#include "report/units.h"
#include <stdio.h>

// Some rows, a bar each.
enum { MICRO_BARS = 6 };

struct micro_plot {
    const char *id, *title, *note;
    struct {
        const char *row, *name;
        unsigned style;
    } bar[MICRO_BARS]; // row NULL: no more
};

#define MICRO_LOG " The scale is logarithmic."

static const struct micro_plot micro_times[] = {
    { "micro-switch",
      "CPU time of a switch",
      "Let another one go on, and wait (bare: change stacks, nothing else)." MICRO_LOG,
      { { "coroutine-bare", "coroutine, bare", MICRO_COROUTINE },
        { "coroutine-channel", "coroutine", MICRO_COROUTINE },
        { "thread-futex-one-cpu", "thread, one CPU", MICRO_THREAD },
        { "thread-futex-two-cpus", "thread, two CPUs", MICRO_THREAD },
        { "process-pipe-one-cpu", "process, one CPU", MICRO_PROCESS },
        { "process-pipe-two-cpus", "process, two CPUs", MICRO_PROCESS } } },
    { "micro-spawn",
      "CPU time of a spawn",
      "Make one that does nothing, and see it end." MICRO_LOG,
      { { "coroutine-spawn", "coroutine", MICRO_COROUTINE },
        { "thread-spawn", "thread", MICRO_THREAD },
        { "process-spawn", "process", MICRO_PROCESS } } },
    { "micro-message",
      "CPU time of a message between processes",
      "400 bytes through shared memory (queue) or a pipe; both sides together. Answered: the "
      "sender "
      "sleeps until the answer is there." MICRO_LOG,
      { { "queue-stream-one-cpu", "queue, one CPU", MICRO_COROUTINE },
        { "pipe-stream-one-cpu", "pipe, one CPU", MICRO_THREAD },
        { "queue-stream-two-cpus", "queue, two CPUs", MICRO_COROUTINE },
        { "pipe-stream-two-cpus", "pipe, two CPUs", MICRO_THREAD },
        { "queue-echo-one-cpu", "queue, answered", MICRO_COROUTINE },
        { "pipe-echo-one-cpu", "pipe, answered", MICRO_THREAD } } },
};

static const struct micro_plot micro_memory = {
    "micro-parked",
    "Memory of one that is parked",
    "Full: in the process. Striped: what the kernel keeps for it outside (its stack, page tables).",
    { { "coroutine-parked", "coroutine", MICRO_COROUTINE },
      { "thread-parked", "thread", MICRO_THREAD },
      { "thread-parked-small", "thread, 64K stack", MICRO_THREAD },
      { "process-parked", "process", MICRO_PROCESS } }
};

// Bytes, or CPU ns; 0: not measured.
static double micro_value(const struct micro_row *row)
{
    if (!row)
        return 0;
    return row->group == MICRO_PARKED ? row->resident.median + row->kernel.median
                                      : row->cpu_ns.median;
}

static void micro_bar(struct buffer *b, struct bars *p, const struct micro_row *row,
                      const char *name, unsigned style)
{
    char text[BARS_TEXT], explain[192];
    bool bytes = row->group == MICRO_PARKED;
    if (bytes)
        units_show_bytes(text, (uint64_t)(micro_value(row) + 0.5));
    else
        micro_show_time(text, micro_value(row));
    snprintf(explain, sizeof explain, "%s (%s): %s", name, row->name, text);
    bars_row(b, p,
             &(struct bars_row){ .name = name,
                                 .style = style,
                                 .value = bytes ? row->resident.median : row->cpu_ns.median,
                                 .more = bytes ? row->kernel.median : 0,
                                 .text = text,
                                 .explain = explain });
}

static void micro_write(struct buffer *b, const struct micro_result *m,
                        const struct micro_plot *plot, enum axis_kind kind)
{
    struct bars p = { .id = plot->id, .title = plot->title, .note = plot->note };
    double least = 0, most = 0;
    for (unsigned i = 0; i < MICRO_BARS && plot->bar[i].row; i++) {
        double v = micro_value(micro_find(m, plot->bar[i].row));
        if (v <= 0)
            continue;
        p.rows++;
        least = least == 0 || v < least ? v : least;
        most = v > most ? v : most;
    }
    if (p.rows == 0)
        return;
    // The shortest bar on a logarithmic scale must have some length.
    axis_init(&p.axis, kind, least / 2, most);
    p.axis.most = most;
    bars_begin(b, &p);
    for (unsigned i = 0; i < MICRO_BARS && plot->bar[i].row; i++) {
        const struct micro_row *row = micro_find(m, plot->bar[i].row);
        if (micro_value(row) > 0)
            micro_bar(b, &p, row, plot->bar[i].name, plot->bar[i].style);
    }
    bars_end(b, &p);
}

static void micro_units(struct buffer *b, const struct micro_result *m)
{
    char text[3][MICRO_SHOW_ROOM], ceiling[MICRO_SHOW_CEILING];
    html_add(b,
             "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Headlines\"><table>"
             "<caption>The headlines: CPU time of a switch and of a spawn, memory with the "
             "kernel's share</caption>\n<thead><tr><th scope=\"col\">unit</th><th scope=\"col\">"
             "switch</th><th scope=\"col\">spawn</th><th scope=\"col\">parked</th>"
             "<th scope=\"col\" class=\"left\">could be parked here</th></tr></thead><tbody>\n");
    for (enum micro_kind kind = 0; kind < MICRO_KINDS; kind++) {
        const struct micro_unit *u = &m->unit[kind];
        html_add(b, "<tr>");
        html_element(b, "th scope=\"row\"", u->name);
        html_element(b, "td", micro_show_time_of(text[0], &u->switch_ns));
        html_element(b, "td", micro_show_time_of(text[1], &u->spawn_ns));
        html_element(b, "td", micro_show_bytes_of(text[2], &u->memory_bytes));
        html_element(b, "td class=\"left\"", micro_show_ceiling(ceiling, u));
        html_add(b, "</tr>\n");
    }
    html_add(b, "</tbody></table></div>\n");
}

void section_micro(struct buffer *b, const struct bench_result *r)
{
    const struct micro_result *m = &r->micro;
    if (!m->measured)
        return;
    html_add(b,
             "<section id=\"micro\"><h2>What waiting costs by itself</h2>\n"
             "<p>Coroutines, threads and processes without any HTTP, each measurement in a process "
             "of its own, pinned to a CPU.</p>\n");
    micro_units(b, m);
    html_add(b, "<div class=\"plots\">\n");
    for (unsigned i = 0; i < sizeof micro_times / sizeof *micro_times; i++)
        micro_write(b, m, &micro_times[i], AXIS_LOG);
    micro_write(b, m, &micro_memory, AXIS_LINEAR);
    html_add(b, "</div>\n");
    table_micro(b, m);
    html_add(b, "</section>\n");
}
