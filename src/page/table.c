// SPDX-License-Identifier: MIT
#include "page/table.h"
#include "bench/micro_show.h"
#include "page/axis.h"
#include "page/html.h"
#include "report/units.h"
#include <math.h>
#include <stdio.h>

enum { TABLE_TEXT = 64 };

static void table_open(struct buffer *b, const char *caption)
{
    html_add(b, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"");
    html_text(b, caption);
    html_add(b, "\"><table><caption>");
    html_text(b, caption);
    html_add(b, "</caption>\n");
}

static void table_close(struct buffer *b)
{
    html_add(b, "</tbody></table></div>\n");
}

// ---- Cells

// How a value of a measure is written.
enum table_form { FORM_COUNT, FORM_TIME_US, FORM_US, FORM_BYTES, FORM_SMALL };

struct table_column {
    const char *name, *explain;
    enum bench_measure measure;
    enum table_form form;
    bool spread;
};

static const struct table_column table_column[] = {
    { "URLs/s", "URLs a second that succeeded", BENCH_RATE, FORM_COUNT, true },
    { "user \302\265s", "CPU a URL outside the kernel", BENCH_CPU_USER, FORM_US, false },
    { "system \302\265s", "CPU a URL in the kernel", BENCH_CPU_SYSTEM, FORM_US, false },
    { "CPUs", "CPUs kept busy", BENCH_CPUS, FORM_SMALL, false },
    { "memory", "PSS of all processes", BENCH_MEMORY, FORM_BYTES, false },
    { "a request", "memory by requests in flight", BENCH_MEMORY_EACH, FORM_BYTES, false },
    { "p50", "half of the URLs took no longer", BENCH_P50, FORM_TIME_US, false },
    { "p90", "nine of ten", BENCH_P90, FORM_TIME_US, false },
    { "p99", "99 of a hundred", BENCH_P99, FORM_TIME_US, false },
    { "p99.9", "999 of a thousand", BENCH_P999, FORM_TIME_US, false },
    { "max", "the longest", BENCH_MAX, FORM_TIME_US, false },
    { "waits", "times a URL that it gave its CPU up (voluntary context switches)",
      BENCH_SWITCHES_VOLUNTARY, FORM_SMALL, false },
    { "taken", "times a URL that its CPU was taken from it (involuntary context switches)",
      BENCH_SWITCHES_INVOLUNTARY, FORM_SMALL, false },
    { "processes", "at most", BENCH_PROCESSES, FORM_COUNT, false },
    { "threads", "at most, over all processes", BENCH_THREADS, FORM_COUNT, false },
};
enum { TABLE_COLUMNS = sizeof table_column / sizeof *table_column };

static void table_value(char out[TABLE_TEXT], enum table_form form, double v)
{
    switch (form) {
    case FORM_COUNT:
        axis_show_count(out, v);
        return;
    case FORM_TIME_US:
        axis_show_time_us(out, v);
        return;
    case FORM_US:
        snprintf(out, TABLE_TEXT, "%.*f", v >= 9.95 ? 0 : 1, v);
        return;
    case FORM_BYTES:
        units_show_bytes(out, (uint64_t)(v > 0 ? v + 0.5 : 0));
        return;
    case FORM_SMALL:
        snprintf(out, TABLE_TEXT, "%.2f", v);
        return;
    }
}

static void cells_value(struct buffer *b, const struct bench_cell *c, const struct table_column *k)
{
    char text[TABLE_TEXT];
    const struct bench_figure *f = &c->figure[k->measure];
    if (f->count == 0) {
        html_add(b, "<td>&ndash;</td>");
        return;
    }
    table_value(text, k->form, f->median);
    html_add(b, "<td>");
    html_text(b, text);
    if (k->spread && f->count > 1)
        buffer_add_format(b, " <small>&plusmn;%.0f&nbsp;%%</small>", 100 * figure_spread(f));
    html_add(b, "</td>");
}

static void cells_row(struct buffer *b, const struct bench_cell *c)
{
    char count[UNITS_ROOM];
    buffer_add_format(b, "<tr%s>", c->odd ? " class=\"odd\"" : "");
    html_element(b, "th scope=\"row\"", c->engine);
    html_element(b, "td", units_show_count(count, c->in_flight));
    if (c->repetitions == 0) {
        buffer_add_format(b, "<td class=\"why\" colspan=\"%d\">", TABLE_COLUMNS + 1);
        html_text(b, c->note[0] ? c->note : "was not run");
        html_add(b, "</td></tr>\n");
        return;
    }
    for (unsigned i = 0; i < TABLE_COLUMNS; i++)
        cells_value(b, c, &table_column[i]);
    buffer_add_format(b, "<td%s>", c->failed ? " class=\"bad\"" : "");
    html_text(b, units_show_count(count, c->failed));
    html_add(b, "</td></tr>\n");
    if (c->note[0]) {
        buffer_add_format(b, "<tr class=\"remark\"><td colspan=\"%d\">", TABLE_COLUMNS + 3);
        html_text(b, c->note);
        html_add(b, "</td></tr>\n");
    }
}

void table_cells(struct buffer *b, const struct bench_result *r, enum bench_workload workload)
{
    bool any = false;
    for (unsigned i = 0; i < r->cells; i++)
        any |= r->cell[i].workload == workload;
    if (!any)
        return;
    table_open(b, "All figures: medians of the runs; with the rate, half of the range");
    html_add(
        b, "<thead><tr><th scope=\"col\">engine</th><th scope=\"col\" title=\"requests at once, at "
           "most\">in flight</th>");
    for (unsigned i = 0; i < TABLE_COLUMNS; i++)
        buffer_add_format(b, "<th scope=\"col\" title=\"%s\">%s</th>", table_column[i].explain,
                          table_column[i].name);
    html_add(b,
             "<th scope=\"col\" title=\"URLs that failed, in all runs\">failed</th></tr></thead>\n"
             "<tbody>\n");
    for (unsigned i = 0; i < r->cells; i++)
        if (r->cell[i].workload == workload)
            cells_row(b, &r->cell[i]);
    table_close(b);
}

// ---- Micro

static void micro_times(struct buffer *b, const struct micro_row *row)
{
    char wall[MICRO_SHOW_ROOM], cpu[MICRO_SHOW_ROOM];
    html_add(b, "<td>");
    html_text(b, micro_show_time_of(wall, &row->wall_ns));
    if (row->wall_ns.count > 1)
        buffer_add_format(b, " <small>&plusmn;%.0f&nbsp;%%</small>",
                          100 * figure_spread(&row->wall_ns));
    html_add(b, "</td>");
    html_element(b, "td", micro_show_time_of(cpu, &row->cpu_ns));
    html_add(b, "<td></td><td></td><td></td><td></td>");
}

static void micro_bytes(struct buffer *b, const struct micro_row *row)
{
    char text[MICRO_SHOW_ROOM], parked[UNITS_ROOM];
    html_add(b, "<td></td><td></td>");
    html_element(b, "td", micro_show_bytes_of(text, &row->resident));
    html_element(b, "td", micro_show_bytes_of(text, &row->kernel));
    html_element(b, "td", micro_show_bytes_of(text, &row->address));
    html_element(b, "td", units_show_count(parked, row->parked));
}

static void micro_row(struct buffer *b, const struct micro_row *row)
{
    html_add(b, "<tr>");
    html_element(b, "th scope=\"row\"",
                 row->group == MICRO_MESSAGE ? "message" : micro_show_kind(row->kind));
    html_element(b, "td class=\"left\"", row->name);
    if (row->group == MICRO_PARKED)
        micro_bytes(b, row);
    else
        micro_times(b, row);
    html_element(b, "td class=\"left\"", row->note);
    html_add(b, "</tr>\n");
}

void table_micro(struct buffer *b, const struct micro_result *m)
{
    table_open(b, "Every measurement: medians of the rounds, half of the range beside the time");
    html_add(b,
             "<thead><tr><th scope=\"col\">unit</th><th scope=\"col\" class=\"left\">what</th>"
             "<th scope=\"col\">time</th><th scope=\"col\" title=\"of all who take part\">CPU</th>"
             "<th scope=\"col\" title=\"PSS\">resident</th>"
             "<th scope=\"col\" title=\"what the kernel keeps outside of the process\">kernel</th>"
             "<th scope=\"col\" title=\"virtual\">address space</th>"
             "<th scope=\"col\" title=\"parked together\">at "
             "once</th><th></th></tr></thead>\n<tbody>\n");
    for (unsigned i = 0; i < m->rows; i++) {
        if (i == 0 || m->row[i].group != m->row[i - 1].group) {
            html_add(b, "<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"9\">");
            html_text(b, micro_show_group(m->row[i].group));
            html_add(b, "</th></tr>\n");
        }
        micro_row(b, &m->row[i]);
    }
    table_close(b);
}
