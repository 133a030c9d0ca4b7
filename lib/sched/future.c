// SPDX-License-Identifier: MIT
#include "sched/future.h"
#include "data/list.h"
#include "sched/task.h"
#include <errno.h>
#include <stdlib.h>

// A future made from others is on a list of each of them through a link. Until such a source
// settles, it holds a reference to what was made from it, so that settling can go on although
// nobody else is interested; afterwards the other way round, so that its value stays. So there is
// never a circle.
struct future_link {
    struct list node; // in the source's `links`
    struct future *source, *made;
    bool keeps; // `made` holds a reference to `source`
};

struct future {
    unsigned references;
    struct list turn; // to be told about, or to be freed
    bool settled;
    int error;
    void *value;
    void (*drop)(void *value);
    struct list waiting; // fibers
    struct list links;   // futures made from this one
    // Of one that was made from others: what to do when one of them has settled.
    void (*source_settled)(struct future *f, const struct future *source);
    int (*step)(int error, void **value, void *arg);
    void *arg;
    size_t pending; // sources
    size_t link_count;
    struct future_link link[];
};

static int future_make(struct future **out, size_t links)
{
    if (links > SIZE_MAX / 2 / sizeof(struct future_link))
        return -ENOMEM;
    struct future *f = malloc(sizeof *f + links * sizeof f->link[0]);
    if (!f)
        return -ENOMEM;
    *f = (struct future){ .references = 1, .pending = links, .link_count = links };
    list_init(&f->waiting);
    list_init(&f->links);
    list_init(&f->turn);
    *out = f;
    return 0;
}

int future_new(struct future **out, void (*drop)(void *value))
{
    int r = future_make(out, 0);
    if (r == 0)
        (*out)->drop = drop;
    return r;
}

struct future *future_keep(struct future *f)
{
    f->references++;
    return f;
}

// Chains of futures can be long and a fiber's stack is short, so nothing here calls itself: what
// there is to tell or to free on the way is queued for whoever began, further down the stack.
static _Thread_local struct list *future_telling, *future_freeing;

// NOLINTBEGIN(misc-no-recursion): once only; whoever finds a queue puts its future there

// Tells the futures made from `f`, in the order they were made, that it has settled.
static void future_tell(struct future *f)
{
    struct list *node;
    while ((node = list_pop(&f->links))) {
        struct future_link *l = list_entry(node, struct future_link, node);
        struct future *made = l->made;
        l->keeps = true;
        future_keep(f);
        made->pending--;
        if (!made->settled)
            made->source_settled(made, f);
        future_drop(made);
    }
}

bool future_settle(struct future *f, int error, void *value)
{
    if (f->settled)
        return false;
    f->settled = true;
    f->error = error;
    f->value = value;
    wake_all(&f->waiting, 0);
    if (list_empty(&f->links))
        return true;
    future_keep(f); // the queue's
    if (future_telling) {
        list_push(future_telling, &f->turn);
        return true;
    }
    struct list queue, *node = &f->turn;
    list_init(&queue);
    future_telling = &queue;
    do {
        struct future *next = list_entry(node, struct future, turn);
        future_tell(next);
        future_drop(next);
    } while ((node = list_pop(&queue)));
    future_telling = NULL;
    return true;
}

bool future_settled(const struct future *f)
{
    return f->settled;
}

static void future_free(struct future *f)
{
    if (f->drop && f->error == 0)
        f->drop(f->value);
    for (size_t i = 0; i < f->link_count; i++)
        if (f->link[i].keeps)
            future_drop(f->link[i].source);
    free(f);
}

void future_drop(struct future *f)
{
    if (!f || --f->references)
        return;
    if (!f->settled) {
        f->references = 1;
        future_settle(f, -ECANCELED, NULL);
        if (--f->references) // by those who were told, or shall be
            return;
    }
    if (future_freeing) {
        list_push(future_freeing, &f->turn);
        return;
    }
    struct list queue, *node = &f->turn;
    list_init(&queue);
    future_freeing = &queue;
    do
        future_free(list_entry(node, struct future, turn));
    while ((node = list_pop(&queue)));
    future_freeing = NULL;
}
// NOLINTEND(misc-no-recursion)

int future_await(struct future *f, void **value, int64_t deadline)
{
    if (!f->settled) {
        int r = park_on_as("future_await", &f->waiting, deadline);
        if (r < 0)
            return r;
    }
    if (f->error == 0 && value)
        *value = f->value;
    return f->error;
}

// ---- futures made from others

// Joins `made` to its `i`th source, which may have settled before.
static void future_join(struct future *made, size_t i, struct future *source)
{
    struct future_link *l = &made->link[i];
    *l = (struct future_link){ .source = source, .made = made };
    list_init(&l->node);
    if (!source->settled) {
        list_push(&source->links, &l->node);
        future_keep(made);
        return;
    }
    l->keeps = true;
    future_keep(source);
    made->pending--;
    if (!made->settled)
        made->source_settled(made, source);
}

static void future_take_step(struct future *f, const struct future *source)
{
    void *value = source->value;
    int error = f->step(source->error, &value, f->arg);
    future_settle(f, error, value);
}

int future_then(struct future **out, struct future *f,
                int (*step)(int error, void **value, void *arg), void *arg)
{
    struct future *made;
    int r = future_make(&made, 1);
    if (r < 0)
        return r;
    made->source_settled = future_take_step;
    made->step = step;
    made->arg = arg;
    future_join(made, 0, f);
    *out = made;
    return 0;
}

static void future_one_of_all(struct future *f, const struct future *source)
{
    if (source->error || f->pending == 0)
        future_settle(f, source->error, NULL);
}

int future_all(struct future **out, struct future *const f[], size_t n)
{
    struct future *made;
    int r = future_make(&made, n);
    if (r < 0)
        return r;
    made->source_settled = future_one_of_all;
    for (size_t i = 0; i < n; i++)
        future_join(made, i, f[i]);
    if (n == 0)
        future_settle(made, 0, NULL);
    *out = made;
    return 0;
}

static void future_one_of_any(struct future *f, const struct future *source)
{
    if (source->error == 0 || f->pending == 0)
        future_settle(f, source->error, source->error ? NULL : source->value);
}

int future_any(struct future **out, struct future *const f[], size_t n)
{
    struct future *made;
    if (n == 0)
        return -EINVAL;
    int r = future_make(&made, n);
    if (r < 0)
        return r;
    made->source_settled = future_one_of_any;
    for (size_t i = 0; i < n; i++)
        future_join(made, i, f[i]);
    *out = made;
    return 0;
}
