// SPDX-License-Identifier: MIT
#include "ledger/store.h"
#include "ledger/mailbox.h"
#include "ledger/writer.h"
#include "sched/loop.h"
#include "store/state_frontier.h"
#include "store/state_seen.h"
#include <errno.h>
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum {
    STORE_BATCH = 64 << 10,               // bytes at which a batch is handed over whatever happens
    STORE_BEHIND = 16 << 20,              // bytes not done at which the source waits; the same for
    STORE_UNCUT_BEHIND = 2 * STORE_UNCUT, // operations that a commit cannot keep up with
    STORE_TEMPORARY = 16384,              // operations of a transaction that nobody cuts
};

struct store {
    struct store_options options;
    pthread_t thread;
    struct mailbox mailbox; // between the loop and the thread
    // The loop's own.
    struct batch *batch; // being filled
    bool unsettled;      // it, or one before, has links or appends that nobody has counted
    uint64_t sent;       // batches
    uint64_t uncut, cuts;
    unsigned asked;
    struct store_answer_packed *answer; // being read
    // The thread's own.
    struct writer writer;
    uint64_t undone; // operations of a transaction that nobody cuts
};

// ---- the thread

static bool look_at_batch(void *writer, const struct batch *b)
{
    return writer_look_ahead(writer, b);
}

// While outputs and commit are brought to the disk, links that come next can be looked up there. A
// temporary state has nobody who would keep its readers and its writer apart.
static void look_ahead(struct store *s)
{
    if (s->options.temporary)
        return;
    mailbox_look(&s->mailbox, look_at_batch, &s->writer);
    writer_go_ahead(&s->writer);
}

static int commit(struct store *s, const struct operation *cut)
{
    uint64_t number = cut ? cut->a : 0;
    int r = writer_prepare(&s->writer);
    if (r < 0)
        return r;
    look_ahead(s);
    if (cut && !mailbox_wait_for_seal(&s->mailbox, number))
        return -ECANCELED;
    r = writer_commit(&s->writer, cut);
    s->undone = 0;
    if (r == 0 && cut)
        mailbox_committed(&s->mailbox, number);
    return r;
}

// What is to be seen of what was done.
static int publish(struct store *s, size_t bytes)
{
    uint64_t frontier = 0, seen = 0;
    int r = state_frontier_count(s->options.state, &frontier);
    if (r == 0)
        r = state_seen_count(s->options.state, &seen);
    mailbox_publish(&s->mailbox, bytes, &s->writer.answers, frontier, seen);
    return r;
}

static int do_batch(struct store *s, struct batch *b)
{
    const struct operation *cut;
    size_t bytes = b->bytes.n;
    s->undone += b->count;
    int r = writer_do(&s->writer, b, &cut); // takes the batch
    if (r == 0 && cut)
        r = commit(s, cut);
    else if (r == 0 && s->options.temporary && s->undone >= STORE_TEMPORARY)
        r = commit(s, NULL);
    return r < 0 ? r : publish(s, bytes);
}

static void *store_main(void *arg)
{
    struct store *s = arg;
    struct batch *b;
    pthread_setname_np(pthread_self(), "store");
    int r = writer_begin(&s->writer, s->options.state);
    while (r == 0 && (b = mailbox_get(&s->mailbox)))
        r = do_batch(s, b);
    if (r < 0 && r != -ECANCELED)
        mailbox_fail(&s->mailbox, r);
    writer_end(&s->writer);
    return NULL;
}

// ---- its life

static int start(struct store *s)
{
    sigset_t all, former;
    sigfillset(&all);
    // What a fault raises goes to the thread that made it, blocked or not: it must not be.
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    int r = pthread_create(&s->thread, NULL, store_main, s);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return -r;
}

// What is there at the beginning, before the thread begins.
static int count(struct state *state, uint64_t *frontier, uint64_t *seen)
{
    int r = state_begin(state);
    if (r == 0)
        r = state_frontier_count(state, frontier);
    if (r == 0)
        r = state_seen_count(state, seen);
    state_abort(state);
    return r;
}

int store_open(struct store **out, const struct store_options *options)
{
    uint64_t frontier = 0, seen = 0;
    int r = count(options->state, &frontier, &seen);
    if (r < 0)
        return r;
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->options = *options;
    r = mailbox_open(&s->mailbox, options->loop, options->wake, options->arg);
    if (r < 0)
        goto no_mailbox;
    s->mailbox.frontier = frontier;
    s->mailbox.seen = seen;
    r = start(s);
    if (r < 0)
        goto no_thread;
    ev_ref(loop_ev(options->loop)); // the thread may wake somebody at any time
    *out = s;
    return 0;

no_thread:
    mailbox_close(&s->mailbox);
no_mailbox:
    free(s);
    return r;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    mailbox_stop(&s->mailbox);
    pthread_join(s->thread, NULL);
    ev_unref(loop_ev(s->options.loop));
    mailbox_close(&s->mailbox);
    batch_free(s->batch);
    store_answer_free(s->answer);
    state_close(s->options.state);
    free(s);
}

// ---- what the loop asks about it

int store_error(const struct store *s)
{
    return mailbox_error(&s->mailbox);
}

bool store_is_behind(const struct store *s)
{
    return mailbox_waiting(&s->mailbox) >= STORE_BEHIND ||
           (s->uncut >= STORE_UNCUT_BEHIND && !s->options.temporary);
}

bool store_is_quiet(const struct store *s)
{
    return mailbox_done(&s->mailbox) == s->sent && !s->unsettled && s->asked == 0;
}

struct store_counts store_counts(const struct store *s)
{
    struct store_counts counts;
    mailbox_counts(&s->mailbox, &counts.frontier, &counts.seen);
    return counts;
}

uint64_t store_uncut(const struct store *s)
{
    return s->uncut;
}

unsigned store_asked(const struct store *s)
{
    return s->asked;
}

uint64_t store_hash(const struct store *s, struct span href)
{
    return state_hash(s->options.state, href);
}

// ---- what the loop says

static void give(struct store *s)
{
    if (!s->batch)
        return;
    mailbox_put(&s->mailbox, s->batch);
    s->batch = NULL;
    s->sent++;
}

static void say(struct store *s, const struct operation *o, struct span bytes)
{
    if (!s->batch)
        s->batch = batch_new();
    if (!s->batch || !operation_add(s->batch, o, bytes)) {
        // What is lost here would be missed: nothing more is committed.
        mailbox_fail(&s->mailbox, -ENOMEM);
        return;
    }
    s->uncut++;
    if (s->batch->bytes.n >= STORE_BATCH)
        give(s);
}

void store_hold(struct store *s, uint64_t number, struct span item)
{
    say(s, &(struct operation){ .kind = OPERATION_HOLD, .a = number }, item);
}

void store_release(struct store *s, uint64_t number)
{
    say(s, &(struct operation){ .kind = OPERATION_RELEASE, .a = number }, (struct span){ 0 });
}

void store_append(struct store *s, const struct state_place *at, struct span item)
{
    struct operation o = {
        .kind = OPERATION_APPEND, .depth = at->depth, .a = at->host, .b = at->number
    };
    s->unsettled = true;
    say(s, &o, item);
}

void store_page(struct store *s, uint64_t host, uint64_t hash, struct span page)
{
    say(s, &(struct operation){ .kind = OPERATION_PAGE, .a = host, .b = hash }, page);
}

void store_host(struct store *s, uint64_t host, struct span value)
{
    say(s, &(struct operation){ .kind = OPERATION_HOST, .a = host }, value);
}

void store_robots(struct store *s, uint64_t host, struct span value)
{
    say(s, &(struct operation){ .kind = OPERATION_ROBOTS, .a = host }, value);
}

void store_note(struct store *s, const char *name, struct span value)
{
    struct buffer b = { 0 };
    buffer_add(&b, name, strlen(name) + 1);
    buffer_add(&b, value.p, value.n);
    if (b.failed)
        mailbox_fail(&s->mailbox, -ENOMEM);
    else
        say(s, &(struct operation){ .kind = OPERATION_NOTE }, buffer_span(&b));
    buffer_fini(&b);
}

void store_link(struct store *s, const struct store_link *link)
{
    struct operation o = { .kind = OPERATION_LINK,
                           .flag = link->only_seen,
                           .depth = link->depth,
                           .a = link->host,
                           .b = link->hash,
                           .tag = link->tag };
    s->unsettled = true;
    s->asked += link->tag != 0;
    say(s, &o, link->item);
}

void store_take(struct store *s, uint64_t host, unsigned most)
{
    s->asked++;
    say(s, &(struct operation){ .kind = OPERATION_TAKE, .a = host, .b = most }, (struct span){ 0 });
    give(s);
}

void store_survey(struct store *s, uint64_t from, unsigned most)
{
    uint64_t n = most < STORE_HOSTS_MOST ? most : STORE_HOSTS_MOST;
    s->asked++;
    say(s, &(struct operation){ .kind = OPERATION_SURVEY, .a = from, .b = n }, (struct span){ 0 });
    give(s);
}

void store_recall(struct store *s, struct span keys)
{
    s->asked++;
    say(s, &(struct operation){ .kind = OPERATION_RECALL }, keys);
    give(s);
}

void store_revive(struct store *s, uint64_t run, unsigned most)
{
    s->asked++;
    say(s, &(struct operation){ .kind = OPERATION_REVIVE, .a = run, .b = most },
        (struct span){ 0 });
    give(s);
}

void store_flush(struct store *s)
{
    if (s->unsettled)
        say(s, &(struct operation){ .kind = OPERATION_SETTLE }, (struct span){ 0 });
    s->unsettled = false;
    give(s);
}

// ---- cuts

uint64_t store_cut(struct store *s, struct span ledger)
{
    say(s, &(struct operation){ .kind = OPERATION_CUT, .a = s->cuts + 1 }, ledger);
    s->unsettled = false;
    give(s);
    s->uncut = 0;
    return ++s->cuts;
}

void store_seal(struct store *s)
{
    mailbox_seal(&s->mailbox, s->cuts);
}

// ---- answers

bool store_receive(struct store *s, struct store_answer *out)
{
    uint64_t committed;
    store_answer_free(s->answer);
    s->answer = mailbox_receive(&s->mailbox, &committed);
    *out = s->answer ? store_answer_of(s->answer)
                     : (struct store_answer){ .kind = STORE_COMMITTED, .cut = committed };
    if (!s->answer)
        return committed != 0;
    s->asked -= out->kind == STORE_LINKED ? out->count : 1;
    return true;
}
