// SPDX-License-Identifier: MIT
#ifndef CRAWL_COORDINATOR_H
#define CRAWL_COORDINATOR_H
#include "crawl/archives.h"
#include "crawl/berths.h"
#include "crawl/coordinator_shortage.h"
#include "crawl/crawl.h"
#include "crawl/shelf_known.h"
#include "frontier/frontier.h"
#include "frontier/spill.h"
#include "frontier/trust.h"
#include "input/lines_json.h"
#include "ledger/stock.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "store/json.h"

struct cookies;
struct explore;
struct commits;
struct output;
struct resolver;
struct resume;
struct source;
struct zygote;

// The one that knows where and when. Everything of it happens on one loop: in its hook (pump.c),
// which takes outcomes and starts what may start; in the fiber that feeds it lines; and in the
// fibers that open hosts.
struct coordinator {
    struct loop *loop;
    const struct crawl_settings *settings;
    struct crawl_stats stats;
    struct frontier frontier;
    struct trust trust;
    struct resolver *resolver; // made when the first name is looked up
    struct source *source;
    struct spill spill;       // lines read ahead, beyond what memory should hold; without a store
    struct store *store;      // what is on disk: beyond memory, and to go on with. NULL: nothing
    struct stock stock;       // of it, what is still to be fetched
    struct shelf_known known; // of it, what came of pages before
    struct archives archives; // files of the archive, when there is a state
    struct commits *commits;  // NULL: the run cannot be gone on with
    unsigned limbo;           // things half done, with which nothing must be committed
    struct buffer scratch;
    struct output *records, *failed;
    struct output *rejected; // of a crawl; NULL: not wanted
    struct output *index;    // of the archive, not sorted; NULL: not wanted
    struct cookies *cookies; // NULL: none are kept
    struct explore *explore; // NULL: this is no crawl
    struct nursery fibers;   // the feeder, the openers
    struct nursery writers;  // of the outputs
    struct engine *engine[CRAWL_ENGINES];
    struct lane **lane; // of all engines
    unsigned lanes;
    struct berths berths;    // those with room
    struct list ready_lanes; // that have outcomes, or more room
    struct item **job;       // under way, by id
    uint32_t *free_id;       // ids not in use
    unsigned ids, free_ids;
    unsigned in_flight,
        cap; // `cap` starts as -j and is lowered when the machine runs out of something
    struct shortage shortage;
    struct bucket rate;
    struct buffer message;        // of the job being sent
    struct buffer headers, asked; // of that job
    struct lines_json json;       // the line being read
    uint64_t unknown[8];          // members that were warned of, by hash
    unsigned unknowns;
    size_t held;        // bytes that items in memory have of their lines of JSON
    uint64_t arguments; // lines that came from the command line
    struct buffer path; // of the file its body goes to
    struct json_time time;
    uint64_t random;
    int64_t now;   // monotonic ns, of this pump
    int64_t began; // of this process's part of the run
    struct loop_hook hook;
    struct loop_timer timer;
    struct list hungry; // the feeder, while there is enough
    struct list full;   // the refiller, while no queue with lines on disk is low
    struct list over;   // crawl_run, while it goes on
    unsigned opening;   // fibers that open hosts
    unsigned asking;    // fibers that ask for a robots.txt
    // Called with the sitemaps that the robots.txt of a host names (visit/finding_robots.h); NULL:
    // nobody wants to know.
    void (*on_sitemaps)(struct coordinator *c, struct host *h, struct span sitemaps);
    bool asks;            // requests are more than a plain GET
    bool knows;           // user names and passwords for URLs that have none
    bool dirty;           // something happened that the pump should look at
    bool fed;             // no more lines come
    bool fed_to_end;      // because there are no more
    bool store_failed;    // what is on disk is damaged, or the disk is full, and that was said
    bool disk_failed;     // a body could not be saved, and that was said
    bool counted;         // what was not come to; it is being listed
    bool aside_said;      // that a host waits for its robots.txt
    struct address heard; // of whoever was heard of last; family 0: nobody was
    bool silence_open;    // it was said that the network may be down, and not yet that it is back
    int64_t silence_said; // when it was said last, monotonic ns; 0: never
    bool stopping, abandoned;
    enum crawl_end end;
};

// Makes sure that the pump runs in this round.
static inline void coordinator_stir(struct coordinator *c)
{
    c->dirty = true;
}

// 64 random bits, for jitter only.
uint64_t coordinator_random(struct coordinator *c);

// Our own machinery has failed, which was said: the run ends at once.
void coordinator_break(struct coordinator *c);

// Ends the run as Ctrl-C does: the first time nothing new is started, the second time what
// is in flight is cancelled.
void coordinator_stop(struct coordinator *c);

// Its life, for crawl.c. `c` is { 0 } before; settings and loop are borrowed until
// coordinator_close.
void coordinator_init(struct coordinator *c, struct loop *l, const struct crawl_settings *s);

// Opens everything, as `resume` says, and begins. Blocks. Errors, said on the log: those of what is
// opened; then coordinator_close ends it all the same.
int coordinator_open(struct coordinator *c, const struct resume *resume, struct zygote *zygote);

// Writes what is left to the outputs and waits until it is written. Parks. What goes wrong shows in
// `end`.
void coordinator_finish_outputs(struct coordinator *c);

// Closes everything, workers too. Parks.
void coordinator_close(struct coordinator *c);
#endif
