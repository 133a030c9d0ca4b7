// SPDX-License-Identifier: MIT
#ifndef RESOLVE_QUESTION_H
#define RESOLVE_QUESTION_H
#include "data/list.h"
#include "data/span.h"
#include "resolve/query.h"
#include "resolve/upstreams.h"
#include "resolve/verdict.h"
#include <stdbool.h>
#include <stdint.h>

// One question, the A or the AAAA records of a name, on its way to an answer: which server is asked
// when. A server that does not answer is not given up: after a step the next one is asked as well
// (or the same again), and the first answer of any of them counts; the step doubles with every
// round over the servers. SERVFAIL and its like send the question to the next server at once, a
// truncated answer to the same one over TCP, an error of the socket to the next one and, for it may
// be another query's fault, once more to this one.
struct question {
    struct upstreams *servers; // borrowed
    struct span name;          // borrowed
    enum query_type type;
    struct finding
        found; // FINDING_UNKNOWN while under way; may hold the addresses of a cut answer then
    void (*changed)(struct question *q);
    int64_t step, due;    // when no answer until then is a miss
    struct list attempts; // those that c-ares has not ended
    uint32_t tried;       // servers asked in this round
    uint32_t done;        // servers that gave a bad answer
    uint32_t doubtful;    // servers whose socket failed once
    unsigned refused;     // times a server that answers others said REFUSED
    unsigned sent;        // times asked
    int resend;           // the server to be asked again at once, or -1
    bool again;           // another server is to be asked at once
    bool tcp;
    int error; // negative errno of what we lack ourselves: no server's fault
};

// Prepares to ask. `changed` is called whenever question_step has something to do, or the question
// has ended; it must not step itself.
void question_start(struct question *q, struct upstreams *servers, struct span name,
                    enum query_type type, int64_t step, int64_t now,
                    void (*changed)(struct question *q));

// Asks who is to be asked by `now`. Returns when to call it next, CLOCK_NEVER when the question has
// ended.
int64_t question_step(struct question *q, int64_t now);

// Its time is over: ends it with what there is.
void question_expire(struct question *q, int64_t now);

// Whether an answer may come without another question_step.
bool question_hears(const struct question *q);

// Wants to hear no more. A question that was never started may be { 0 }.
void question_drop(struct question *q);
#endif
