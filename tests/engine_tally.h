// SPDX-License-Identifier: MIT
#ifndef TESTS_ENGINE_TALLY_H
#define TESTS_ENGINE_TALLY_H
#include "data/buffer.h"
#include "engine_driver.h"
#include "sys/zygote.h"
#include <stdint.h>
#include <sys/types.h>

struct job;
struct outcome;

// What came of the jobs of a test whose workers do what a job's URL says.
struct engine_tally {
    unsigned outcomes, ok, died, cancelled, twice;
    uint32_t last;
    uint32_t tail; // bytes of findings of the last one
    char message[200];
    unsigned char *seen; // by id
    unsigned ids;
};

// For engine_driver.taken, whose `arg` is the tally.
void engine_tally_take(struct engine_driver *d, const struct outcome *o);

// A job for http://example.org and `path`, built into `b`.
const struct job *engine_tally_job(struct buffer *b, uint32_t id, const char *path,
                                   int64_t max_time);

// A run with one engine: `body` sends jobs and looks at what came of them, in the first fiber of a
// loop of its own.
struct engine_case {
    const char *engine;
    const struct visit_settings *settings;
    struct zygote *zygote;
    void (*body)(struct engine_driver *d, struct engine_tally *t);
    struct engine_usage usage; // of its workers, when it is over
};
void engine_case_run(struct engine_case *c);

// The zygote's living workers, up to `room` of them.
unsigned engine_tally_pids(struct zygote *z, pid_t *out, unsigned room);

// Descriptors, and threads, that this process has.
unsigned engine_tally_descriptors(void);
unsigned engine_tally_threads(void);
#endif
