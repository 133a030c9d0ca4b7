// SPDX-License-Identifier: MIT
#ifndef VISIT_VISIT_H
#define VISIT_VISIT_H
#include "data/buffer.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "visit/sink_type.h"
#include "visit/sinks.h"
#include "visit/turns.h"

struct errand;
struct io;
struct job;
struct visit_settings;

// One place in which a visit is done, used again for the next one: what it needs while it runs.
// Zeroed, it is ready for use. Nothing is allocated for a visit that an earlier one has had room
// for.
struct visit {
    const struct job *job; // of this visit, as are its settings; borrowed
    const struct visit_settings *settings;
    struct request request;
    struct response response;
    struct sinks sinks;
    struct sink_type type;
    int64_t started;   // wall clock, ns
    int code;          // what it has come to: 0, or a negative errno of our own machinery
    struct gear *gear; // of its worker; borrowed, set by the engine. NULL: none
    struct sink_archive *archive; // made when first needed; owned
    bool archives, appends;       // the exchange is kept; it is still to be appended
    bool closed;                  // all sinks are through
    struct turn turn;             // when the outcome may be reported: see turns.h
    struct buffer cookies;        // of the response, for the outcome
    struct buffer challenge;      // likewise
    const char **headers;         // the job's lines, NULL-terminated; NULL until a job has some
    unsigned header_room;
    struct proxy proxy; // of the job, if it has one
};

void visit_fini(struct visit *v);

// Does one job, start to end, in straight-line code that waits only in io->fetch. The outcome goes
// into `out`, which is written to after the last wait only, so that visits on one thread may share
// it. A stale reused connection is tried again once, on a fresh one (RFC 9112 §9.3.1). Returns 0
// whatever came of the exchange, or -ENOMEM when not even an outcome could be built, which
// outcome_reserve excludes. Parks, blocks or yields, as `io` does.
int visit(struct visit *v, struct io *io, const struct job *job,
          const struct visit_settings *settings, struct buffer *out);

// The steps of it, for who has no stack to wait on; visit() is nothing but these:
//
//     visit_begin ──► an exchange of v->request, v->sinks.first, v->response ──► visit_again
//                       ▲                                                         │    │
//                       └──────────────────── true ───────────────────────────────┘  false
//                                                                                      ▼
//                     visit_report ◄── false ── visit_finish ──► a wait ──► visit_finish ...
//
// Begins with `job` and `settings`, both borrowed until the report. Returns whether an exchange is
// to be done; if not, what follows is the finish.
bool visit_begin(struct visit *v, const struct job *job, const struct visit_settings *settings);

// The exchange is over, with what io->fetch returns. Returns whether it is to be done once more.
bool visit_again(struct visit *v, int code);

// What is to be waited for now that there are no more exchanges: returns whether there is
// something, in `e`, which is to be done before the next call. `e` is { 0 } at first; see
// sched/errand.h.
bool visit_finish(struct visit *v, struct errand *e);

// What came of it all, as an outcome. Returns as visit().
int visit_report(struct visit *v, struct buffer *out);

// Gives back what a place keeps for the next visit, as far as it is more than `most` bytes.
void visit_trim(struct visit *v, size_t most);
#endif
