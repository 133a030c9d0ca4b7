// SPDX-License-Identifier: MIT
// Nanoseconds to hash a host name, and to hash and find it among many; and the slowest of a million
// inserts.
#include "data/map.h"
#include "sys/clock.h"
#include <stdio.h>
#include <stdlib.h>

struct host {
    struct map_node node;
    char name[32];
};

static struct span name_of(const struct host *h)
{
    return span_of(h->name);
}

static int64_t fill(struct map *m, struct host *host, unsigned count)
{
    int64_t slowest = 0;
    for (unsigned i = 0; i < count; i++) {
        snprintf(host[i].name, sizeof host[i].name, "www.host-%07u.example", i);
        int64_t start = clock_mono();
        if (map_add(m, &host[i].node, map_hash(name_of(&host[i])), name_of(&host[i])) < 0)
            exit(1);
        int64_t took = clock_mono() - start;
        slowest = took > slowest ? took : slowest;
    }
    return slowest;
}

static double find(const struct map *m, const struct host *host, unsigned count)
{
    enum { FINDS = 1000000 };
    unsigned found = 0, at = 0;
    int64_t start = clock_mono();
    for (unsigned i = 0; i < FINDS; i++) {
        at = (at * 1664525 + 1013904223) % count;
        found += map_find(m, map_hash(name_of(&host[at])), name_of(&host[at])) != NULL;
    }
    return found == FINDS ? (double)(clock_mono() - start) / FINDS : -1;
}

static double hash(const struct host *host)
{
    enum { HASHES = 10000000 };
    uint64_t all = 0;
    int64_t start = clock_mono();
    for (unsigned i = 0; i < HASHES; i++)
        all ^= map_hash((struct span){ host[i & 1023].name, 24 });
    return all ? (double)(clock_mono() - start) / HASHES : -1;
}

int main(void)
{
    struct map small = { 0 }, large = { 0 };
    struct host *host = calloc(1000000, sizeof *host), *few = calloc(1000, sizeof *few);
    if (!host || !few)
        return 1;
    fill(&small, few, 1000);
    int64_t slowest = fill(&large, host, 1000000);
    printf(
        "map: hash of 24 bytes %.1f ns, found among 1000 %.0f ns, among 1000000 %.0f ns; slowest "
        "insert %.0f us\n",
        hash(host), find(&small, few, 1000), find(&large, host, 1000000), (double)slowest / 1e3);
    map_fini(&small);
    map_fini(&large);
    free(host);
    free(few);
    return 0;
}
