// SPDX-License-Identifier: MIT
#include "store/state_frontier.h"
#include "store/state_table.h"
#include <errno.h>

// host 64 | depth 16 | number 48
enum { KEY = 16 };

static struct state_key key_of(const struct state_place *at)
{
    struct state_key k = state_key_of(at->host);
    state_key_add(&k, (uint64_t)at->depth << 48 | (at->number & STATE_NUMBER_MOST));
    return k;
}

static struct state_place place_of(const unsigned char *key)
{
    uint64_t rest = state_key_word(key, 1);
    return (struct state_place){ .host = state_key_word(key, 0),
                                 .depth = (uint16_t)(rest >> 48),
                                 .number = rest & STATE_NUMBER_MOST };
}

int state_frontier_put(struct state *s, const struct state_place *at, struct span item)
{
    struct state_key k = key_of(at);
    if (at->number > STATE_NUMBER_MOST)
        return -EINVAL;
    return state_table_put(s, STATE_FRONTIER, &k, item);
}

int state_frontier_take(struct state *s, uint64_t host, unsigned most, state_frontier_visit *visit,
                        void *arg)
{
    struct state_key first = key_of(&(struct state_place){ .host = host });
    const unsigned char *key;
    struct span item;
    unsigned taken = 0;
    int r = most > 0 ? state_table_find(s, STATE_FRONTIER, &first, KEY, &key, &item) : 0;
    while (r == 1 && state_key_word(key, 0) == host) {
        struct state_place at = place_of(key);
        r = visit(arg, &at, item);
        if (r >= 0)
            r = state_table_remove_found(s, STATE_FRONTIER);
        if (r < 0 || ++taken == most)
            break;
        r = state_table_find(s, STATE_FRONTIER, NULL, KEY, &key, &item);
    }
    return r < 0 ? r : (int)taken;
}

int state_frontier_hosts(struct state *s, uint64_t from, uint64_t *out, unsigned room)
{
    const unsigned char *key;
    struct span item;
    unsigned n = 0;
    while (n < room) {
        struct state_key first = key_of(&(struct state_place){ .host = from });
        int r = state_table_find(s, STATE_FRONTIER, &first, KEY, &key, &item);
        if (r < 0)
            return r;
        if (r == 0)
            break;
        out[n++] = state_key_word(key, 0);
        if (out[n - 1] == UINT64_MAX)
            break;
        from = out[n - 1] + 1;
    }
    return (int)n;
}

int state_frontier_each(struct state *s, state_frontier_visit *visit, void *arg)
{
    struct state_key first = key_of(&(struct state_place){ 0 });
    const unsigned char *key;
    struct span item;
    int r = state_table_find(s, STATE_FRONTIER, &first, KEY, &key, &item);
    while (r == 1) {
        struct state_place at = place_of(key);
        r = visit(arg, &at, item);
        if (r >= 0)
            r = state_table_find(s, STATE_FRONTIER, NULL, KEY, &key, &item);
    }
    return r;
}

int state_frontier_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_FRONTIER, out);
}
