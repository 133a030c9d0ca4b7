// SPDX-License-Identifier: MIT
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H
#include "data/list.h"
#include "sys/zygote.h"
#include "visit/settings.h"
#include <stddef.h>

// A way to keep many visits going at once. The coordinator sees an engine as lanes, one a worker.
struct loop;
struct lane;

// One item of --engine: "coro:512", "forks:16", "forks:4/coro:256".
struct engine_spec {
    const char *name;  // of the table of engines, a literal
    unsigned count;    // coroutines, threads, processes
    const char *inner; // engine inside each worker, a literal; NULL: none
    unsigned inner_count;
};

// Reads "NAME[:N][/NAME[:N]],..." into at most `room` specs. Returns how many; -EINVAL with a
// sentence that names the item and the engines there are, in `why`. A count left out is the
// engine's own default (coro as many as -j allows, threads too, up to 1,024, forks 4 a CPU; with
// coro inside, one a CPU). Does not start anything.
int engine_parse(struct engine_spec *out, unsigned room, const char *text, char *why,
                 size_t why_room);

// The name of what a spec opens, as it stands in records: "coro", "forks/coro". A literal.
const char *engine_name(const struct engine_spec *spec);

// How many descriptors it takes in the coordinator's process: queues, loops, and `each` a worker
// there, for what else one needs. `cap` as in engine_setup.
size_t engine_descriptors(const struct engine_spec *spec, unsigned cap, unsigned each);

// Whether any of the specs needs a zygote, which must be forked before anything else starts.
bool engine_needs_zygote(const struct engine_spec *specs, unsigned n);

// How many workers they make in all, with `cap` requests in flight at most: threads and processes;
// an engine on the coordinator's loop is one.
unsigned engine_workers(const struct engine_spec *specs, unsigned n, unsigned cap);

// What the workers of an engine that are threads or processes of their own have used, of those
// that have ended; all of them once the engine is closed.
struct engine_usage {
    struct zygote_usage processes; // or threads: then there is no `max_resident`
    unsigned started, died; // died: unasked. None started: it works on the coordinator's loop
};

struct engine_setup {
    struct loop *loop; // the coordinator's
    const struct visit_settings *settings;
    struct zygote *zygote;      // NULL when no spec needs one
    struct engine_usage *usage; // is added to; NULL: not wanted
    unsigned cap;               // -j: no more jobs than this will be sent at once
    unsigned descriptors;   // what its workers may take of this process's: there are fewer of them
                            // then, but one at least. 0: as many as they like
    const unsigned *worker; // for an engine inside a worker: that one's number (visit/gear.h);
                            // NULL: a new one
    char *why; // when opening fails: a sentence, where an errno does not tell; NULL: not wanted
    size_t why_room;
    struct list *ready; // lanes put themselves here (lane.ready) that have outcomes, or more room
    // Called, on the coordinator's loop, when `ready` gets its first lane, and when an engine has
    // failed.
    void (*wake)(void *arg);
    void *arg;
};

struct engine {
    const struct engine_ops *ops;
    const char *name;  // as it stands in records: "coro", "forks/coro"
    struct list lanes; // of struct lane; does not change while the engine is open
    unsigned lane_count;
    unsigned number;     // among the engines of a run, from 0; kept by the coordinator
    unsigned size, busy; // jobs: of all lanes together
    // 0, or why it can take no more work ever (its zygote died ...): every lane's capacity is then
    // 0.
    int failed;
};

struct engine_ops {
    void (*abandon)(struct engine *e);
    void (*close)(struct engine *e);
};

// Starts an engine. `setup` is copied, what it points at must outlive the engine. May park. Errors:
// -ENOMEM, -EAGAIN and what starting threads or processes gave.
int engine_open(struct engine **out, const struct engine_spec *spec,
                const struct engine_setup *setup);

// Ends every job under way as soon as possible: each still gives its outcome (FETCH_CANCELLED).
void engine_abandon(struct engine *e);

// Ends the engine and its workers and frees it and its lanes. No job may be under way. Parks. NULL
// is legal.
void engine_close(struct engine *e);

// For engines: prepares what all of them have in common, with no lanes. `name` is a literal.
void engine_init(struct engine *e, const char *name, const struct engine_ops *ops);

// What worker processes of this program run; given to zygote_start. See sys/zygote.h.
int engine_worker_main(unsigned kind, const void *setup, size_t n, const int *fds, unsigned nfds);
#endif
