// SPDX-License-Identifier: MIT
#ifndef STATUS_SURVEY_H
#define STATUS_SURVEY_H
#include "data/map.h"
#include "ledger/ledger.h"
#include "ledger/page_entry.h"
#include "store/state.h"

// What a state directory holds, seen from outside: of the last commit, while its run goes on or
// after. One transaction, so all of it is of one moment.
enum { SURVEY_HOSTS = 20 };

// A host with something left.
struct survey_host {
    struct map_node node; // key: `host`
    uint64_t host;
    uint64_t left;    // items of it
    uint64_t retries; // of those: wait for a time of their own
    int64_t retry;    // wall ns: the first of these times
    char *origin;     // "http://name:port"
    int64_t until;    // wall ns before which nothing of it starts
    bool asked;       // it asked so itself (Retry-After)
    int64_t delay;    // ns from one exchange to the next
    int64_t interval; // ns from one start to the next, by its rate; 0: no limit
    uint64_t exchanges;
    int64_t mean;      // ns of one
    unsigned failures; // in a row
};

struct survey {
    int64_t now;    // wall ns
    bool committed; // there is a ledger; otherwise nothing was ever committed
    struct ledger ledger;
    uint64_t left;  // items taken and not done
    uint64_t hosts; // that have something left
    uint64_t known; // hosts
    uint64_t pages, seen;
    uint64_t size;                          // bytes of the database
    struct map map;                         // of all hosts with something left; owns them
    struct survey_host *most[SURVEY_HOSTS]; // those with most left, or whose pace takes longest
    unsigned shown;
    uint64_t waiting;                  // items of hosts of which nothing starts now
    int64_t bound;                     // ns: no pace lets the rest be done sooner; 0: none is known
    const struct survey_host *slowest; // that sets this bound
};

// Looks at the state that is open, in a transaction of its own. Errors: those of lib/store/state.h,
// -ENOMEM.
int survey_take(struct survey *out, struct state *state, int64_t now);

void survey_fini(struct survey *s);

// Calls `show` with the URL of each item that is not done, as it was given, or of each that failed.
// A negative result of `show` ends the walk and is returned.
typedef int survey_show(void *arg, struct span url);
int survey_pending(struct state *state, survey_show *show, void *arg);
int survey_failed(struct state *state, survey_show *show, void *arg);

// How long the host's own pace makes what is left of it take, ns.
int64_t survey_pace(const struct survey_host *h, int64_t now);
#endif
