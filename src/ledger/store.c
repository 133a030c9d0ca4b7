// SPDX-License-Identifier: MIT
#include "ledger/store.h"
#include "data/pack.h"
#include "ledger/writer.h"
#include "sched/bell.h"
#include "sched/loop.h"
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
    struct bell bell;
    // The loop's own.
    struct batch *batch; // being filled
    bool unsettled;      // it, or one before, has links or appends that nobody has counted
    uint64_t sent;       // batches
    uint64_t uncut, cuts;
    unsigned asked;
    struct answer *answer; // being read
    // Shared, under the lock.
    pthread_mutex_t lock;
    pthread_cond_t wanted;
    struct list inbox, outbox;
    size_t waiting; // bytes in the inbox, or being done
    uint64_t done;  // batches
    uint64_t sealed, committed, told;
    struct store_counts counts;
    int error;
    bool stopping;
    // The thread's own.
    struct writer writer;
    uint64_t undone; // operations of a transaction that nobody cuts
};

// ---- the thread

static void tell(struct store *s)
{
    bell_ring(&s->bell);
}

static void fail(struct store *s, int r)
{
    pthread_mutex_lock(&s->lock);
    if (s->error == 0)
        s->error = r;
    tell(s);
    pthread_mutex_unlock(&s->lock);
}

// Waits until the outputs are where the cut says. Whether they are.
static bool wait_for_seal(struct store *s, uint64_t cut)
{
    pthread_mutex_lock(&s->lock);
    while (s->sealed < cut && !s->stopping)
        pthread_cond_wait(&s->wanted, &s->lock);
    bool sealed = s->sealed >= cut;
    pthread_mutex_unlock(&s->lock);
    return sealed;
}

// While outputs and commit are brought to the disk, links that come next can be looked up there. A
// temporary state has nobody who would keep its readers and its writer apart.
static void look_ahead(struct store *s)
{
    struct list *at;
    if (s->options.temporary)
        return;
    pthread_mutex_lock(&s->lock); // batches stay where they are until this thread takes them
    for (at = s->inbox.next; at != &s->inbox; at = at->next)
        if (!writer_look_ahead(&s->writer, list_entry(at, struct batch, node)))
            break;
    pthread_mutex_unlock(&s->lock);
    writer_go_ahead(&s->writer);
}

static int commit(struct store *s, const struct operation *cut)
{
    uint64_t number = cut ? cut->a : 0;
    int r = writer_prepare(&s->writer);
    if (r < 0)
        return r;
    look_ahead(s);
    if (cut && !wait_for_seal(s, number))
        return -ECANCELED;
    r = writer_commit(&s->writer, cut);
    s->undone = 0;
    if (r == 0 && cut) {
        pthread_mutex_lock(&s->lock);
        s->committed = number;
        tell(s);
        pthread_mutex_unlock(&s->lock);
    }
    return r;
}

// What is to be seen of what was done.
static int publish(struct store *s, size_t bytes)
{
    struct store_counts now = { 0 };
    struct list *node;
    int r = state_frontier_count(s->options.state, &now.frontier);
    if (r == 0)
        r = state_seen_count(s->options.state, &now.seen);
    pthread_mutex_lock(&s->lock);
    while ((node = list_pop(&s->writer.answers)))
        list_push(&s->outbox, node);
    s->waiting -= bytes;
    s->done++;
    s->counts = now;
    if (!list_empty(&s->outbox) || list_empty(&s->inbox))
        tell(s);
    pthread_mutex_unlock(&s->lock);
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

// The next batch; NULL when the store is closed.
static struct batch *next_batch(struct store *s)
{
    pthread_mutex_lock(&s->lock);
    while (list_empty(&s->inbox) && !s->stopping)
        pthread_cond_wait(&s->wanted, &s->lock);
    struct list *node = s->stopping ? NULL : list_pop(&s->inbox);
    pthread_mutex_unlock(&s->lock);
    return node ? list_entry(node, struct batch, node) : NULL;
}

static void *store_main(void *arg)
{
    struct store *s = arg;
    struct batch *b;
    pthread_setname_np(pthread_self(), "store");
    int r = writer_begin(&s->writer, s->options.state);
    while (r == 0 && (b = next_batch(s)))
        r = do_batch(s, b);
    if (r < 0 && r != -ECANCELED)
        fail(s, r);
    writer_end(&s->writer);
    return NULL;
}

// ---- its life

static void on_bell(struct bell *bell)
{
    struct store *s = list_entry(bell, struct store, bell);
    s->options.wake(s->options.arg);
}

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
static int count(struct state *state, struct store_counts *out)
{
    int r = state_begin(state);
    if (r == 0)
        r = state_frontier_count(state, &out->frontier);
    if (r == 0)
        r = state_seen_count(state, &out->seen);
    state_abort(state);
    return r;
}

int store_open(struct store **out, const struct store_options *options)
{
    struct store_counts counts = { 0 };
    int r = count(options->state, &counts);
    if (r < 0)
        return r;
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->options = *options;
    s->counts = counts;
    list_init(&s->inbox);
    list_init(&s->outbox);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->wanted, NULL);
    r = bell_open(&s->bell, options->loop, on_bell);
    if (r == 0)
        r = start(s);
    if (r < 0) {
        bell_close(&s->bell);
        pthread_cond_destroy(&s->wanted);
        pthread_mutex_destroy(&s->lock);
        free(s);
        return r;
    }
    ev_ref(loop_ev(options->loop)); // the thread may wake somebody at any time
    *out = s;
    return 0;
}

void store_close(struct store *s)
{
    struct list *node;
    if (!s)
        return;
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_cond_signal(&s->wanted);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    ev_unref(loop_ev(s->options.loop));
    bell_close(&s->bell);
    while ((node = list_pop(&s->inbox)))
        batch_free(list_entry(node, struct batch, node));
    while ((node = list_pop(&s->outbox)))
        answer_free(list_entry(node, struct answer, node));
    batch_free(s->batch);
    answer_free(s->answer);
    state_close(s->options.state);
    pthread_cond_destroy(&s->wanted);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

// ---- what the loop asks about it

static struct store *unlocked(const struct store *s)
{
    return (struct store *)(uintptr_t)s;
}

int store_error(const struct store *s)
{
    pthread_mutex_lock(&unlocked(s)->lock);
    int r = s->error;
    pthread_mutex_unlock(&unlocked(s)->lock);
    return r;
}

bool store_is_behind(const struct store *s)
{
    pthread_mutex_lock(&unlocked(s)->lock);
    bool behind =
        s->waiting >= STORE_BEHIND || (s->uncut >= STORE_UNCUT_BEHIND && !s->options.temporary);
    pthread_mutex_unlock(&unlocked(s)->lock);
    return behind;
}

bool store_is_quiet(const struct store *s)
{
    pthread_mutex_lock(&unlocked(s)->lock);
    bool done = s->done == s->sent;
    pthread_mutex_unlock(&unlocked(s)->lock);
    return done && !s->unsettled && s->asked == 0;
}

struct store_counts store_counts(const struct store *s)
{
    pthread_mutex_lock(&unlocked(s)->lock);
    struct store_counts counts = s->counts;
    pthread_mutex_unlock(&unlocked(s)->lock);
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
    pthread_mutex_lock(&s->lock);
    bool broken = s->error < 0;
    if (!broken) {
        s->waiting += s->batch->bytes.n;
        list_push(&s->inbox, &s->batch->node);
        pthread_cond_signal(&s->wanted);
    }
    pthread_mutex_unlock(&s->lock);
    if (broken)
        batch_free(s->batch);
    s->batch = NULL;
    s->sent++;
}

static void say(struct store *s, const struct operation *o, struct span bytes)
{
    if (!s->batch)
        s->batch = batch_new();
    if (!s->batch || !operation_add(s->batch, o, bytes)) {
        fail(s, -ENOMEM); // what is lost here would be missed: nothing more is committed
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
        fail(s, -ENOMEM);
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
    pthread_mutex_lock(&s->lock);
    s->sealed = s->cuts;
    pthread_cond_signal(&s->wanted);
    pthread_mutex_unlock(&s->lock);
}

// ---- answers

static struct answer *next_answer(struct store *s, uint64_t *committed)
{
    pthread_mutex_lock(&s->lock);
    struct list *node = list_pop(&s->outbox);
    *committed = node || s->committed == s->told ? 0 : s->committed;
    if (*committed)
        s->told = s->committed;
    pthread_mutex_unlock(&s->lock);
    return node ? list_entry(node, struct answer, node) : NULL;
}

static enum store_kind kind_of(const struct answer *a)
{
    switch ((enum operation_kind)a->asked.kind) {
    case OPERATION_TAKE:
        return STORE_TOOK;
    case OPERATION_SURVEY:
        return STORE_SURVEYED;
    case OPERATION_RECALL:
        return STORE_RECALLED;
    case OPERATION_REVIVE:
        return STORE_REVIVED;
    default:
        return STORE_LINKED;
    }
}

bool store_receive(struct store *s, struct store_answer *out)
{
    uint64_t committed;
    answer_free(s->answer);
    s->answer = next_answer(s, &committed);
    *out = (struct store_answer){ .kind = STORE_COMMITTED, .cut = committed };
    if (!s->answer)
        return committed != 0;
    const struct answer *a = s->answer;
    *out = (struct store_answer){
        .kind = kind_of(a),
        .host = a->asked.a,
        .most = (unsigned)a->asked.b,
        .more = a->asked.flag,
        .count = a->count,
        .bytes = buffer_span(&a->bytes),
    };
    s->asked -= out->kind == STORE_LINKED ? a->count : 1;
    return true;
}

bool store_answer_item(struct store_answer *a, struct state_place *at, struct span *item)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    *at = (struct state_place){ .host = a->host };
    at->number = unpack_uint(&u);
    at->depth = (uint16_t)unpack_uint(&u);
    *item = unpack_span(&u);
    a->bytes = (struct span){ u.p, u.n };
    return true;
}

bool store_answer_host(struct store_answer *a, uint64_t *host)
{
    if (a->bytes.n < sizeof *host)
        return false;
    memcpy(host, a->bytes.p, sizeof *host);
    a->bytes = (struct span){ a->bytes.p + sizeof *host, a->bytes.n - sizeof *host };
    return true;
}

bool store_answer_link(struct store_answer *a, uint64_t *tag, bool *is_new)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    char byte = 0;
    *tag = unpack_word(&u);
    unpack_bytes(&u, &byte, 1);
    *is_new = byte != 0;
    a->bytes = (struct span){ u.p, u.n };
    return true;
}

bool store_answer_page(struct store_answer *a, struct span *page)
{
    struct unpack u = unpack_of(a->bytes);
    if (u.n == 0)
        return false;
    *page = unpack_span(&u);
    a->bytes = (struct span){ u.p, u.n };
    return true;
}
