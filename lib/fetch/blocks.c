// SPDX-License-Identifier: MIT
#include "fetch/blocks.h"
#include "data/array.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

// One range of addresses, reserved at first use and never given back:
//
//     | slabs of small blocks: up ->          <- down: slabs of blocks of whole pages |
//
// Slabs are 64 KB, each of blocks of one size; `slab_class` has the size of each, so a block needs
// no header. Pages become resident when they are first written to. A thread is given runs of a
// slab, each twice as long as the one before: so one that needs little shares its pages with
// others, and one that needs much asks seldom.
enum {
    BLOCKS_SLAB = 64 * 1024,
    BLOCKS_PAGE = 4096,
    BLOCKS_FINE = 256,   // up to here in steps of 16
    BLOCKS_SMALL = 8192, // up to here in eight steps a doubling, above in pages
    BLOCKS_FIRST_COARSE = BLOCKS_FINE / 16,
    BLOCKS_FIRST_PAGED = BLOCKS_FIRST_COARSE + 5 * 8,
    BLOCKS_RUN = 256,   // bytes of the first run
    BLOCKS_WARM = 4096, // paged blocks in use up to which one that is freed stays resident
    BLOCKS_CLASSES = BLOCKS_FIRST_PAGED + BLOCKS_MOST / BLOCKS_PAGE - BLOCKS_SMALL / BLOCKS_PAGE,
};
static const size_t blocks_reserve = (size_t)32 << 30;

struct block {
    struct block *next;
};

// Free paged blocks are not written to, so they are remembered outside.
struct blocks_stack {
    void **at;
    size_t count, room;
};

// A thread's own.
struct blocks_lists {
    struct blocks_lists *next; // orphans
    struct block *free[BLOCKS_FIRST_PAGED];
    struct blocks_stack paged[BLOCKS_CLASSES - BLOCKS_FIRST_PAGED];
    long paged_used;                                   // taken less freed by this thread
    char *fresh[BLOCKS_CLASSES], *end[BLOCKS_CLASSES]; // what is left of the last run
    uint32_t run[BLOCKS_CLASSES];                      // bytes of that run; 0: there was none
};

static pthread_once_t blocks_once = PTHREAD_ONCE_INIT;
static pthread_mutex_t blocks_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t blocks_key; // for its destructor
static struct blocks_lists *blocks_orphans;
static char *blocks_base, *blocks_low,
    *blocks_high; // slabs not given out yet lie between the latter
static uint8_t *blocks_slab_class;
static char *blocks_fresh[BLOCKS_CLASSES],
    *blocks_end[BLOCKS_CLASSES]; // what is left of the newest slab of each size
static _Thread_local struct blocks_lists *blocks_mine;

// ---- sizes

static unsigned blocks_class(size_t n)
{
    if (n <= BLOCKS_FINE)
        return n ? (unsigned)(n - 1) / 16 : 0;
    if (n > BLOCKS_SMALL)
        return (unsigned)(BLOCKS_FIRST_PAGED + (n - 1) / BLOCKS_PAGE - BLOCKS_SMALL / BLOCKS_PAGE);
    unsigned top = 63 - (unsigned)__builtin_clzl(n - 1); // 8 for 257..512
    return BLOCKS_FIRST_COARSE + (top - 8) * 8 + (unsigned)((n - 1) >> (top - 3) & 7);
}

static size_t blocks_size(unsigned c)
{
    if (c < BLOCKS_FIRST_COARSE)
        return (c + 1) * 16;
    if (c >= BLOCKS_FIRST_PAGED)
        return (size_t)(c - BLOCKS_FIRST_PAGED + 1) * BLOCKS_PAGE + BLOCKS_SMALL;
    c -= BLOCKS_FIRST_COARSE;
    return (size_t)(c % 8 + 9) << (c / 8 + 5);
}

// ---- slabs

static void blocks_abandon(void *mine)
{
    struct blocks_lists *l = mine;
    blocks_mine = NULL;
    pthread_mutex_lock(&blocks_lock);
    l->next = blocks_orphans;
    blocks_orphans = l;
    pthread_mutex_unlock(&blocks_lock);
}

// Where memory checkers watch malloc, so that they see what libcurl does, and where the range
// cannot be had, everything comes from malloc.
static bool blocks_is_wanted(void)
{
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
    return false;
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
    return false;
#endif
#endif
    return !RUNNING_ON_VALGRIND;
}

static void blocks_start(void)
{
    if (!blocks_is_wanted() || pthread_key_create(&blocks_key, blocks_abandon))
        return;
    size_t slabs = blocks_reserve / BLOCKS_SLAB;
    char *p = mmap(NULL, blocks_reserve + slabs, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return;
    // A huge page would make all of a paged block resident.
    madvise(p + blocks_reserve / 2, blocks_reserve / 2, MADV_NOHUGEPAGE);
    blocks_slab_class = (uint8_t *)p + blocks_reserve;
    blocks_base = blocks_low = p;
    blocks_high = p + blocks_reserve;
}

static struct blocks_lists *blocks_lists_take(void)
{
    pthread_once(&blocks_once, blocks_start);
    if (!blocks_base)
        return NULL;
    pthread_mutex_lock(&blocks_lock);
    struct blocks_lists *l = blocks_orphans;
    if (l)
        blocks_orphans = l->next;
    pthread_mutex_unlock(&blocks_lock);
    if (!l)
        l = calloc(1, sizeof *l);
    if (l && pthread_setspecific(blocks_key, l)) {
        blocks_abandon(l);
        l = NULL;
    }
    return blocks_mine = l;
}

// Under the lock.
static bool blocks_slab_take(unsigned c)
{
    char *slab;
    if (blocks_low >= blocks_high)
        return false;
    if (c < BLOCKS_FIRST_PAGED) {
        slab = blocks_low;
        blocks_low += BLOCKS_SLAB;
    } else {
        slab = blocks_high -= BLOCKS_SLAB;
    }
    blocks_slab_class[(size_t)(slab - blocks_base) / BLOCKS_SLAB] = (uint8_t)c;
    blocks_fresh[c] = slab;
    blocks_end[c] = slab + BLOCKS_SLAB;
    return true;
}

static bool blocks_run_take(struct blocks_lists *l, unsigned c)
{
    size_t size = blocks_size(c), run = l->run[c] ? 2 * (size_t)l->run[c] : BLOCKS_RUN;
    run = run > BLOCKS_SLAB ? BLOCKS_SLAB : run;
    l->run[c] = (uint32_t)run;
    l->fresh[c] = l->end[c] = NULL;
    pthread_mutex_lock(&blocks_lock);
    if ((size_t)(blocks_end[c] - blocks_fresh[c]) >= size || blocks_slab_take(c)) {
        size_t left = (size_t)(blocks_end[c] - blocks_fresh[c]);
        run = run < left ? run : left;
        run = run < size ? size : run / size * size;
        l->fresh[c] = blocks_fresh[c];
        l->end[c] = blocks_fresh[c] += run;
    }
    pthread_mutex_unlock(&blocks_lock);
    return l->fresh[c] != NULL;
}

static bool blocks_has(const void *p)
{
    return (uintptr_t)p - (uintptr_t)blocks_base < blocks_reserve && blocks_base;
}

static unsigned blocks_class_at(const void *p)
{
    return blocks_slab_class[(size_t)((const char *)p - blocks_base) / BLOCKS_SLAB];
}

// ---- blocks

static void *blocks_again(struct blocks_lists *l, unsigned c)
{
    if (c < BLOCKS_FIRST_PAGED) {
        struct block *b = l->free[c];
        if (b)
            l->free[c] = b->next;
        return b;
    }
    struct blocks_stack *s = &l->paged[c - BLOCKS_FIRST_PAGED];
    l->paged_used++;
    return s->count ? s->at[--s->count] : NULL;
}

// `zero`: whether the block must be cleared; cleared to what is left to do.
static void *blocks_take(size_t n, bool *zero)
{
    struct blocks_lists *l = blocks_mine;
    if (n > BLOCKS_MOST || (!l && !(l = blocks_lists_take())))
        return malloc(n);
    unsigned c = blocks_class(n);
    void *again = blocks_again(l, c);
    if (again)
        return again;
    size_t size = blocks_size(c);
    if ((size_t)(l->end[c] - l->fresh[c]) < size && !blocks_run_take(l, c))
        return malloc(n);
    char *p = l->fresh[c];
    l->fresh[c] += size;
    *zero = false; // the kernel has done so
    return p;
}

// A receive buffer held by each of ten thousand transfers that wait is memory for nothing: beyond
// BLOCKS_WARM they are given back while free, though a page fault costs more than finding them in
// the cache.
static void blocks_free_paged(struct blocks_lists *l, unsigned c, void *p)
{
    struct blocks_stack *s = &l->paged[c - BLOCKS_FIRST_PAGED];
    if (l->paged_used-- > BLOCKS_WARM)
        madvise(p, blocks_size(c), MADV_DONTNEED);
    if (s->count == s->room) {
        void **more = array_grow(s->at, &s->room, 64, sizeof *more);
        if (!more)
            return; // lost: no memory to remember it by
        s->at = more;
    }
    s->at[s->count++] = p;
}

void *blocks_malloc(size_t n)
{
    bool zero;
    return blocks_take(n, &zero);
}

void *blocks_calloc(size_t count, size_t n)
{
    bool zero = true;
    size_t all;
    if (__builtin_mul_overflow(count, n, &all))
        return NULL;
    void *p = blocks_take(all, &zero);
    if (p && zero)
        memset(p, 0, all);
    return p;
}

void blocks_free(void *p)
{
    if (!blocks_has(p)) {
        free(p);
        return;
    }
    struct blocks_lists *l = blocks_mine;
    if (!l && !(l = blocks_lists_take()))
        return; // lost: no memory to remember it by
    unsigned c = blocks_class_at(p);
    if (c >= BLOCKS_FIRST_PAGED) {
        blocks_free_paged(l, c, p);
        return;
    }
    struct block *b = p;
    b->next = l->free[c];
    l->free[c] = b;
}

void *blocks_realloc(void *p, size_t n)
{
    if (!p)
        return blocks_malloc(n);
    if (!blocks_has(p))
        return realloc(p, n);
    unsigned c = blocks_class_at(p);
    if (n <= BLOCKS_MOST && blocks_class(n) == c)
        return p;
    void *more = blocks_malloc(n);
    if (!more)
        return NULL;
    size_t had = blocks_size(c);
    memcpy(more, p, had < n ? had : n);
    blocks_free(p);
    return more;
}

char *blocks_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = blocks_malloc(n);
    return p ? memcpy(p, s, n) : NULL;
}
