// SPDX-License-Identifier: MIT
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H
#include "bench/figure.h"
#include "bench/micro_result.h"
#include <stddef.h>
#include <stdint.h>

// Everything that a bench has found out, as plain values: what table, JSON, page and reading are
// made of, and nothing else is.
//
// A *cell* is an engine at one concurrency under one workload. It is run several times, in a
// process of its own each time, and never twice in a row: a round runs every cell once. One such
// run is a *repetition*; what it measured is measured in its *window*, which begins when the
// warm-up is over and ends before anything is torn down.

enum bench_workload {
    BENCH_WAITING,   // the origin waits before it answers, the worker has nothing to do
    BENCH_COMPUTING, // the origin answers at once, each body costs the worker CPU
    BENCH_MIXED,     // both
    BENCH_WORKLOADS
};

// What a repetition measures. Names and units for JSON are in measure.h, in this order.
enum bench_measure {
    BENCH_RATE,        // URLs a second that succeeded
    BENCH_CPU_USER,    // us a URL that succeeded, of the whole process tree
    BENCH_CPU_SYSTEM,  // us
    BENCH_CPUS,        // CPUs kept busy by the tree: 1 is one core all the time
    BENCH_MEMORY,      // bytes: PSS of the whole tree, the median of what was seen in the window
    BENCH_MEMORY_PEAK, // bytes: the largest sum that was seen
    BENCH_MEMORY_EACH, // bytes: BENCH_MEMORY by BENCH_IN_FLIGHT
    BENCH_IN_FLIGHT,   // requests, on average over the window
    BENCH_P50,         // latency, us: from when a URL was sent, or (open) should have been sent, to
    BENCH_P90,         // its record
    BENCH_P99,
    BENCH_P999,
    BENCH_MAX,
    BENCH_MEAN,
    BENCH_SWITCHES_VOLUNTARY,   // context switches an exchange, over the whole life of the tree
    BENCH_SWITCHES_INVOLUNTARY, //
    BENCH_PROCESSES,            // most at once
    BENCH_THREADS,              // most at once, over all processes
    BENCH_START,                // ms from the start of the run until every worker could work
    BENCH_ORIGIN_BUSY,          // share of its one CPU that the busiest origin process used
    BENCH_ORIGIN_CPU,           // us a URL that the origin used
    BENCH_OTHERS,               // CPUs kept busy by everything else on the machine
    BENCH_STEAL,                // CPUs that the hypervisor gave to others
    BENCH_THROTTLED,            // ms in which a limit of the cgroup stood in the way
    BENCH_MEASURES
};

// How URLs ended: a status or the word of an error, with a count. The largest counts first.
enum { BENCH_OUTCOMES = 8, BENCH_OUTCOME_NAME = 24 };
struct bench_outcome {
    char name[BENCH_OUTCOME_NAME];
    uint64_t count;
};

struct bench_repetition {
    double value[BENCH_MEASURES]; // NaN: not known
    uint64_t succeeded, failed;   // URLs, in the window
    uint64_t bytes;               // of their bodies, as received
    uint64_t swapped;             // pages, by the whole machine
    double window;                // s
    unsigned round, turn;         // which round, and when in the whole sequence; from 0
    struct bench_outcome outcome[BENCH_OUTCOMES];
    unsigned outcomes;
};

// A curve of latencies, of all repetitions together: at or below `us` lies the share `q`.
enum { BENCH_CURVE = 24 };
struct bench_point {
    double q, us;
};

enum { BENCH_NAME = 96, BENCH_NOTE = 256 };

struct bench_cell {
    char engine[BENCH_NAME]; // as it was asked for: "coro", "forks:2/coro"
    char spec[BENCH_NAME];   // what was run, as --engine takes it: "coro:256"
    unsigned engine_index;   // which of the engines asked for; one colour a number
    enum bench_workload workload;
    unsigned in_flight; // requests at once that it can have: -j, or less when the engine holds less
    struct bench_repetition *repetition;
    unsigned repetitions; // done
    struct bench_figure figure[BENCH_MEASURES];
    struct bench_point curve[BENCH_CURVE];
    unsigned points;
    uint64_t succeeded, failed; // in all repetitions
    struct bench_outcome outcome[BENCH_OUTCOMES];
    unsigned outcomes;
    bool odd;              // did not do the same work as the others: not to be compared with them
    char note[BENCH_NOTE]; // why it has no repetitions, or what was odd about it; empty: nothing
};

struct bench_texts {
    char **item;
    unsigned count;
};

struct bench_machine {
    char host[64], system[96], cpu[96]; // names
    unsigned cpus;                      // on line
    uint64_t memory;                    // bytes
    bool is_virtual;
    char governor[32];  // of CPU frequency; empty: not known
    char cpu_limit[32]; // of the cgroup: "1.5 CPUs"; empty: none
    double load;        // average over the minute before the start
    char crawler[96];   // CPUs that the crawl may run on: "0-1"
    char origin[96];    // and the origin's; empty: the origin is somewhere else
    bool shared;        // some CPU is in both
    bool pinned;        // by --cpus or --origin-cpus
    char build[64];     // "", "AddressSanitizer", "no optimization": what makes figures worthless
    char version[128];  // of trawl and libcurl
};

struct bench_plan {
    char *command;    // as it was typed
    uint64_t urls;    // measured a repetition; 0: as many as go into `duration`
    double duration;  // s; 0: none
    double warm_up;   // s before the window, at least
    unsigned repeat;  // rounds asked for
    double rate;      // URLs a second of the open mode; 0: closed
    double delay;     // s that the origin waits (waiting, mixed)
    double cpu;       // s of work a body, alone on a CPU (computing, mixed)
    uint64_t work;    // rounds of work that are that
    uint64_t lines;   // of the list
    uint64_t body;    // bytes of a body of the built-in origin
    unsigned hosts;   // of the built-in origin
    unsigned origins; // processes of it; 0: the URLs were given
    char *what;       // what was fetched, half a sentence
    uint64_t order;   // seed of the order of cells in a round
};

struct bench_result {
    struct bench_machine machine;
    struct bench_plan plan;
    int64_t started;            // wall ns
    double took;                // s
    char (*engine)[BENCH_NAME]; // those asked for, in order; bench_cell.engine_index is an index
    unsigned engines;
    struct bench_cell *cell; // by workload, then concurrency, then engine
    unsigned cells;
    struct bench_texts warnings; // what may have spoiled figures: sentences
    struct bench_texts notes;    // what one should know of them: sentences
    struct bench_texts reading;  // what they mean: sentences
    bool unequal;                // cells did not do the same work
    bool interrupted;
    struct micro_result micro;
};

// Appends a sentence, formatted as by printf. Errors: -ENOMEM, the list as it was.
int result_say(struct bench_texts *to, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// "waiting", "computing", "mixed". A literal.
const char *result_workload(enum bench_workload workload);

// The cell of an engine (index), concurrency and workload; NULL when there is none.
const struct bench_cell *result_find(const struct bench_result *r, unsigned engine,
                                     unsigned in_flight, enum bench_workload workload);

// Frees what it holds; it is { 0 } afterwards.
void result_fini(struct bench_result *r);
#endif
