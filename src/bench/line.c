// SPDX-License-Identifier: MIT
#include "bench/line.h"
#include "report/progress.h"
#include "report/units.h"
#include "sys/files.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_ROOM = 160, LINE_COLUMNS = 79 };

void line_begin(struct line *l, bool wanted)
{
    *l = (struct line){ .possible = wanted && progress_possible() };
}

// Whole seconds: more would only flicker.
static void add_left(char *out, size_t room, double left)
{
    long s = (long)(left + 0.5);
    if (s >= 60)
        snprintf(out, room, "  about %ldm%02lds left", s / 60, s % 60);
    else if (s >= 1)
        snprintf(out, room, "  about %ld s left", s);
}

void line_text(char *out, size_t room, const struct line_news *n)
{
    char urls[UNITS_ROOM];
    int at = snprintf(out, room, "bench");
    if (n->all)
        at += snprintf(out + at, room - (size_t)at, " %u/%u", n->done + (n->done < n->all), n->all);
    if (n->cell)
        at += snprintf(out + at, room - (size_t)at, "  %.40s, %u at once, %s  %s URLs",
                       n->cell->engine, n->cell->in_flight, result_workload(n->cell->workload),
                       units_show_count(urls, n->urls));
    else if (n->what)
        at += snprintf(out + at, room - (size_t)at, "  %.60s", n->what);
    add_left(out + at, room - (size_t)at, n->left);
}

void line_show(struct line *l, const struct line_news *n)
{
    char text[LINE_ROOM], all[LINE_ROOM + 16];
    if (!l->possible)
        return;
    line_text(text, sizeof text, n);
    int length = snprintf(all, sizeof all, "\r%.*s\033[K", LINE_COLUMNS, text);
    files_write_all(STDERR_FILENO, all, (size_t)length);
    l->shown = true;
}

void line_clear(struct line *l)
{
    static const char clear[] = "\r\033[K";
    if (l->shown)
        files_write_all(STDERR_FILENO, clear, sizeof clear - 1);
    l->shown = false;
}
