// SPDX-License-Identifier: MIT
#include "ledger/writer.h"
#include "data/pack.h"
#include "ledger/inquiry.h"
#include "ledger/revive.h"
#include "store/state_frontier.h"
#include "store/state_held.h"
#include "store/state_hosts.h"
#include "store/state_meta.h"
#include "store/state_pages.h"
#include "store/state_seen.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>

enum { GROW_MOST = 16 }; // doublings after which more is no cure

// ---- answers

static struct store_answer_packed *answer_to(struct writer *w, const struct operation *op)
{
    struct store_answer_packed *a = store_answer_new(op);
    if (a)
        list_push(&w->staged, &a->node);
    return a;
}

static void drop_answers(struct list *l)
{
    struct list *node;
    while ((node = list_pop(l)))
        store_answer_free(list_entry(node, struct store_answer_packed, node));
}

// An operation was done, or was not. What is done anew has given its answers before.
static void settle_answers(struct writer *w, bool good)
{
    struct list *node;
    if (!good || w->index < w->mute)
        drop_answers(&w->staged);
    while ((node = list_pop(&w->staged)))
        list_push(&w->answers, node);
}

// ---- what was put off

static int do_pages(struct writer *w)
{
    int r = 0;
    struct gather *g = &w->pages;
    gather_sort(g);
    for (size_t i = 0; r == 0 && i < g->count; i++) {
        const struct gathered *at = &g->at[i];
        bool last = i + 1 == g->count || memcmp(at->key, at[1].key, sizeof at->key) != 0;
        if (last)
            r = state_pages_put(w->state, at->key[0], at->key[1], operation_bytes(at->op));
    }
    gather_clear(g);
    return r;
}

static int append(struct writer *w, const struct operation *op, uint64_t number)
{
    struct state_place at = { .host = op->a, .number = number, .depth = op->depth };
    return state_frontier_put(w->state, &at, operation_bytes(op));
}

static int do_appends(struct writer *w)
{
    int r = 0;
    struct gather *g = &w->appends;
    gather_sort(g);
    for (size_t i = 0; r == 0 && i < g->count; i++)
        r = append(w, g->at[i].op, g->at[i].op->b);
    gather_clear(g);
    return r;
}

// A link that turned out to be new.
struct fresh {
    uint64_t number;
    const struct operation *op;
};

static int compare_fresh(const void *a, const void *b)
{
    const struct fresh *x = a, *y = b;
    if (x->op->a != y->op->a)
        return x->op->a < y->op->a ? -1 : 1;
    if (x->op->depth != y->op->depth)
        return x->op->depth < y->op->depth ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int append_fresh(struct writer *w, struct fresh *fresh, size_t n)
{
    int r = 0;
    if (n > 1)
        qsort(fresh, n, sizeof *fresh, compare_fresh);
    for (size_t i = 0; r == 0 && i < n; i++)
        r = append(w, fresh[i].op, fresh[i].number);
    return r;
}

// Somebody wants to know: its tag, and whether it is new.
static int note_link(struct writer *w, struct store_answer_packed **a, const struct operation *op,
                     bool is_new)
{
    if (!op->tag)
        return 0;
    if (!*a && !(*a = answer_to(w, op)))
        return -ENOMEM;
    store_answer_add_link(*a, op->tag, is_new);
    return (*a)->bytes.failed ? -ENOMEM : 0;
}

// First which are new, in the order of the seen set; then those to their places, in the order of
// the frontier. Numbers are in the order in which they came.
static int do_links(struct writer *w)
{
    struct gather *g = &w->links;
    struct store_answer_packed *a = NULL;
    struct fresh *fresh = g->count ? calloc(g->count, sizeof *fresh) : NULL;
    size_t n = 0;
    int r = g->count && !fresh ? -ENOMEM : 0;
    int64_t began = clock_mono();
    gather_sort(g);
    prefetch_begin(&w->prefetch, w->state, g);
    for (size_t i = 0; r >= 0 && i < g->count; i++) {
        const struct operation *op = g->at[i].op;
        int is_new = r = state_seen_add(w->state, op->a, op->b);
        if (is_new == 1 && !op->flag)
            // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there is one for each
            fresh[n++] = (struct fresh){ w->number + g->at[i].order, op };
        if (r >= 0)
            r = note_link(w, &a, op, is_new == 1);
    }
    if (r >= 0)
        r = append_fresh(w, fresh, n);
    free(fresh);
    prefetch_end(&w->prefetch, g->count, clock_mono() - began);
    w->number += g->count;
    gather_clear(g);
    return r;
}

static int put_off(struct writer *w, struct gather *g, const struct operation *op,
                   int (*now)(struct writer *w))
{
    int r = gather_is_full(g) ? now(w) : 0;
    return r < 0 ? r : gather_add(g, op);
}

static int do_put_off(struct writer *w)
{
    int r = do_links(w);
    return r < 0 ? r : do_appends(w);
}

// ---- operations

static int note(struct writer *w, const struct operation *op)
{
    struct span all = operation_bytes(op);
    size_t n = strnlen(all.p, all.n) + 1;
    return state_meta_put(w->state, all.p, (struct span){ all.p + n, all.n - n });
}

static int answer(struct writer *w, const struct operation *op)
{
    struct store_answer_packed *a = answer_to(w, op);
    return a ? inquiry_answer(w->state, op, a) : -ENOMEM;
}

// One that counts what is in the frontier: nothing of that is put off any longer.
static int answer_of_frontier(struct writer *w, const struct operation *op)
{
    int r = do_put_off(w);
    return r < 0 ? r : answer(w, op);
}

static int perform(struct writer *w, const struct operation *op)
{
    switch ((enum operation_kind)op->kind) {
    case OPERATION_HOLD:
        return state_held_put(w->state, op->a, operation_bytes(op));
    case OPERATION_RELEASE:
        return state_held_remove(w->state, op->a);
    case OPERATION_APPEND:
        return put_off(w, &w->appends, op, do_appends);
    case OPERATION_PAGE:
        return put_off(w, &w->pages, op, do_pages);
    case OPERATION_HOST:
        return state_hosts_put(w->state, op->a, operation_bytes(op));
    case OPERATION_ROBOTS:
        return state_hosts_put_robots(w->state, op->a, operation_bytes(op));
    case OPERATION_LINK:
        return put_off(w, &w->links, op, do_links);
    case OPERATION_TAKE:
    case OPERATION_SURVEY:
        return answer_of_frontier(w, op);
    case OPERATION_RECALL:
    case OPERATION_REVIVE:
        return answer(w, op);
    case OPERATION_NOTE:
        return note(w, op);
    case OPERATION_SETTLE:
        return do_put_off(w);
    case OPERATION_CUT:
        break;
    }
    return 0;
}

// Does the operations of `b`, whose first has the index `first`, from w->index on, up to `until`.
static int perform_batch(struct writer *w, const struct batch *b, uint64_t first, uint64_t until,
                         const struct operation **cut)
{
    const struct operation *op;
    size_t at = 0;
    int r = 0;
    for (uint64_t i = first; r == 0 && i < until && (op = operation_next(b, &at)); i++) {
        if (i < w->index)
            continue;
        r = perform(w, op);
        settle_answers(w, r == 0);
        if (op->kind == OPERATION_CUT)
            *cut = op;
        w->index += r == 0;
    }
    return r;
}

static int begin(struct writer *w)
{
    struct span value = span_of("");
    int r = state_begin(w->state);
    if (r == 0)
        r = state_meta_get(w->state, "number", &value);
    if (r < 0)
        return r;
    struct unpack u = unpack_of(value);
    w->number = w->stored_number = r ? unpack_uint(&u) : REVIVE_NUMBERS;
    w->index = 0;
    gather_clear(&w->pages);
    gather_clear(&w->links);
    gather_clear(&w->appends);
    return u.bad ? -EUCLEAN : 0;
}

// Everything that this transaction had done, once more, in a larger map.
static int do_anew(struct writer *w, uint64_t until)
{
    const struct operation *cut = NULL;
    prefetch_join(&w->prefetch);
    w->prefetch.ahead = 0;
    state_abort(w->state);
    int r = state_grow(w->state);
    if (r == 0)
        r = begin(w);
    list_each(node, following, &w->done)
    {
        if (r == 0)
            r = perform_batch(w, list_entry(node, struct batch, node), w->index, until, &cut);
    }
    return r;
}

static int recover(struct writer *w)
{
    int r = -EXFULL;
    uint64_t until = w->mute = w->index;
    for (unsigned i = 0; r == -EXFULL && i < GROW_MOST; i++) {
        w->grown++;
        r = do_anew(w, until);
    }
    return r;
}

int writer_do(struct writer *w, struct batch *b, const struct operation **cut)
{
    uint64_t first = w->index;
    int r;
    *cut = NULL;
    list_push(&w->done, &b->node);
    while ((r = perform_batch(w, b, first, UINT64_MAX, cut)) == -EXFULL)
        if ((r = recover(w)) < 0)
            break;
    return r;
}

// ---- transactions

int writer_begin(struct writer *w, struct state *state)
{
    *w = (struct writer){ .state = state };
    list_init(&w->done);
    list_init(&w->answers);
    list_init(&w->staged);
    return begin(w);
}

static void forget_batches(struct writer *w)
{
    struct list *node;
    while ((node = list_pop(&w->done)))
        batch_free(list_entry(node, struct batch, node));
}

static int put_number(struct writer *w)
{
    struct buffer b = { 0 };
    if (w->number == w->stored_number)
        return 0;
    pack_uint(&b, w->number);
    int r = b.failed ? -ENOMEM : state_meta_put(w->state, "number", buffer_span(&b));
    buffer_fini(&b);
    return r;
}

static int finish(struct writer *w, const struct operation *cut)
{
    int r = do_put_off(w);
    if (r == 0)
        r = do_pages(w);
    if (r == 0)
        r = put_number(w);
    if (r == 0 && cut)
        r = state_meta_put(w->state, "ledger", operation_bytes(cut));
    return r;
}

bool writer_look_ahead(struct writer *w, const struct batch *b)
{
    const struct operation *op;
    size_t at = 0;
    while (w->prefetch.slow && !gather_is_full(&w->ahead) && (op = operation_next(b, &at)))
        if (op->kind == OPERATION_LINK && gather_add(&w->ahead, op) < 0)
            return false;
    return w->prefetch.slow && !gather_is_full(&w->ahead);
}

void writer_go_ahead(struct writer *w)
{
    prefetch_ahead(&w->prefetch, w->state, &w->ahead);
    gather_clear(&w->ahead);
}

static int finish_all(struct writer *w, const struct operation *cut)
{
    int r;
    while ((r = finish(w, cut)) == -EXFULL) {
        drop_answers(&w->staged);
        r = recover(w);
        if (r < 0)
            break;
    }
    settle_answers(w, r == 0);
    return r;
}

int writer_prepare(struct writer *w)
{
    return finish_all(w, NULL);
}

int writer_commit(struct writer *w, const struct operation *cut)
{
    int r = finish_all(w, cut);
    if (r == 0)
        r = state_commit(w->state);
    prefetch_join(&w->prefetch);
    if (r < 0)
        return r;
    forget_batches(w);
    w->mute = 0;
    return begin(w);
}

void writer_end(struct writer *w)
{
    prefetch_join(&w->prefetch);
    state_abort(w->state);
    forget_batches(w);
    drop_answers(&w->staged);
    drop_answers(&w->answers);
    gather_fini(&w->pages);
    gather_fini(&w->links);
    gather_fini(&w->appends);
    gather_fini(&w->ahead);
}
