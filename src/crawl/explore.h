// SPDX-License-Identifier: MIT
#ifndef CRAWL_EXPLORE_H
#define CRAWL_EXPLORE_H
#include "data/marks.h"
#include "discover/scope.h"
#include "fetch/error.h"
#include "ledger/stock.h"
#include "visit/recent.h"

// What makes a run a crawl: what pages link to is fetched as well, each URL once.
//
//     outcome ─► links ─► known? ─► scope ─► store: seen? ─► frontier on disk
//                                                                │ a few of every host
//     dispatch ◄── frontier in memory ◄── item ◄─────────────────┘
//
// A link waits nowhere but in the store's queue, and while that is long nothing new is started. A
// redirect closes the record of its URL, and its target is a link like any other.
struct coordinator;
struct domain_list;
struct host;
struct item;
struct line;
struct outcome;
struct output;

// Marks of items (frontier/item.h).
enum {
    EXPLORE_REDIRECTS = 0x3f, // how many led to it, one after the other
    EXPLORE_SITEMAP = 1 << 6, // it lists URLs
    EXPLORE_SEED = 1 << 7,    // it was typed: its host may be anywhere
};

struct explore_settings {
    bool on;
    struct scope_settings scope;
    uint64_t host_most;          // URLs of one host; 0: no bound
    const char *rejected_log;    // NULL: not wanted
    const char *const *sitemaps; // URLs; NULL-terminated or NULL
    bool follow_sitemaps;        // those that a robots.txt names
};

enum { EXPLORE_KNOWN = 1 << 20 }; // links whose like need not be looked at again; 8 MB

// What must not be forgotten, in the order it came: it stands in the state in chunks, so that what
// is long is not written anew whenever there is more.
struct explore_notes {
    struct buffer text; // since the last whole chunk
    unsigned chunk;     // which one that is
    bool said;          // all of it, to the store
};

struct explore {
    struct scope *scope;
    struct domain_list *domains;
    struct state *state; // of a temporary store, until that has it
    bool reviving;       // a refresh: not all pages that are known are back in the frontier
    bool revive_asked;   // for the next of them
    bool own_store;      // the coordinator's is of this crawl alone, and temporary
    bool failed;         // the store gave up, and that was said
    bool cut_said;       // that a page had more links than are taken
    struct list listing; // explore_list_rest, while it waits for an answer
    bool leaving;        // what comes from disk is left out: the crawl is over
    uint64_t leaving_at; // the host from which on the survey goes on
    struct recent known;
    struct marks seeds;           // hashes of the seeds' origins (scheme, host, port)
    struct map logins;            // user names and passwords of seeds, by origin
    struct bodies *bodies;        // digests of what was received; NULL: none yet
    struct explore_notes notes;   // of seeds
    struct explore_notes queries; // links that count among the queries of their path
    struct buffer item, via;      // the link in hand
    struct buffer location, same; // for the record in hand
};

// explore.c
// Makes ready all that is needed to know where to go. Blocks for a moment. Errors, said on the log;
// explore_close is called whatever it returns.
int explore_open(struct coordinator *c);
// Begins, once the coordinator has a store, if it is to have one. Errors, said on the log.
int explore_start(struct coordinator *c);
void explore_close(struct coordinator *c);

// Takes a line of the input as a seed. Without memory for it the run ends. Takes `i`.
void explore_seed(struct coordinator *c, struct item *i);

// A link, as it was found.
struct explore_link {
    struct span href; // in canonical form
    struct span via;  // absent: none
    unsigned depth;
    uint8_t mark;
    bool nofollow;
};

// Follows it, or counts why not.
void explore_link(struct coordinator *c, const struct explore_link *link);

// Ends the run, for there is no memory for a link.
void explore_lose(struct coordinator *c);

// Counts that `link` is left out.
void explore_leave_out(struct coordinator *c, const struct explore_link *link, enum left_out why);

// The "user:password" that a seed of the origin of `u` had; NULL: none. Borrowed.
const char *explore_login(const struct explore *x, const struct url *u);
// Keeps one. Returns whether there was none. Errors: -ENOMEM.
int explore_keep_login(struct explore *x, const struct url *u, const char *credentials);

// explore_notes.c: what must not be forgotten.
// Brings `u` into scope; `typed`: it may also be shown passwords. Errors: -ENOMEM.
int explore_add_seed(struct coordinator *c, const struct url *u, const char *credentials,
                     bool typed);
// A link, of this hash, is followed: notes whether it was counted among the queries of its path.
void explore_note_query(struct coordinator *c, const struct url *u, uint64_t hash);
// Says it to the store, for a commit, and what servers have set; also where nothing is explored.
void explore_note(struct coordinator *c);
// Brings it back, inside a transaction of the state. Errors: those of lib/store/state.h.
int explore_recall(struct coordinator *c, struct state *s);

// explore_page.c: what came of an exchange.
// Takes what the answer says of other pages; once for each record.
void explore_outcome(struct coordinator *c, const struct item *i, const struct outcome *o);
// Takes where a redirect leads as a link. Returns FETCH_OK, or the error of its record with `why`.
enum fetch_error explore_redirect(struct coordinator *c, const struct item *i,
                                  const struct outcome *o, const char **why);
// The page with the same body that came before; absent: none is known. Borrowed until the next
// call.
struct span explore_same(struct coordinator *c, const struct item *i, const struct outcome *o);
// The job flags of an item of a crawl.
uint32_t explore_flags(const struct coordinator *c, const struct item *i);
// Takes the sitemaps that the robots.txt of a host names. For coordinator.on_sitemaps.
void explore_sitemaps(struct coordinator *c, struct host *h, struct span sitemaps);

// explore_disk.c: what is on disk.
// Opens a store for this run, unless the coordinator has one of a state.
int explore_open_disk(struct coordinator *c);
// For the options of a store whose answers a crawl waits for; `arg` is the coordinator.
void explore_wake(void *arg);
// Takes an answer of the store, items or hosts. Those of a store of its own it receives itself.
void explore_take(struct coordinator *c, struct store_answer *a);
// Takes an answer of the store, STORE_REVIVED.
void explore_revived(struct coordinator *c, struct store_answer *a);
// Asks for what memory lacks; once a pump.
void explore_pump(struct coordinator *c);
// Whether so much is waiting to be stored, or to be written, that nothing new should be started.
bool explore_is_behind(const struct coordinator *c);
// Whether nothing is left on disk that is to be fetched.
bool explore_is_over(const struct coordinator *c);
// Gives `i`, which has come from disk, what belongs to the seed that led to it, and takes away what
// does not. Errors: -ENOMEM.
int explore_equip(struct coordinator *c, struct item *i);
// Nothing more is started: notes whether a limit was why, and what that has left out of a state.
// The pump must still turn. Parks.
void explore_end(struct coordinator *c);
// Lists what is left on disk, unless it is kept to be gone on with: in --failed what was not come
// to, in --rejected-log what a limit left out. Parks.
void explore_list_rest(struct coordinator *c);
#endif
