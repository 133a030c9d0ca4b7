// SPDX-License-Identifier: MIT
#ifndef BENCH_MICRO_ROWS_H
#define BENCH_MICRO_ROWS_H
#include "bench/micro_result.h"
#include "micro/measure.h"

// What `--micro` measures: one table, by group, then kind.

enum micro_place { MICRO_ONE_CPU, MICRO_TWO_CPUS };

struct micro_item {
    const char *id, *name;
    enum micro_group group;
    enum micro_kind kind;
    probe_function *measure;
    enum micro_place place; // of the two sides
    unsigned way;           // enum baton_way
    unsigned units;         // 0: as many as the options say
    size_t bytes;
    const char *note;
};

extern const struct micro_item micro_item[];
extern const unsigned micro_items;

// The rows that are the headlines of a kind.
extern const char *const micro_switch_row[MICRO_KINDS];
extern const char *const micro_spawn_row[MICRO_KINDS];
extern const char *const micro_parked_row[MICRO_KINDS];
#endif
