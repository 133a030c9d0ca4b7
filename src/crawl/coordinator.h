// SPDX-License-Identifier: MIT
#ifndef CRAWL_COORDINATOR_H
#define CRAWL_COORDINATOR_H
#include "crawl/berths.h"
#include "crawl/archives.h"
#include "crawl/crawl.h"
#include "ledger/stock.h"
#include "frontier/frontier.h"
#include "frontier/spill.h"
#include "frontier/trust.h"
#include "input/lines_json.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "store/json.h"

struct cookies;
struct ending;
struct explore;
struct job_parts;
struct commits;
struct line;
struct outcome;
struct output;
struct resolver;
struct resume;
struct source;
struct zygote;

// Items that wait to be told what is known of their pages, in a refresh.
struct shelf_known {
    struct list fresh; // nobody was asked yet
    struct list asked; // in the order of the questions
    unsigned waiting;  // in both
    struct buffer keys;
};

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
    struct spill spill;      // lines read ahead, beyond what memory should hold; without a store
    struct store *store;     // what is on disk: beyond memory, and to go on with. NULL: nothing
    struct stock stock;      // of it, what is still to be fetched
    struct shelf_known known; // of it, what came of pages before
    struct archives archives; // files of the archive, when there is a state
    struct commits *commits; // NULL: the run cannot be gone on with
    unsigned limbo;          // things half done, with which nothing must be committed
    struct buffer scratch;
    struct output *records, *failed;
    struct output *rejected; // of a crawl; NULL: not wanted
    struct output *index;    // of the archive, not sorted; NULL: not wanted
    struct cookies *cookies; // NULL: none are kept
    struct explore *explore; // NULL: this is no crawl
    struct nursery fibers;  // the feeder, the openers
    struct nursery writers; // of the outputs
    struct engine *engine[CRAWL_ENGINES];
    struct lane **lane; // of all engines
    unsigned lanes;
    struct berths berths;    // those with room
    struct list ready_lanes; // that have outcomes, or more room
    struct item **job;       // under way, by id
    uint32_t *free_id;       // ids not in use
    unsigned ids, free_ids;
    unsigned in_flight,
        cap;         // `cap` starts as -j and is lowered when the machine runs out of something
    int64_t lowered; // when it was
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
    bool asks;          // requests are more than a plain GET
    bool knows;         // user names and passwords for URLs that have none
    bool dirty;         // something happened that the pump should look at
    bool fed;           // no more lines come
    bool fed_to_end;    // because there are no more
    bool store_failed;  // what is on disk is damaged, or the disk is full, and that was said
    bool disk_failed;   // a body could not be saved, and that was said
    bool counted;       // what was not come to; it is being listed
    bool aside_said;    // that a host waits for its robots.txt
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

// pump.c: one turn of everything, whenever something has happened.
// Sets the hook and the timer; coordinator_open adds the hook to the loop.
void pump_init(struct coordinator *c);
// It turns no more.
void pump_end(struct coordinator *c);
// Whether nothing is left that the pump could do.
bool pump_is_over(struct coordinator *c);
// Stops a run that has come as far as it may.
void pump_look_at_limits(struct coordinator *c);

// intake.c: lines become items.
// Notes that the place of `i`, which is queued, was typed: it may be anywhere.
void intake_trust(struct coordinator *c, const struct item *i);
// Whether the source may give more now.
bool intake_wanted(const struct coordinator *c);
// Takes one line: an item is queued, or a record says why there is none.
void intake_line(struct coordinator *c, const struct line *line);
// Adds a line that was not come to to --failed.
void intake_note_unfinished(struct coordinator *c, const struct line *line);
// Queues an item that is not new: from disk. `not_before`: the monotonic time that it waits for; 0:
// none. Takes it.
void intake_put(struct coordinator *c, struct item *i, int64_t not_before);
// The second half of it, and of all ways into the frontier, once nothing more is to be learned of
// the item first. Takes it.
void intake_enter(struct coordinator *c, struct item *i, int64_t not_before);
// Items in memory that are not under way.
unsigned intake_waiting(const struct coordinator *c);
// How many more items memory should have from disk now; below 0: so many too many.
int64_t intake_room(const struct coordinator *c);
// The fiber that feeds the coordinator from its source, and the one that brings lines back from
// disk; `arg` is the coordinator.
int intake_feed(void *arg);
int intake_refill(void *arg);
// A host with lines on disk whose queue is low; NULL when there is none.
struct overflow *intake_low(const struct coordinator *c);

// shelf.c: what is on disk, and is still to be fetched.
// Puts a fresh item there, to be found under `host`. Takes it.
void shelf_put(struct coordinator *c, struct item *i, uint64_t host);
// Takes what the store has answered, and asks for more.
void shelf_turn(struct coordinator *c);
// Whether nothing is there, as far as is known; soon it is, when not.
bool shelf_is_empty(struct coordinator *c);

// shelf_known.c: what came of pages, for a refresh.
// Says to the store what is known of the page of `i`, whose record is written.
void shelf_known_remember(struct coordinator *c, const struct item *i, const struct ending *e);
void shelf_known_init(struct shelf_known *k);
void shelf_known_fini(struct shelf_known *k);
// Whether the state is to be asked about the page of `i` before it enters the frontier.
bool shelf_known_wanted(const struct coordinator *c, const struct item *i);
// Asks, and has `i` enter when there is an answer. Takes it.
void shelf_known_ask(struct coordinator *c, struct item *i, int64_t not_before);
// Sends what is to be asked, unless a cut is due. Once a pump, after the cut.
void shelf_known_turn(struct coordinator *c);
// Takes an answer of the store, STORE_RECALLED.
void shelf_known_take(struct coordinator *c, struct store_answer *a);
// The next of those that wait, which is the caller's then; NULL: none does.
struct item *shelf_known_drain(struct coordinator *c);
// The key of the page at `u`, as `i` asks for it: a line of JSON that asks in a way of its own has
// a page of its own. Errors: -ENOMEM.
int shelf_known_key(struct coordinator *c, const struct item *i, const struct url *u,
                    uint64_t key[2]);

// opening.c: hosts get their addresses.
// Starts fibers for the hosts that wait to be opened, as many as are allowed at once.
void opening_start(struct coordinator *c);
// Makes sure that `h` has addresses that hold. Parks. Returns 0 when it has; 1 when there are none,
// with `answer` filled in. Errors: negative, as resolver_lookup.
int opening_look_up(struct coordinator *c, struct host *h, struct resolve_answer *answer);
// Ends the attempt of every URL that waits for `h`.
void opening_fail_queue(struct coordinator *c, struct host *h, enum fetch_error error,
                        const char *why);

// robots.c: a robots.txt is a job.
// Starts fibers for the hosts whose robots.txt comes next.
void robots_start(struct coordinator *c);
// Fills in what the job of a robots.txt has beyond that of any item. Errors: -ENOMEM.
int robots_fill(struct coordinator *c, const struct item *i, struct job_parts *p);
// Takes what came of the exchange of `i`, which has ended; or that there was none.
void robots_settle(struct coordinator *c, struct item *i, const struct outcome *o);
void robots_settle_without(struct item *i, enum fetch_error error, struct span message);
// The product token by which `h` may speak to us.
struct span robots_agent(const struct coordinator *c, const struct host *h);

// treatment.c: hosts are treated as they do.
// Takes in what an exchange with `h` tells of it, before frontier_ended; `hold`: until when it asked
// not to be called, 0: it did not. Returns whether the host had failed so often before, or the
// network is down, that the URL need not be to blame: it keeps its attempt, and others go first.
bool treatment_note(struct coordinator *c, struct host *h, const struct outcome *o, int64_t hold);
// `h` has answered as it should.
void treatment_good(struct coordinator *c, struct host *h);
// The part of it that is about the pace.
void treatment_pace(struct coordinator *c, struct host *h, const struct outcome *o);
// Whether nothing was heard of the server; NULL: there was no exchange.
bool treatment_is_silent(const struct outcome *o);
// `h` has failed without an exchange: what is to become of it? `robots`: for its robots.txt.
enum treatment { TREATMENT_ASIDE, TREATMENT_GIVEN_UP };
enum treatment treatment_failed(struct coordinator *c, struct host *h, const char *why, bool silent,
                                bool robots, int64_t hold);
// Ends URLs that a robots.txt does not allow, and those of hosts that are given up.
void treatment_settle(struct coordinator *c);

// saving.c: where bodies go.
// Sets `out` to where the body of `i` belongs below the directory of --save. Whether it could, for
// memory.
bool saving_path(struct buffer *out, const struct item *i);
// Ends `i` when its body has been saved before this run, and frees it. Returns whether it did.
// Parks.
bool saving_skip(struct coordinator *c, struct item *i);

// dispatch.c: items become jobs.
// When something may be started again, as far as the limits on requests and bytes a second go; a
// time that has passed: now.
int64_t dispatch_due(const struct coordinator *c);
// Starts everything that may start now.
void dispatch_all(struct coordinator *c);

// archives_outcome.c: where exchanges are in the archive.
// Notes where this one is, if it is there.
void archives_outcome(struct coordinator *c, struct item *i, const struct outcome *o);

// leftover.c: what a run that was stopped has not come to.
// Adds it to --failed, unless it is kept. Parks.
void leftover_list(struct coordinator *c);
// The part of it that was in memory.
void leftover_drop(struct coordinator *c);

// ending.c: an item ends.
// Writes the record of `i`, which ended as `e` says (its time is filled in), and frees it.
void ending_write(struct coordinator *c, struct item *i, struct ending *e);
// Ends `i`, whose body is at `saved` already, without an attempt. Frees it.
void ending_skipped(struct coordinator *c, struct item *i, struct span saved);
// Writes `i` to --failed only, for it was not finished: the end of an interrupted run. Frees it.
void ending_unfinished(struct coordinator *c, struct item *i);
// Adds a URL, and what else its line of JSON said, to --failed, if that is wanted.
void ending_note_failed(struct coordinator *c, struct span url, struct span members);

// settle.c: outcomes become records, redirects or further attempts.
// Takes every outcome there is.
void settle_all(struct coordinator *c);
// Ends an attempt of `i` that never became an exchange, or could not: a failed look-up, an address
// that must not be reached. Takes `i`. `message` may be absent.
void settle_without_exchange(struct coordinator *c, struct item *i, enum fetch_error error,
                             struct span message);
// Takes what the host of `i` wants to be shown, if `o` says so. Returns whether it can be asked
// again, and shown that.
bool settle_challenge(struct item *i, const struct outcome *o);
#endif
