// SPDX-License-Identifier: MIT
#include "output/saving_names.h"
#include "ledger/ledger.h"
#include "sys/log.h"
#include "visit/save.h"
#include "web/filename.h"
#include <errno.h>
#include <stdlib.h>

enum { KNOWN_MOST = 4096, NEAR = 8 };

// A path that will be there: of a body, or of a directory of some.
struct taken {
    struct map_node node; // key: `path`
    unsigned uses;
    bool directory;
    char path[];
};

struct chosen {
    struct list list;
    char *from; // the temporary name; owned
    size_t n;
    char to[];
};

void saving_names_init(struct saving_names *n, struct save *save)
{
    *n = (struct saving_names){ .save = save };
    list_init(&n->chosen);
    list_init(&n->committing);
}

static void free_taken(struct map_node *node, void *arg)
{
    (void)arg;
    free((char *)node - offsetof(struct taken, node));
}

static void free_chosen(struct list *l)
{
    struct list *node;
    while ((node = list_pop(l))) {
        struct chosen *c = list_entry(node, struct chosen, list);
        free(c->from);
        free(c);
    }
}

void saving_names_fini(struct saving_names *n)
{
    map_each(&n->taken, free_taken, NULL);
    map_fini(&n->taken);
    map_each(&n->known, free_taken, NULL);
    map_fini(&n->known);
    free_chosen(&n->chosen);
    free_chosen(&n->committing);
    buffer_fini(&n->at);
    buffer_fini(&n->name);
}

// ---- sets of paths

static struct taken *find(const struct map *m, struct span path)
{
    struct map_node *node = map_find(m, map_hash(path), path);
    return node ? (struct taken *)((char *)node - offsetof(struct taken, node)) : NULL;
}

static int add(struct map *m, struct span path, bool directory)
{
    struct taken *t = find(m, path);
    if (t) {
        t->uses++;
        return 0;
    }
    t = calloc(1, sizeof *t + path.n + 1);
    if (!t)
        return -ENOMEM;
    memcpy(t->path, path.p, path.n);
    t->uses = 1;
    t->directory = directory;
    int r = map_add(m, &t->node, map_hash(path), (struct span){ t->path, path.n });
    if (r < 0)
        free(t);
    return r;
}

static void drop(struct map *m, struct span path)
{
    struct taken *t = find(m, path);
    if (!t || --t->uses > 0)
        return;
    map_remove(m, &t->node);
    free(t);
}

static void know(struct saving_names *n, struct span path)
{
    if (n->known.count >= KNOWN_MOST) {
        map_each(&n->known, free_taken, NULL);
        map_fini(&n->known);
    }
    add(&n->known, path, true); // without memory it is looked at again
}

// ---- choosing

// Whether `path` may be a directory: it is one, or will be, or nothing is there.
static bool may_be_directory(struct saving_names *n, const char *path)
{
    struct span s = span_of(path);
    const struct taken *t = find(&n->taken, s);
    if (t)
        return t->directory;
    if (find(&n->known, s))
        return true;
    enum save_found found = save_look_at(n->save, path);
    if (found == SAVE_DIRECTORY)
        know(n, s);
    return found == SAVE_DIRECTORY || found == SAVE_NOTHING;
}

static bool may_be_file(struct saving_names *n, const char *path)
{
    if (find(&n->taken, span_of(path)))
        return false;
    enum save_found found = save_look_at(n->save, path);
    return found == SAVE_NOTHING || found == SAVE_REPLACEABLE;
}

// Appends a component to the path, with this number.
static const char *step(struct saving_names *n, size_t before, struct span name,
                        unsigned long number)
{
    n->at.n = before;
    if (number)
        filename_numbered(&n->at, name, number);
    else
        buffer_add(&n->at, name.p, name.n);
    return buffer_string(&n->at);
}

typedef bool fitting(struct saving_names *n, const char *path);

// Appends a component with the first number that fits: one by one at first, then doubling and
// halving, as numbers were given out in order.
static int place(struct saving_names *n, struct span name, fitting *fits)
{
    size_t before = n->at.n;
    const char *path;
    unsigned long number = 0;
    for (; number <= NEAR; number++)
        if (!(path = step(n, before, name, number)))
            return -ENOMEM;
        else if (fits(n, path))
            return 0;
    unsigned long no = NEAR, yes = 2 * NEAR;
    for (; (path = step(n, before, name, yes)) && !fits(n, path); yes *= 2)
        no = yes;
    while (path && yes - no > 1) {
        unsigned long middle = no + (yes - no) / 2;
        path = step(n, before, name, middle);
        if (path && fits(n, path))
            yes = middle;
        else
            no = middle;
    }
    return path && step(n, before, name, yes) ? 0 : -ENOMEM;
}

// Takes the path and its directories.
static int take(struct saving_names *n)
{
    struct span path = buffer_span(&n->at);
    int r = add(&n->taken, path, false);
    for (size_t k = 1; r == 0 && k < path.n; k++)
        if (path.p[k] == '/')
            r = add(&n->taken, (struct span){ path.p, k }, true);
    return r;
}

static void give_up(struct saving_names *n, struct span path)
{
    drop(&n->taken, path);
    for (size_t k = 1; k < path.n; k++)
        if (path.p[k] == '/')
            drop(&n->taken, (struct span){ path.p, k });
}

static int note(struct saving_names *n, struct span from)
{
    struct chosen *c = calloc(1, sizeof *c + n->at.n + 1);
    if (!c || !(c->from = strndup(from.p, from.n))) {
        free(c);
        return -ENOMEM;
    }
    c->n = n->at.n;
    memcpy(c->to, n->at.p, n->at.n);
    list_push(&n->chosen, &c->list);
    return 0;
}

int saving_names_choose(struct saving_names *n, struct span left, struct buffer *out)
{
    const char *slash = left.n ? memchr(left.p, '/', left.n) : NULL, *p, *end;
    int r = slash && slash > left.p ? 0 : -EINVAL;
    if (r < 0)
        return r;
    struct span from = { left.p, (size_t)(slash - left.p) };
    buffer_clear(&n->at);
    for (p = slash + 1; r == 0 && (end = memchr(p, '/', (size_t)(left.p + left.n - p)));
         p = end + 1) {
        r = place(n, (struct span){ p, (size_t)(end - p) }, may_be_directory);
        buffer_add_byte(&n->at, '/');
    }
    if (r == 0)
        r = place(n, (struct span){ p, (size_t)(left.p + left.n - p) }, may_be_file);
    if (r == 0)
        r = n->at.failed ? -ENOMEM : take(n);
    if (r == 0)
        r = note(n, from);
    if (r == 0)
        buffer_add(out, n->at.p, n->at.n);
    return r == 0 && out->failed ? -ENOMEM : r;
}

// ---- commits

void saving_names_cut(struct saving_names *n, struct ledger *l)
{
    struct list *node;
    buffer_clear(&l->renames);
    while ((node = list_pop(&n->chosen))) {
        struct chosen *c = list_entry(node, struct chosen, list);
        ledger_add_rename(l, &(struct ledger_rename){ span_of(c->from), { c->to, c->n } });
        list_push(&n->committing, node);
    }
}

bool saving_names_need_sync(const struct saving_names *n)
{
    return n->unsynced || !list_empty(&n->committing);
}

int saving_names_sync(void *names)
{
    struct saving_names *n = names;
    int r = save_sync(n->save);
    if (r == 0)
        n->unsynced = false;
    return r;
}

static int settle(const struct save *s, const char *from, struct span to, struct buffer *is)
{
    int r = save_settle(s, from, to, is);
    if (r == 0 && is->n > 0 && !span_equal(buffer_span(is), to))
        log_warning("the name '%.*s' below the directory of --save was taken by somebody else: the "
                    "body is in '%.*s'",
                    (int)to.n, to.p, (int)is->n, is->p);
    if (r < 0)
        log_error("a saved body cannot be given its name '%.*s': %s", (int)to.n, to.p,
                  strerror(-r));
    return r;
}

int saving_names_give(void *names)
{
    struct saving_names *n = names;
    int r = 0;
    if (!list_empty(&n->committing))
        n->unsynced = true;
    list_each(node, following, &n->committing)
    {
        struct chosen *c = list_entry(node, struct chosen, list);
        if (r == 0)
            r = settle(n->save, c->from, (struct span){ c->to, c->n }, &n->name);
    }
    return r;
}

void saving_names_done(struct saving_names *n)
{
    list_each(node, following, &n->committing)
    {
        struct chosen *c = list_entry(node, struct chosen, list);
        give_up(n, (struct span){ c->to, c->n });
    }
    free_chosen(&n->committing);
}

int saving_names_redo(struct save *s, const struct ledger *l)
{
    struct span rest = buffer_span(&l->renames);
    struct ledger_rename one;
    struct buffer is = { 0 };
    int r = 0;
    while (r == 0 && rest.n > 0 && ledger_next_rename(&rest, &one)) {
        char *from = strndup(one.from.p, one.from.n);
        r = from ? settle(s, from, one.to, &is) : -ENOMEM;
        free(from);
    }
    buffer_fini(&is);
    return r;
}
