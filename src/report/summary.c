// SPDX-License-Identifier: MIT
#include "report/summary.h"
#include "report/kinds.h"
#include "report/units.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <inttypes.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SUMMARY_WIDTH = 80, SUMMARY_COLUMN = 13 };

// Starts a line: the label in its column, or the column left empty.
static void add_label(struct buffer *out, const char *label)
{
    buffer_add_format(out, "  %-*s", SUMMARY_COLUMN - 2, label);
}

// A labelled list of kinds, several a line.
static void add_kinds(struct buffer *out, const char *label, const struct kind *kind, unsigned n)
{
    char count[UNITS_ROOM];
    size_t line = out->n;
    if (n == 0)
        return;
    add_label(out, label);
    for (unsigned i = 0; i < n; i++) {
        units_show_count(count, kind[i].count);
        if (i > 0 && out->n - line + strlen(kind[i].name) + strlen(count) + 4 > SUMMARY_WIDTH) {
            buffer_add_byte(out, '\n');
            line = out->n;
            add_label(out, "");
        } else if (i > 0) {
            buffer_add_string(out, "   ");
        }
        buffer_add_format(out, "%s %s", kind[i].name, count);
    }
    buffer_add_byte(out, '\n');
}

static double seconds_of(const struct crawl_stats *s)
{
    return s->now > s->began ? (double)(s->now - s->began) / CLOCK_S : 0;
}

static double a_second(uint64_t count, const struct crawl_stats *s)
{
    double seconds = seconds_of(s);
    return seconds > 0 ? (double)count / seconds : 0;
}

static void add_headline(struct buffer *out, const struct crawl_stats *s, enum crawl_end end)
{
    char records[UNITS_ROOM], good[UNITS_ROOM], failed[UNITS_ROOM], time[UNITS_ROOM];
    buffer_add_format(out, "%s%s URL%s in %s: %s fetched, %s failed",
                      end == CRAWL_COMPLETE ? "" : "stopped after ",
                      units_show_count(records, s->records), s->records == 1 ? "" : "s",
                      units_show_time(time, s->now - s->began),
                      units_show_count(good, s->records - s->failed - s->skipped - s->not_modified),
                      units_show_count(failed, s->failed));
    if (s->not_modified)
        buffer_add_format(out, ", %s not modified", units_show_count(good, s->not_modified));
    if (s->skipped)
        buffer_add_format(out, ", %s there already", units_show_count(good, s->skipped));
    if (end != CRAWL_COMPLETE && s->waiting)
        buffer_add_format(out, ", %s taken but not done", units_show_count(records, s->waiting));
    buffer_add_byte(out, '\n');
}

static void add_speed(struct buffer *out, const struct crawl_stats *s)
{
    char urls[UNITS_ROOM], all[UNITS_ROOM], speed[UNITS_ROOM];
    add_label(out, "speed");
    buffer_add_format(
        out, "%s URLs/s, %s/s; %s in all\n", units_show_rate(urls, a_second(s->records, s)),
        units_show_bytes(speed, (uint64_t)a_second(s->bytes, s)), units_show_bytes(all, s->bytes));
}

static void add_exchanges(struct buffer *out, const struct crawl_stats *s)
{
    char all[UNITS_ROOM], retries[UNITS_ROOM], redirects[UNITS_ROOM];
    add_label(out, "exchanges");
    buffer_add_format(out, "%s", units_show_count(all, s->exchanges));
    if (s->retries)
        buffer_add_format(out, ", %s of them retries", units_show_count(retries, s->retries));
    if (s->redirects)
        buffer_add_format(out, ", %s redirects followed",
                          units_show_count(redirects, s->redirects));
    buffer_add_byte(out, '\n');
}

// What hosts asked for, and which of them were past help.
static void add_manners(struct buffer *out, const struct crawl_stats *s)
{
    char asked[UNITS_ROOM], denied[UNITS_ROOM], given_up[UNITS_ROOM];
    if (s->robots) {
        add_label(out, "robots");
        buffer_add_format(out, "%s asked for, %s URLs not allowed\n",
                          units_show_count(asked, s->robots), units_show_count(denied, s->denied));
    }
    if (s->given_up) {
        add_label(out, "given up");
        buffer_add_format(out, "%s hosts\n", units_show_count(given_up, s->given_up));
    }
}

// What a crawl has come upon.
static void add_links(struct buffer *out, const struct crawl_stats *s)
{
    char found[UNITS_ROOM];
    if (!s->links)
        return;
    add_label(out, "links");
    buffer_add_format(out, "%s in pages, each time that they stood there\n",
                      units_show_count(found, s->links));
}

static const char *quantile(char *out, const struct histogram *h, double q)
{
    return units_show_time(out, (int64_t)histogram_quantile(h, q) * CLOCK_US);
}

static void add_latency(struct buffer *out, const struct histogram *h)
{
    char p50[UNITS_ROOM], p90[UNITS_ROOM], p99[UNITS_ROOM], most[UNITS_ROOM];
    if (h->count == 0)
        return;
    add_label(out, "latency");
    buffer_add_format(out, "p50 %s   p90 %s   p99 %s   max %s\n", quantile(p50, h, 0.5),
                      quantile(p90, h, 0.9), quantile(p99, h, 0.99), quantile(most, h, 1));
}

// Names of hosts come from outside, so they are escaped.
static void add_slowest(struct buffer *out, const struct crawl_stats *s)
{
    char name[STATS_SLOWEST][4 * STATS_HOST_NAME], mean[UNITS_ROOM], count[UNITS_ROOM];
    unsigned n = 0, width = 0;
    for (; n < STATS_SLOWEST && s->slowest[n].name[0]; n++) {
        const char *from = s->slowest[n].name;
        log_escape(name[n], sizeof name[n], from, strnlen(from, STATS_HOST_NAME));
        width = strlen(name[n]) > width ? (unsigned)strlen(name[n]) : width;
    }
    if (s->hosts < 2)
        return;
    for (unsigned i = 0; i < n; i++) {
        add_label(out, i ? "" : "slowest");
        buffer_add_format(out, "%-*s  %8s, the mean of %s\n", (int)width, name[i],
                          units_show_time(mean, s->slowest[i].mean),
                          units_show_count(count, s->slowest[i].exchanges));
    }
}

// What the workers of an engine used; an engine on the coordinator's own loop has none, and what is
// its share of that cannot be told.
static const char *engine_cpu(char out[UNITS_ROOM], const struct stats_engine *e)
{
    const struct zygote_usage *used = &e->usage.processes;
    return e->usage.started ? units_show_time(out, used->user + used->system) : "-";
}

static const char *engine_mean(char out[UNITS_ROOM], const struct stats_engine *e)
{
    int64_t good = (int64_t)(e->exchanges - e->errors);
    return good > 0 ? units_show_time(out, e->spent / good) : "-";
}

// A row for each engine, when there are several.
static void add_engines(struct buffer *out, const struct crawl_stats *s)
{
    char exchanges[UNITS_ROOM], records[UNITS_ROOM], errors[UNITS_ROOM], mean[UNITS_ROOM],
        bytes[UNITS_ROOM], cpu[UNITS_ROOM];
    if (s->engines < 2)
        return;
    add_label(out, "engines");
    buffer_add_format(out, "%-12s %9s %9s %7s %9s %9s %9s\n", "", "exchanges", "records", "errors",
                      "mean", "received", "CPU");
    for (unsigned i = 0; i < s->engines; i++) {
        const struct stats_engine *e = &s->engine[i];
        add_label(out, "");
        buffer_add_format(out, "%-12s %9s %9s %7s %9s %9s %9s\n", e->name,
                          units_show_count(exchanges, e->exchanges),
                          units_show_count(records, e->records),
                          units_show_count(errors, e->errors), engine_mean(mean, e),
                          units_show_bytes(bytes, e->bytes), engine_cpu(cpu, e));
    }
}

static void add_memory(struct buffer *out, uint64_t memory, uint64_t worker)
{
    char own[UNITS_ROOM], largest[UNITS_ROOM];
    if (!memory)
        return;
    add_label(out, "memory");
    buffer_add_format(out, "%s at most", units_show_bytes(own, memory));
    if (worker)
        buffer_add_format(out, ", and %s in the largest worker", units_show_bytes(largest, worker));
    buffer_add_byte(out, '\n');
}

void summary_format(struct buffer *out, const struct crawl_stats *s, enum crawl_end end,
                    uint64_t memory, uint64_t worker)
{
    struct kind kind[KINDS_MOST];
    add_headline(out, s, end);
    if (s->records < 2 && !s->failed)
        return;
    add_speed(out, s);
    add_exchanges(out, s);
    add_kinds(out, "status", kind, kinds_statuses(s, kind, KINDS_MOST));
    add_kinds(out, "errors", kind, kinds_errors(s, kind, KINDS_MOST));
    add_manners(out, s);
    add_links(out, s);
    add_kinds(out, "left out", kind, kinds_left_out(s, kind, KINDS_MOST));
    add_latency(out, &s->latency);
    add_slowest(out, s);
    add_engines(out, s);
    add_memory(out, memory, worker);
}

// The most that this process held, in bytes; Linux counts it in units of 1024.
static uint64_t most_memory(void)
{
    struct rusage use;
    return getrusage(RUSAGE_SELF, &use) < 0 ? 0 : (uint64_t)use.ru_maxrss * 1024;
}

void summary_print(const struct crawl_stats *s, enum crawl_end end, uint64_t worker)
{
    struct buffer out = { 0 };
    summary_format(&out, s, end, most_memory(), worker);
    if (!out.failed)
        files_write_all(STDERR_FILENO, out.p, out.n);
    buffer_fini(&out);
}

void summary_line(struct buffer *out, const char *label, const struct crawl_stats *s)
{
    char records[UNITS_ROOM], time[UNITS_ROOM], urls[UNITS_ROOM], speed[UNITS_ROOM],
        p50[UNITS_ROOM], p99[UNITS_ROOM];
    buffer_add_format(out, "  %-10s %9s URLs in %8s  %8s URLs/s  %9s/s  p50 %8s  p99 %8s\n", label,
                      units_show_count(records, s->records),
                      units_show_time(time, s->now - s->began),
                      units_show_rate(urls, a_second(s->records, s)),
                      units_show_bytes(speed, (uint64_t)a_second(s->bytes, s)),
                      quantile(p50, &s->latency, 0.5), quantile(p99, &s->latency, 0.99));
}
