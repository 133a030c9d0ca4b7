// SPDX-License-Identifier: MIT
#include "visit/flow.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#define FLOW_SLACK (100 * CLOCK_MS) // so far behind, a rate that was not used up may be made up for
#define FLOW_TOLERANCE (4 * CLOCK_MS) // nobody is held for less: timers are no finer

struct flow {
    _Atomic uint64_t received;
    _Atomic int64_t due; // monotonic ns up to which the line is taken
    uint64_t rate;
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock would not survive its holder");

int flow_new(struct flow **out, uint64_t rate)
{
    void *p =
        mmap(NULL, sizeof(struct flow), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return -ENOMEM;
    struct flow *f = p;
    f->rate = rate;
    *out = f;
    return 0;
}

void flow_free(struct flow *f)
{
    if (f)
        munmap(f, sizeof *f);
}

bool flow_limits(const struct flow *f)
{
    return f->rate > 0;
}

uint64_t flow_received(const struct flow *f)
{
    return atomic_load_explicit(&f->received, memory_order_relaxed);
}

static int64_t flow_cost(const struct flow *f, uint64_t n)
{
    unsigned __int128 ns = (unsigned __int128)n * (unsigned)CLOCK_S / f->rate;
    return ns > CLOCK_NEVER ? CLOCK_NEVER : (int64_t)ns;
}

int64_t flow_take(struct flow *f, uint64_t n, int64_t now)
{
    atomic_fetch_add_explicit(&f->received, n, memory_order_relaxed);
    if (f->rate == 0)
        return now;
    int64_t cost = flow_cost(f, n), next;
    int64_t due = atomic_load_explicit(&f->due, memory_order_relaxed);
    do
        next = clock_after(due > now - FLOW_SLACK ? due : now - FLOW_SLACK, cost);
    while (!atomic_compare_exchange_weak_explicit(&f->due, &due, next, memory_order_relaxed,
                                                  memory_order_relaxed));
    return next - now > FLOW_TOLERANCE ? next : now;
}

int64_t flow_due(const struct flow *f)
{
    return atomic_load_explicit(&f->due, memory_order_relaxed);
}
