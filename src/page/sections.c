// SPDX-License-Identifier: MIT
#include "page/sections.h"
#include "data/civil.h"
#include "page/axis.h"
#include "page/html.h"
#include "page/load.h"
#include "page/mark.h"
#include "page/table.h"
#include "page/view.h"
#include "report/units.h"
#include "sys/clock.h"
#include <stdio.h>

enum { SECTION_TEXT = 256 };

// ---- What was done

static void head_list(struct buffer *b, const char *open, const struct bench_texts *texts)
{
    if (texts->count == 0)
        return;
    html_add(b, open);
    html_add(b, "<ul>\n");
    for (unsigned i = 0; i < texts->count; i++) {
        html_element(b, "li", texts->item[i]);
        html_add(b, "\n");
    }
    html_add(b, "</ul></section>\n");
}

static void head_when(struct buffer *b, const struct bench_result *r)
{
    char took[UNITS_ROOM];
    struct civil c = civil_of(r->started / CLOCK_S);
    buffer_add_format(b, "%04d-%02u-%02u %02u:%02u UTC, took %s", (int)c.year, c.month, c.day,
                      c.hour, c.minute, units_show_time(took, (int64_t)(r->took * 1e9)));
}

void section_head(struct buffer *b, const struct bench_result *r)
{
    html_add(b, "<header><h1>Ways of waiting, side by side</h1>\n<p>");
    if (r->plan.what && r->plan.what[0]) {
        html_add(b, "Fetched: ");
        html_text(b, r->plan.what);
        html_add(b, ". ");
    }
    head_when(b, r);
    html_add(b, "</p>\n");
    if (r->plan.command && r->plan.command[0])
        html_element(b, "pre", r->plan.command);
    html_add(b, "</header>\n");
    if (r->interrupted)
        html_add(b,
                 "<section class=\"warn\"><h2>Not complete</h2><p>The bench was interrupted; what "
                 "is here is what was measured until then.</p></section>\n");
    if (r->unequal)
        html_add(b, "<section class=\"warn\"><h2>Not the same work</h2><p>Not all runs fetched the "
                    "same, so they must not be compared. The tables say which were odd.</p>"
                    "</section>\n");
    head_list(b, "<section class=\"warn\"><h2>What may have spoiled the figures</h2>",
              &r->warnings);
    head_list(b, "<section class=\"reading\"><h2>What this shows</h2>", &r->reading);
}

// ---- A workload

static const char *workload_words(const struct bench_plan *p, enum bench_workload workload,
                                  char out[SECTION_TEXT])
{
    char delay[UNITS_ROOM], cpu[UNITS_ROOM];
    units_show_time(delay, (int64_t)(p->delay * 1e9));
    units_show_time(cpu, (int64_t)(p->cpu * 1e9));
    if (workload == BENCH_WAITING && p->delay > 0)
        snprintf(out, SECTION_TEXT,
                 "The origin waits %s before it answers; a body costs the crawler "
                 "nothing but receiving it.",
                 delay);
    else if (workload == BENCH_WAITING)
        snprintf(out, SECTION_TEXT, "A body costs the crawler nothing but receiving it.");
    else if (workload == BENCH_COMPUTING)
        snprintf(out, SECTION_TEXT,
                 "The origin answers at once; each body costs the crawler %s of CPU.", cpu);
    else
        snprintf(out, SECTION_TEXT,
                 "The origin waits %s before it answers, and each body costs the "
                 "crawler %s of CPU.",
                 delay, cpu);
    return out;
}

static void workload_legend(struct buffer *b, const struct bench_result *r)
{
    html_add(b, "<p class=\"legend\">\n");
    for (unsigned i = 0; i < r->engines; i++)
        mark_legend(b, i, r->engine[i]);
    html_add(b, "</p>\n");
}

void section_workload(struct buffer *b, const struct bench_result *r, enum bench_workload workload)
{
    static const char *const title[BENCH_WORKLOADS] = { "Waiting", "Computing",
                                                        "Waiting and computing" };
    char words[SECTION_TEXT];
    struct view v;
    bool any = false;
    for (unsigned i = 0; i < r->cells; i++)
        any |= r->cell[i].workload == workload;
    if (!any)
        return;
    view_of(&v, r, workload);
    buffer_add_format(b, "<section id=\"%s\">", result_workload(workload));
    html_element(b, "h2", title[workload]);
    html_element(b, "p", workload_words(&r->plan, workload, words));
    if (v.cells) {
        workload_legend(b, r);
        html_add(b, "<div class=\"plots\">\n");
        load_rate(b, &v);
        load_memory(b, &v);
        load_latency(b, &v);
        load_cpu(b, &v);
        html_add(b, "</div>\n");
    }
    table_cells(b, r, workload);
    html_add(b, "</section>\n");
}

// ---- Facts

static void fact(struct buffer *b, const char *name, const char *value)
{
    if (!value || !value[0])
        return;
    html_add(b, "<div>");
    html_element(b, "dt", name);
    html_element(b, "dd", value);
    html_add(b, "</div>\n");
}

static void facts_machine(struct buffer *b, const struct bench_machine *m)
{
    char text[SECTION_TEXT], memory[UNITS_ROOM];
    html_add(b, "<h3>Machine</h3><dl>\n");
    fact(b, "system", m->system);
    fact(b, "processor", m->cpu);
    snprintf(text, sizeof text, "%u CPU%s, %s of memory%s", m->cpus, m->cpus == 1 ? "" : "s",
             units_show_bytes(memory, m->memory), m->is_virtual ? ", a virtual machine" : "");
    fact(b, "size", text);
    fact(b, "limit on CPU", m->cpu_limit);
    fact(b, "frequency governor", m->governor);
    snprintf(text, sizeof text, "%.2f, the average over the minute before", m->load);
    fact(b, "load", text);
    fact(b, "the crawler ran on CPUs", m->crawler);
    fact(b, "the origin ran on CPUs", m->origin[0] ? m->origin : "somewhere else");
    if (m->origin[0])
        fact(b, "shared between them", m->shared ? "yes: each took CPU from the other" : "none");
    fact(b, "build", m->build);
    fact(b, "versions", m->version);
    html_add(b, "</dl>\n");
}

static void facts_plan(struct buffer *b, const struct bench_plan *p)
{
    char text[SECTION_TEXT], a[UNITS_ROOM], c[UNITS_ROOM];
    html_add(b, "<h3>Plan</h3><dl>\n");
    if (p->urls)
        snprintf(text, sizeof text, "%s URLs", units_show_count(a, p->urls));
    else
        snprintf(text, sizeof text, "%s", units_show_time(a, (int64_t)(p->duration * 1e9)));
    fact(b, "measured a run", text);
    units_show_time(text, (int64_t)(p->warm_up * 1e9));
    fact(b, "before that, to warm up", text);
    snprintf(text, sizeof text, "%u of every cell, a round each, in an order drawn with %llu",
             p->repeat, (unsigned long long)p->order);
    fact(b, "runs", text);
    if (p->rate > 0)
        snprintf(text, sizeof text, "open: %s URLs a second, latency from the intended start",
                 units_show_rate(a, p->rate));
    fact(b, "mode", p->rate > 0 ? text : "closed: as fast as it goes");
    if (p->origins) {
        snprintf(text, sizeof text, "%u process%s of trawl serve, %u host%s, bodies of %s",
                 p->origins, p->origins == 1 ? "" : "es", p->hosts, p->hosts == 1 ? "" : "s",
                 units_show_bytes(c, p->body));
        fact(b, "origin", text);
    }
    html_add(b, "</dl>\n");
}

void section_facts(struct buffer *b, const struct bench_result *r)
{
    html_add(b, "<section id=\"facts\"><h2>How it was measured</h2>\n");
    if (r->cells)
        facts_plan(b, &r->plan);
    facts_machine(b, &r->machine);
    if (r->notes.count) {
        html_add(b, "<h3>Notes</h3><ul>\n");
        for (unsigned i = 0; i < r->notes.count; i++)
            html_element(b, "li", r->notes.item[i]);
        html_add(b, "</ul>\n");
    }
    html_add(b, "</section>\n");
}
