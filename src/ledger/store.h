// SPDX-License-Identifier: MIT
#ifndef LEDGER_STORE_H
#define LEDGER_STORE_H
#include "ledger/store_answer.h"

// The store thread, as the coordinator's loop sees it: the one that writes the state
// (lib/store/state).
//
//      loop   op op op op CUT op op ...  ──►  queue of bytes  ──►  thread: one open transaction
//             pump: answers, "committed" ◄── (bell)     ◄────────     ... commit at each CUT
//
// What the loop says is done in the order in which it was said, inside one transaction; a question
// sees everything that was said before it, committed or not. A commit happens at a cut and nowhere
// else, so it holds everything that was said before the cut and nothing after: whoever cuts where
// the coordinator's own state is whole has a state that is whole on disk. Nothing here parks,
// blocks or fails: an error of the database shows in store_error, and from then on nothing is done
// any more.
//
// The queue is bounded by its one user: it asks store_is_behind before it takes something new up
// (the source, a page's links), and nothing else ever waits.
struct store;
struct loop;

struct store_options {
    struct loop *loop;
    struct state *state; // open, no transaction; taken over when store_open succeeds
    bool temporary;      // nobody cuts: it commits as it sees fit
    // On the loop's stack: there is an answer, something was committed, or it failed.
    void (*wake)(void *arg);
    void *arg;
};

// Starts the thread. Errors: -ENOMEM, -EAGAIN, those of lib/store/state.h; then the state is still
// the caller's.
int store_open(struct store **out, const struct store_options *options);

// Ends the thread and closes the state: what is not committed is gone. Blocks until a commit that
// is under way is over. NULL is legal.
void store_close(struct store *s);

// 0, or the negative errno (of lib/store/state.h) with which it gave up.
int store_error(const struct store *s);

// Whether more is waiting than should; then its user takes nothing new up.
bool store_is_behind(const struct store *s);

// Whether everything that was said has been done; then the counts below are exact. Otherwise they
// are of some moment since.
bool store_is_quiet(const struct store *s);

struct store_counts {
    uint64_t frontier; // items on disk only
    uint64_t seen;
};
struct store_counts store_counts(const struct store *s);

// Operations since the last cut: with STORE_UNCUT of them it is time for another, whatever the
// clock says, for each may have changed a page that stays in memory until then.
enum { STORE_UNCUT = 16384 };
uint64_t store_uncut(const struct store *s);

// ---- what is written; all bytes are copied

// An item in memory, as it is now (frontier/continuation.h), by its number; and that it has ended.
void store_hold(struct store *s, uint64_t number, struct span item);
void store_release(struct store *s, uint64_t number);

// An item that goes to disk only.
void store_append(struct store *s, const struct state_place *at, struct span item);

// What came of a URL, what is known of a host, and what its robots.txt says.
void store_page(struct store *s, uint64_t host, uint64_t hash, struct span page);
void store_host(struct store *s, uint64_t host, struct span value);
void store_robots(struct store *s, uint64_t host, struct span value);

// Something under a name of its own (store/state_meta.h); not often.
void store_note(struct store *s, const char *name, struct span value);

// A link that was found: if its URL (`host`, `hash`: see store_hash) has not been seen it is now,
// and `item` is appended to the frontier of its host at `depth`, with the next number there is. A
// `tag` other than 0 comes back in an answer.
struct store_link {
    uint64_t host, hash;
    uint64_t tag;
    uint16_t depth;
    bool only_seen;   // do not append: the caller has it already
    struct span item; // as continuation_write or continuation_of_url made it
};
void store_link(struct store *s, const struct store_link *link);

// The hash under which URLs are seen and pages are found: of the href.
uint64_t store_hash(const struct store *s, struct span href);

// ---- questions; each gives one answer (store_answer.h)

// Takes up to `most` items of `host` off the disk: from now on they are the caller's, who holds or
// ends them before the next cut. (So: no cut while a take is unanswered. See store_asked.)
void store_take(struct store *s, uint64_t host, unsigned most);

// The next up to `most` hosts (STORE_HOSTS_MOST at most) from `from` on that have something on
// disk.
enum { STORE_HOSTS_MOST = 256 };
void store_survey(struct store *s, uint64_t from, unsigned most);

// What is known of pages: `keys` are host and hash of each, as in store_page, packed with
// pack_word. Those that were said since the last commit may not be among them.
void store_recall(struct store *s, struct span keys);

// Puts up to `most` pages of runs before `run` back to the frontier: see revive.h.
void store_revive(struct store *s, uint64_t run, unsigned most);

// Questions that have no answer yet.
unsigned store_asked(const struct store *s);

// Takes the next answer; it and what it points at are good until the next call. False: there is
// none.
bool store_receive(struct store *s, struct store_answer *out);

// ---- commits

// Cuts here. `ledger` (see ledger.h) is committed with it. The thread then waits for store_seal,
// for what was said before must not be committed before the outputs are on disk. One cut at a time.
// Returns its number.
uint64_t store_cut(struct store *s, struct span ledger);

// The outputs are on disk up to where the ledger says: the cut may be committed.
void store_seal(struct store *s);

// Hands over what was said, for it to be done and counted now; otherwise the thread gets it when
// there is enough of it, or a question.
void store_flush(struct store *s);
#endif
