// SPDX-License-Identifier: MIT
#include "visit/budget.h"
#include <stdatomic.h>

bool budget_take(struct budget *b, size_t n)
{
    uint64_t used = atomic_fetch_add_explicit(&b->used, n, memory_order_relaxed);
    if (!b->most || used + n <= b->most)
        return true;
    budget_give(b, n);
    return false;
}

void budget_force(struct budget *b, size_t n)
{
    atomic_fetch_add_explicit(&b->used, n, memory_order_relaxed);
}

void budget_give(struct budget *b, size_t n)
{
    atomic_fetch_sub_explicit(&b->used, n, memory_order_relaxed);
}
