// SPDX-License-Identifier: MIT
#include "report/live_line.h"
#include "report/kinds.h"
#include "report/units.h"
#include "sys/clock.h"
#include <stdarg.h>
#include <stdio.h>

enum { LIVE_LINE_KINDS = 3 };

// A line being put together: fields are apart by two spaces, and one that does not fit is the last.
struct line {
    struct buffer *out;
    unsigned columns, used;
    bool full;
};

static bool line_add(struct line *l, const char *before, const char *text, const char *after)
{
    unsigned gap = l->used ? 2 : 0, n = (unsigned)strlen(text);
    if (l->full || l->used + gap + n > l->columns) {
        l->full = true;
        return false;
    }
    buffer_add(l->out, "  ", gap);
    buffer_add_string(l->out, before);
    buffer_add(l->out, text, n);
    buffer_add_string(l->out, after);
    l->used += gap + n;
    return true;
}

static void line_field(struct line *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void line_field(struct line *l, const char *format, ...)
{
    char text[160];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    line_add(l, "", text, "");
}

void live_line_remember(struct live_line_history *h, const struct crawl_stats *s)
{
    unsigned i = h->count++ % LIVE_LINE_SAMPLES;
    h->sample[i].at = s->now;
    h->sample[i].records = s->records;
    h->sample[i].bytes = s->bytes;
}

// Over the time the history spans, or the whole run while that is shorter.
static void speeds(const struct live_line_history *h, const struct crawl_stats *s, double *urls,
                   double *bytes)
{
    int64_t since = s->began;
    uint64_t records = 0, received = 0;
    if (h->count >= LIVE_LINE_SAMPLES) {
        unsigned oldest = h->count % LIVE_LINE_SAMPLES;
        since = h->sample[oldest].at;
        records = h->sample[oldest].records;
        received = h->sample[oldest].bytes;
    }
    double seconds = (double)(s->now - since) / CLOCK_S;
    *urls = seconds > 0 ? (double)(s->records - records) / seconds : 0;
    *bytes = seconds > 0 ? (double)(s->bytes - received) / seconds : 0;
}

uint64_t live_line_total(const struct crawl_stats *s, bool *guess)
{
    *guess = false;
    if (s->total)
        return s->total;
    // One look-ahead's worth of a list says little about the length of its lines when it is short.
    if (!s->bytes_size || !s->bytes_read || s->bytes_read > s->bytes_size)
        return 0;
    *guess = true;
    return (uint64_t)((double)s->taken * ((double)s->bytes_size / (double)s->bytes_read));
}

static void add_done(struct line *l, const struct crawl_stats *s, uint64_t total, bool guess)
{
    char done[UNITS_ROOM], all[UNITS_ROOM];
    units_show_count(done, s->records);
    if (!total) {
        line_field(l, "%s done", done);
        return;
    }
    double share = (double)s->records / (double)total;
    int percent = share < 1 ? (int)(share * 100) : 100;
    line_field(l, "%s/%s%s", done, guess ? "~" : "", units_show_count(all, total));
    line_field(l, "%d%%", percent);
}

static void add_time_left(struct line *l, const struct crawl_stats *s, uint64_t total, double urls)
{
    char time[UNITS_ROOM];
    double left = urls > 0 && total > s->records ? (double)(total - s->records) / urls : 0;
    if (left > 0 && left < 3600 * 24 * 365) {
        // Whole seconds: a line that changes ten times a second is not read to the digit.
        int64_t seconds = (int64_t)(left + 1);
        if (seconds < 60)
            line_field(l, "ETA %ds", (int)seconds);
        else
            line_field(l, "ETA %s", units_show_time(time, seconds * CLOCK_S));
    }
}

static void add_failures(struct line *l, const struct crawl_stats *s, bool colour)
{
    struct kind kind[LIVE_LINE_KINDS];
    char text[160], count[UNITS_ROOM];
    const char *red = colour ? "\033[31m" : "", *plain = colour ? "\033[0m" : "";
    if (!s->failed)
        return;
    snprintf(text, sizeof text, "%s failed", units_show_count(count, s->failed));
    if (!line_add(l, red, text, plain))
        return;
    unsigned n = kinds_failures(s, kind, LIVE_LINE_KINDS);
    for (unsigned i = 0; i < n; i++)
        line_field(l, "%s %s", kind[i].name, units_show_count(count, kind[i].count));
}

void live_line_write(struct buffer *out, const char *label, const struct crawl_stats *s,
                     const struct live_line_history *h, unsigned columns, bool colour)
{
    struct line l = { out, columns, 0, false };
    char text[UNITS_ROOM];
    bool guess;
    double urls, bytes;
    uint64_t total = live_line_total(s, &guess);
    speeds(h, s, &urls, &bytes);
    if (label)
        line_field(&l, "%s", label);
    add_done(&l, s, total, guess);
    line_field(&l, "%s URLs/s", units_show_rate(text, urls));
    line_field(&l, "%s/s", units_show_bytes(text, (uint64_t)bytes));
    line_field(&l, "%s in flight", units_show_count(text, s->in_flight));
    if (s->links && s->waiting)
        line_field(&l, "%s waiting", units_show_count(text, s->waiting));
    add_time_left(&l, s, total, urls);
    add_failures(&l, s, colour);
}
