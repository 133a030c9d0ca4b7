// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_SHOW_H
#define BENCH_MICRO_SHOW_H
#include "bench/micro_result.h"

// How figures of micro are written, in table and page alike. Each fills `out` and returns it.
enum { MICRO_SHOW_ROOM = 32 };

// Nanoseconds with three figures at most: "5.9 ns", "45 ns", "1.42 us", "230 us", "1.5 ms".
const char *micro_show_time(char *out, double ns);

// The median as above, or "-" when it was not measured.
const char *micro_show_time_of(char *out, const struct bench_figure *f);
const char *micro_show_bytes_of(char *out, const struct bench_figure *f);

// "+-12 %": half of the range; "" when there is only one value.
const char *micro_show_spread(char *out, const struct bench_figure *f);

// "about 5,400,000 (memory)", rounded to two figures when memory is what ends it; "-".
enum { MICRO_SHOW_CEILING = 96 };
const char *micro_show_ceiling(char *out, const struct micro_unit *u);

// "a switch", "spawn and join", ... Literals.
const char *micro_show_group(enum micro_group group);
const char *micro_show_kind(enum micro_kind kind);
#endif
