// SPDX-License-Identifier: MIT
#include "bench/micro_show.h"
#include "report/units.h"
#include <stdio.h>
#include <string.h>

const char *micro_show_time(char *out, double ns)
{
    static const char *const unit[] = { "ns", "us", "ms", "s" };
    unsigned i = 0;
    for (; ns >= 999.5 && i < 3; i++)
        ns /= 1000;
    int digits = ns >= 99.95 ? 0 : ns >= 9.995 ? 1 : 2;
    if (i == 0 && digits) // hundredths of nanoseconds are noise
        digits = ns >= 9.95 ? 0 : 1;
    snprintf(out, MICRO_SHOW_ROOM, "%.*f %s", digits, ns, unit[i]);
    return out;
}

static const char *micro_show_nothing(char *out)
{
    out[0] = '-';
    out[1] = '\0';
    return out;
}

const char *micro_show_time_of(char *out, const struct bench_figure *f)
{
    return f->count ? micro_show_time(out, f->median) : micro_show_nothing(out);
}

const char *micro_show_bytes_of(char *out, const struct bench_figure *f)
{
    return f->count ? units_show_bytes(out, (uint64_t)(f->median + 0.5)) : micro_show_nothing(out);
}

const char *micro_show_spread(char *out, const struct bench_figure *f)
{
    out[0] = '\0';
    if (f->count > 1)
        snprintf(out, MICRO_SHOW_ROOM, "+-%.0f %%", 100 * figure_spread(f));
    return out;
}

static uint64_t two_figures(uint64_t n)
{
    uint64_t scale = 1;
    for (; n / scale >= 100; scale *= 10)
        ;
    return n / scale * scale;
}

const char *micro_show_ceiling(char *out, const struct micro_unit *u)
{
    char count[UNITS_ROOM];
    if (u->ceiling == 0)
        return micro_show_nothing(out);
    bool guess = strcmp(u->ceiling_by, "memory") == 0;
    units_show_count(count, guess ? two_figures(u->ceiling) : u->ceiling);
    snprintf(out, MICRO_SHOW_CEILING, "%s%s (%s)", guess ? "about " : "", count, u->ceiling_by);
    return out;
}

const char *micro_show_group(enum micro_group group)
{
    static const char *const name[MICRO_GROUPS] = { "switch", "spawn and join", "parked", "message",
                                                    "for comparison" };
    return name[group];
}

const char *micro_show_kind(enum micro_kind kind)
{
    static const char *const name[MICRO_KINDS + 1] = { "coroutine", "thread", "process", "" };
    return name[kind];
}
