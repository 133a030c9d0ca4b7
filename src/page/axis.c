// SPDX-License-Identifier: MIT
#include "page/axis.h"
#include "report/units.h"
#include <math.h>
#include <stdint.h>
#include <stdio.h>

// ---- Ends and marks

// The next of 1, 2, 5 times a power of ten, from `v` up.
static double axis_round_up(double v)
{
    double power = pow(10, floor(log10(v)));
    double lead = v / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static void axis_add_tick(struct axis *a, double v)
{
    if (a->ticks < AXIS_TICKS)
        a->tick[a->ticks++] = v;
}

static void axis_linear(struct axis *a, double most)
{
    double step = axis_round_up((most > 0 ? most : 1) / 5);
    a->least = 0;
    a->most = step * ceil((most > 0 ? most : 1) / step - 1e-9);
    for (unsigned i = 0; i <= 6 && step * i <= a->most * (1 + 1e-9); i++)
        axis_add_tick(a, step * i);
}

// Marks at each power of ten, at 2 and 5 as well when there are few.
static void axis_log(struct axis *a, double least, double most)
{
    static const double lead[] = { 1, 2, 5 };
    double low = floor(log10(least) + 1e-9), high = ceil(log10(most) - 1e-9);
    if (high <= low)
        high = low + 1;
    unsigned stride = (unsigned)ceil((high - low) / 8);
    bool fine = high - low <= 2;
    a->least = pow(10, low);
    a->most = pow(10, high);
    for (int e = (int)low; e <= (int)high; e += (int)stride)
        for (unsigned i = 0; i < (fine ? 3 : 1); i++)
            if (lead[i] * pow(10, e) <= a->most * (1 + 1e-9))
                axis_add_tick(a, lead[i] * pow(10, e));
    // Whole powers of ten may leave most of the axis empty.
    if (!fine)
        return;
    while (a->ticks > 2 && a->tick[a->ticks - 2] >= most * (1 - 1e-9))
        a->most = a->tick[--a->ticks - 1];
    unsigned skip = 0;
    while (a->ticks - skip > 2 && a->tick[skip + 1] <= least * (1 + 1e-9))
        skip++;
    for (unsigned i = 0; i + skip < a->ticks; i++)
        a->tick[i] = a->tick[i + skip];
    a->ticks -= skip;
    a->least = a->tick[0];
}

static double axis_tail_of(double q)
{
    return -log10(1 - (q < 0 ? 0 : q > 1 - 1e-9 ? 1 - 1e-9 : q));
}

static void axis_tail(struct axis *a, double least, double most)
{
    static const double mark[] = { 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999 };
    a->least = least;
    a->most = most;
    for (unsigned i = 0; i < sizeof mark / sizeof *mark; i++)
        if (mark[i] >= least - 1e-9 && mark[i] <= most + 1e-9)
            axis_add_tick(a, mark[i]);
}

void axis_init(struct axis *a, enum axis_kind kind, double least, double most)
{
    bool sound = isfinite(least) && isfinite(most) && least <= most;
    *a = (struct axis){ .kind = kind, .from = 0, .to = 1 };
    if (kind == AXIS_LINEAR)
        axis_linear(a, sound ? most : 1);
    else if (kind == AXIS_LOG)
        axis_log(a, sound && least > 0 ? least : 1, sound && least > 0 ? most : 10);
    else
        axis_tail(a, sound ? least : 0, sound && most > least ? most : 0.9);
}

enum axis_kind axis_choose(double least, double most, double ratio)
{
    return least > 0 && most > least * ratio ? AXIS_LOG : AXIS_LINEAR;
}

void axis_ticks(struct axis *a, const double *value, unsigned n, double apart)
{
    double last = n ? axis_place(a, value[n - 1]) : 0;
    a->ticks = 0;
    for (unsigned i = 0; i < n; i++) {
        double at = axis_place(a, value[i]);
        bool clear = a->ticks == 0 || fabs(at - axis_place(a, a->tick[a->ticks - 1])) >= apart;
        if (i == n - 1 || (clear && (i == 0 || fabs(last - at) >= apart)))
            axis_add_tick(a, value[i]);
    }
}

// ---- Places

static double axis_scaled(const struct axis *a, double v)
{
    if (a->kind == AXIS_LOG)
        return log10(v > 0 ? v : a->least);
    return a->kind == AXIS_TAIL ? axis_tail_of(v) : v;
}

double axis_place(const struct axis *a, double value)
{
    double low = axis_scaled(a, a->least), high = axis_scaled(a, a->most);
    double share = high > low ? (axis_scaled(a, value) - low) / (high - low) : 0.5;
    if (!isfinite(share) || share < 0)
        share = 0;
    return a->from + (share > 1 ? 1 : share) * (a->to - a->from);
}

// ---- Labels

const char *axis_show_count(char *out, double v)
{
    if (v >= 9.9995e5)
        snprintf(out, AXIS_LABEL, "%.3gM", v / 1e6);
    else if (v >= 9999.5)
        snprintf(out, AXIS_LABEL, "%.3gk", v / 1e3);
    else if (v >= 999.5)
        units_show_count(out, (uint64_t)(v + 0.5));
    else
        snprintf(out, AXIS_LABEL, "%.3g", v);
    return out;
}

static const char *axis_show_unit(char *out, double v, const char *unit)
{
    char number[AXIS_LABEL];
    snprintf(out, AXIS_LABEL, v == 0 ? "%.20s" : "%.20s %s", axis_show_count(number, v), unit);
    return out;
}

const char *axis_show_mb(char *out, double v)
{
    return axis_show_unit(out, v, "MB");
}

const char *axis_show_kb(char *out, double v)
{
    return axis_show_unit(out, v, "KB");
}

static const char *axis_show_time(char *out, double v, unsigned from)
{
    static const char *const unit[] = { "ns", "\302\265s", "ms", "s" };
    unsigned i = from;
    if (v == 0) {
        snprintf(out, AXIS_LABEL, "0");
        return out;
    }
    for (; v >= 999.5 && i < 3; i++)
        v /= 1000;
    for (; v > 0 && v < 0.9995 && i > 0; i--)
        v *= 1000;
    snprintf(out, AXIS_LABEL, v >= 999.5 ? "%.0f %s" : "%.3g %s", v, unit[i]);
    return out;
}

const char *axis_show_time_us(char *out, double v)
{
    return axis_show_time(out, v, 1);
}

const char *axis_show_time_ns(char *out, double v)
{
    return axis_show_time(out, v, 0);
}

const char *axis_show_share(char *out, double q)
{
    snprintf(out, AXIS_LABEL, "%.7g %%", q * 100);
    return out;
}
