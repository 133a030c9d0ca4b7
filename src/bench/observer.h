// SPDX-License-Identifier: MIT
#ifndef BENCH_OBSERVER_H
#define BENCH_OBSERVER_H
#include "bench/feed.h"
#include "bench/result.h"
#include "bench/subject.h"
#include "data/histogram.h"

// The process that observes: it forks a subject, feeds it its list, looks at its memory now and
// then from outside, hears what it says, and ends it when it must. It starts no thread and no loop,
// so that it can fork again and again, and takes little CPU: sampling rests twenty times as long as
// it takes.
struct observer {
    struct feed *feed;
    struct subject_report *report; // shared with the subject
    // Called about ten times a second while a subject lives. Returns whether to go on; NULL: yes.
    bool (*tick)(void *arg, const struct subject_report *report);
    // Called with each line that subjects write to standard error, without its end.
    void (*said)(void *arg, const char *line);
    void *arg;
};

// Makes room for the report. Errors: -ENOMEM.
int observer_init(struct observer *o, struct feed *feed);
void observer_fini(struct observer *o);

// Runs a subject to its end, and fills in what it measured, all but the place in the sequence; its
// latencies are added to `latency` (us). Blocks. Errors, `out` untouched: -EINTR (tick said so),
// -ETIMEDOUT (nothing happened for too long), -ECHILD (it died), what fork and pipe gave, or what
// the subject could not do; -ECANCELED when it has said why.
int observer_run(struct observer *o, const struct subject_order *order,
                 struct bench_repetition *out, struct histogram *latency);
#endif
