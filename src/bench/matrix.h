// SPDX-License-Identifier: MIT
#ifndef BENCH_MATRIX_H
#define BENCH_MATRIX_H
#include "bench/result.h"

// What is set side by side: engines, by requests in flight, by workload. Pure but for memory, and
// for the engines that there are, which engine_parse knows.
enum { MATRIX_ENGINES = 16, MATRIX_LEVELS = 16, MATRIX_WHY = 200 };

struct matrix {
    char engine[MATRIX_ENGINES][BENCH_NAME]; // as --engine takes it, or without numbers; + for a
                                             // comma
    unsigned engines;
    unsigned level[MATRIX_LEVELS]; // -j, as given
    unsigned levels;
    bool workload[BENCH_WORKLOADS];
};

// Read "coro,threads,forks:2/coro", "16,256,4096" and "waiting,computing" into `m`, replacing what
// it had there. Engines side by side in one cell have a + between: coro:200+threads:56. What stands
// there twice counts once. Errors: -EINVAL with half a sentence in `why` that says what is wrong
// and what would not be; `m` may then hold a part.
int matrix_read_engines(struct matrix *m, const char *text, char why[MATRIX_WHY]);
int matrix_read_levels(struct matrix *m, const char *text, char why[MATRIX_WHY]);
int matrix_read_workloads(struct matrix *m, const char *text, char why[MATRIX_WHY]);

// The engines that are set side by side when nobody says which: of those that there are, one of
// each way to wait, and those that have a loop of coroutines a CPU.
void matrix_default_engines(struct matrix *m);

// What --engine has to be told for `engine` to hold `level` requests at once, and how many of them
// it can then hold. Counts that are written stand; "threads" becomes "threads:256", "forks:2/coro"
// becomes "forks:2/coro:128", and what holds a number of its own only stays what it is. Errors:
// -ERANGE with a sentence in `why`: it holds less than that at most.
int matrix_spec(char spec[BENCH_NAME], unsigned *in_flight, const char *engine, unsigned level,
                char why[MATRIX_WHY]);

// Makes the cells of the matrix: by workload, then level, then engine. An engine that comes to the
// same at two levels (serial does) has one cell for both. One that cannot hold a level has a cell
// with a note. Errors: -ENOMEM.
int matrix_cells(const struct matrix *m, struct bench_cell **out, unsigned *count);
#endif
