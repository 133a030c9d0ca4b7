// SPDX-License-Identifier: MIT
#include "fiber/stack.h"
#include "fiber/annotate.h"
#include "fiber/guard.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    STACK_DEFAULT = ANNOTATE_SANITIZED ? 256 * 1024 : 64 * 1024,
    STACK_SMALLEST = 4,    // pages
    STACK_SLAB_FIRST = 64, // stacks in the first slab; each is twice as large as the one before
    STACK_SLAB_LARGEST = 1024,
    STACK_WARM_MOST = 1024,   // free stacks that keep their memory
    STACK_SHALLOW = 2 * 4096, // a stack that went no deeper is not worth a system call
    STACK_SAMPLE = 256,       // bytes from one word that is looked at to the next
    STACK_COLOURS = 8,        // places where stacks begin,
    STACK_COLOUR =
        128 // so many bytes apart: measured with 1,000 fibers in turn, 68 ns a switch became 25
};

struct stack_slab {
    struct list node;
    struct stack_pool *pool;
    char *base;
    size_t room, cut, in_use, warm; // stacks: in the mapping, made so far, in use, warm
    struct stack stacks[];
};

static size_t stack_page(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void stack_pool_init(struct stack_pool *p, size_t size, enum stack_guard guard)
{
    size_t page = stack_page();
    size = size ? size : STACK_DEFAULT;
    size = size < STACK_SMALLEST * page ? STACK_SMALLEST * page : size;
    *p = (struct stack_pool){ .size = (size + page - 1) / page * page,
                              .next_slab = STACK_SLAB_FIRST,
                              .guard = guard_choose(guard) };
    list_init(&p->slabs);
    list_init(&p->warm);
    list_init(&p->cold);
    list_init(&p->dirty);
}

static void slab_free(struct stack_slab *b)
{
    for (size_t i = 0; i < b->cut; i++) {
        struct stack *s = &b->stacks[i];
        list_remove(&s->node);
        annotate_unmap(s->tool, s->low, b->pool->size);
        guard_forget(s->guard);
    }
    list_remove(&b->node);
    munmap(b->base, b->room * b->pool->size);
    free(b);
}

void stack_pool_fini(struct stack_pool *p)
{
    list_each(node, following, &p->slabs) slab_free(list_entry(node, struct stack_slab, node));
    p->warm_count = p->dirty_count = 0;
    p->next_slab = STACK_SLAB_FIRST;
}

// MAP_NORESERVE: what is never touched is never asked for. Huge pages would make every stack
// resident whole.
static char *slab_map(size_t bytes)
{
    char *base = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (base == MAP_FAILED)
        return NULL;
    madvise(base, bytes, MADV_NOHUGEPAGE);
    return base;
}

// Where address space is short (a limit, a machine that does not overcommit) a smaller one has to
// do.
static int slab_new(struct stack_pool *p)
{
    size_t room = p->next_slab;
    struct stack_slab *b = malloc(sizeof *b + room * sizeof b->stacks[0]);
    if (!b)
        return -ENOMEM;
    char *base;
    while (!(base = slab_map(room * p->size)) && room > 1)
        room /= 2;
    if (!base) {
        free(b);
        return -ENOMEM;
    }
    *b = (struct stack_slab){ .pool = p, .base = base, .room = room };
    list_push_front(&p->slabs, &b->node);
    p->next_slab = room * 2 < STACK_SLAB_LARGEST ? room * 2 : STACK_SLAB_LARGEST;
    return 0;
}

// The next stack of a slab that was never used.
static struct stack *slab_cut(struct stack_slab *b)
{
    struct stack *s = &b->stacks[b->cut];
    *s = (struct stack){ .low = b->base + b->cut * b->pool->size, .slab = b, .clean = true };
    list_init(&s->node);
    s->guard = guard_install(b->pool->guard, s->low, stack_page());
    s->tool = annotate_map(s->low, b->pool->size);
    b->cut++;
    return s;
}

static struct stack *stack_find(struct stack_pool *p)
{
    struct list *node = list_pop(&p->warm);
    if (node) {
        struct stack *s = list_entry(node, struct stack, node);
        p->warm_count--;
        s->slab->warm--;
        return s;
    }
    struct stack_slab *b = list_entry(p->slabs.next, struct stack_slab, node);
    bool exhausted = list_empty(&p->slabs) || b->cut == b->room;
    if (exhausted && list_empty(&p->cold))
        stack_pool_trim(p);
    node = list_pop(&p->cold);
    if (node)
        return list_entry(node, struct stack, node);
    if (exhausted && slab_new(p) < 0)
        return NULL;
    return slab_cut(list_entry(p->slabs.next, struct stack_slab, node));
}

int stack_get(struct stack_pool *p, struct stack **out, void *owner)
{
    struct stack *s = stack_find(p);
    if (!s)
        return -ENOMEM;
    s->owner = owner;
    s->slab->in_use++;
    p->in_use++;
    *out = s;
    return 0;
}

// Whether the third page from the top was written to, as a few words of it tell. A page never
// touched reads as zeros, from the page of zeros that the kernel shares. It may be wrong; then the
// pages stay until another deep fiber has used them.
__attribute__((no_sanitize("address", "thread"))) static bool stack_was_deep(const struct stack *s)
{
    const char *page = stack_top(s) - STACK_SHALLOW - 4096;
    annotate_readable(page, 4096);
    uint64_t seen = 0;
    for (size_t i = 0; i < 4096; i += STACK_SAMPLE)
        seen |= *(const volatile uint64_t *)(page + i);
    return seen != 0;
}

void stack_put(struct stack *s)
{
    struct stack_pool *p = s->slab->pool;
    s->owner = NULL;
    s->clean = false;
    s->slab->in_use--;
    p->in_use--;
    if (p->warm_count >= STACK_WARM_MOST || stack_was_deep(s)) {
        list_push(&p->dirty, &s->node);
        p->dirty_count++;
    } else {
        list_push_front(&p->warm, &s->node);
        p->warm_count++;
        s->slab->warm++;
    }
}

static int stack_by_address(const void *a, const void *b)
{
    const struct stack *x = *(struct stack *const *)a, *y = *(struct stack *const *)b;
    return x->low < y->low ? -1 : x->low > y->low;
}

// Gives back the memory of `n` stacks: neighbours in one call, which may cover the guards between
// them.
static void stack_clean(struct stack **s, size_t n)
{
    qsort(s, n, sizeof s[0], stack_by_address);
    for (size_t i = 0, end; i < n; i = end) {
        size_t size = s[i]->slab->pool->size;
        for (end = i + 1; end < n && s[end]->low == s[end - 1]->low + size; end++)
            ;
        madvise(s[i]->low, (end - i) * size, MADV_DONTNEED);
    }
}

void stack_pool_trim(struct stack_pool *p)
{
    struct stack *batch[256];
    while (!list_empty(&p->dirty)) {
        size_t n = 0;
        while (n < sizeof batch / sizeof batch[0] && !list_empty(&p->dirty))
            batch[n++] = list_entry(list_pop(&p->dirty), struct stack, node);
        p->dirty_count -= n;
        stack_clean(batch, n);
        for (size_t i = 0; i < n; i++) {
            batch[i]->clean = true;
            list_push_front(&p->cold, &batch[i]->node);
        }
    }
    // The newest slab is kept: it is where the next stacks come from.
    list_each(node, following, &p->slabs)
    {
        struct stack_slab *b = list_entry(node, struct stack_slab, node);
        if (b->in_use == 0 && b->warm == 0 && node != p->slabs.next)
            slab_free(b);
    }
}

void stack_pool_each(struct stack_pool *p, void (*visit)(struct stack *s, void *arg), void *arg)
{
    list_each(node, following, &p->slabs)
    {
        struct stack_slab *b = list_entry(node, struct stack_slab, node);
        for (size_t i = 0; i < b->cut; i++)
            if (b->stacks[i].owner)
                visit(&b->stacks[i], arg);
    }
}

char *stack_top(const struct stack *s)
{
    return s->low + s->slab->pool->size;
}

char *stack_begin(const struct stack *s)
{
    size_t number = (size_t)(s - s->slab->stacks);
    return stack_top(s) - number % STACK_COLOURS * STACK_COLOUR;
}

size_t stack_size(const struct stack *s)
{
    return s->slab->pool->size;
}

bool stack_guards(const struct stack *s, const void *address)
{
    const char *p = address;
    return s->guard != STACK_GUARD_CANARY && p >= s->low && p < s->low + stack_page();
}

const uint64_t *stack_canary(const struct stack *s)
{
    return s->guard == STACK_GUARD_CANARY ? (const uint64_t *)(const void *)s->low : NULL;
}

__attribute__((no_sanitize("address", "thread"))) bool stack_canary_lives(const uint64_t *canary)
{
    annotate_readable(canary, STACK_CANARY_WORDS * sizeof *canary);
    uint64_t seen = 0;
    for (unsigned i = 0; i < STACK_CANARY_WORDS; i++)
        seen |= canary[i];
    return seen == 0;
}
