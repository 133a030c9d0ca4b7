// SPDX-License-Identifier: MIT
// Nanoseconds to arm and to fire one of many deadlines: a member leaves the heap first, and comes
// back later.
#include "data/heap.h"
#include "sys/clock.h"
#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 1000000 };

static double measure(size_t members)
{
    struct heap h = { 0 };
    struct heap_node *node = calloc(members, sizeof *node);
    uint64_t random = 88172645463325252u;
    if (!node)
        return -1;
    for (size_t i = 0; i < members; i++)
        if (heap_add(&h, &node[i], (int64_t)(random = random * 6364136223846793005u + 1) >> 34) < 0)
            return -1;
    int64_t start = clock_mono();
    for (int i = 0; i < ROUNDS; i++) {
        struct heap_node *n = heap_first(&h);
        heap_remove(&h, n);
        random = random * 6364136223846793005u + 1;
        if (heap_add(&h, n, n->key + (int64_t)(random >> 34)) < 0)
            return -1;
    }
    double ns = (double)(clock_mono() - start) / ROUNDS;
    heap_fini(&h);
    free(node);
    return ns;
}

int main(void)
{
    printf("heap: a deadline out and in, of 1000 %.0f ns, of 10000 %.0f ns, of 100000 %.0f ns\n",
           measure(1000), measure(10000), measure(100000));
    return 0;
}
