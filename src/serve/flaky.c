// SPDX-License-Identifier: MIT
#include "serve/flaky.h"
#include <errno.h>
#include <stdlib.h>

struct flaky_key {
    struct map_node node;
    struct list recent;
    uint64_t count;
    char key[];
};

static void flaky_forget(struct flaky *f, struct flaky_key *k)
{
    map_remove(&f->map, &k->node);
    list_remove(&k->recent);
    free(k);
}

static int flaky_add(struct flaky *f, uint64_t hash, struct span key, struct flaky_key **out)
{
    struct flaky_key *k = malloc(sizeof *k + key.n);
    if (!k)
        return -ENOMEM;
    memcpy(k->key, key.p, key.n);
    k->count = 0;
    int r = map_add(&f->map, &k->node, hash, (struct span){ k->key, key.n });
    if (r < 0) {
        free(k);
        return r;
    }
    list_init(&k->recent);
    list_push(&f->recent, &k->recent);
    *out = k;
    return 0;
}

int flaky_count(struct flaky *f, struct span key, uint64_t *count)
{
    if (key.n > FLAKY_KEY_MAX)
        return -E2BIG;
    if (f->map.count == 0)
        list_init(&f->recent);
    uint64_t hash = map_hash(key);
    struct map_node *node = map_find(&f->map, hash, key);
    struct flaky_key *k =
        node ? list_entry((struct list *)(void *)node, struct flaky_key, node) : NULL;
    if (!k) {
        if (f->map.count >= FLAKY_KEYS)
            flaky_forget(f, list_entry(f->recent.next, struct flaky_key, recent));
        int r = flaky_add(f, hash, key, &k);
        if (r < 0)
            return r;
    }
    list_remove(&k->recent);
    list_push(&f->recent, &k->recent);
    *count = ++k->count;
    return 0;
}

void flaky_fini(struct flaky *f)
{
    while (f->map.count > 0)
        flaky_forget(f, list_entry(f->recent.next, struct flaky_key, recent));
    map_fini(&f->map);
}
