// SPDX-License-Identifier: MIT
#ifndef PAGE_AXIS_H
#define PAGE_AXIS_H
#include <stdbool.h>

// From values to places on paper, and where an axis has its marks. Pure.
enum axis_kind {
    AXIS_LINEAR, // from 0
    AXIS_LOG,    // powers of ten
    AXIS_TAIL,   // shares q below 1, so that 90 %, 99 % and 99.9 % are equally far apart
};

enum { AXIS_TICKS = 16, AXIS_LABEL = 32 };

struct axis {
    enum axis_kind kind;
    double least, most; // values at the two ends, least < most; both > 0 for AXIS_LOG
    double from, to;    // where they lie; `from` may be larger: up is less in SVG
    double tick[AXIS_TICKS];
    unsigned ticks;
};

// An axis that has all of [least, most] on it, with ends that are tick marks where it is LINEAR or
// LOG. Values that make no sense (none, not finite, not positive on a LOG one) give one from 0 to
// 1, or 1 to 10.
void axis_init(struct axis *a, enum axis_kind kind, double least, double most);

// LOG when `most` is more than `ratio` times `least` (both positive), else LINEAR.
enum axis_kind axis_choose(double least, double most, double ratio);

// Uses these marks instead (of [n], rising), as many as fit without touching: the first and the
// last always.
void axis_ticks(struct axis *a, const double *value, unsigned n, double apart);

// The place of a value, between from and to; what lies outside is put at the end.
double axis_place(const struct axis *a, double value);

// How values are written at an axis. Each fills `out` (AXIS_LABEL) and returns it.
const char *axis_show_count(char *out, double v); // "500", "2,000", "20k", "1.5M"
const char *axis_show_mb(char *out, double v);    // "0.5 MB", "1,000 MB"
const char *axis_show_kb(char *out, double v);
const char *axis_show_time_us(char *out, double v); // microseconds: "250 us", "1.5 ms"
const char *axis_show_time_ns(char *out, double v); // nanoseconds
const char *axis_show_share(char *out, double q);   // "99.9 %"
#endif
