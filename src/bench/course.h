// SPDX-License-Identifier: MIT
#ifndef BENCH_COURSE_H
#define BENCH_COURSE_H
#include "bench/feed.h"
#include "bench/origin.h"
#include "bench/setup.h"
#include "bench/subject.h"

struct crawl_settings;

// What all cells run over: the origin, in processes of its own, and the lists; and on which CPUs.
struct course {
    struct origin origin[SUBJECT_ORIGINS];
    pid_t pid[SUBJECT_ORIGINS];
    unsigned origins;                  // 0: the URLs are the user's
    struct feed feed[BENCH_WORKLOADS]; // only the first is there when the URLs are the user's
    cpu_set_t crawler, server;         // CPUs
};

// Reads the URLs of `crawl`, or starts an origin and makes a list of what is to be asked of it for
// each workload; says what it did in `plan`. To be called before anything else is started. Blocks.
// Errors, which have been said: see feed.h and origin.h. Ends with course_close, whatever was
// returned; { 0 } is legal there.
int course_open(struct course *c, const struct bench_setup *setup,
                const struct crawl_settings *crawl, struct bench_plan *plan);

// The list of a workload.
struct feed *course_feed(struct course *c, enum bench_workload workload);

// Whether every origin is still there.
bool course_stands(const struct course *c);

void course_close(struct course *c);
#endif
