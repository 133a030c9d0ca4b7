// SPDX-License-Identifier: MIT
#include "store/state_pages.h"
#include "store/state_table.h"

static struct state_key key_of(uint64_t host, uint64_t hash)
{
    struct state_key k = state_key_of(host);
    state_key_add(&k, hash);
    return k;
}

int state_pages_put(struct state *s, uint64_t host, uint64_t hash, struct span value)
{
    struct state_key k = key_of(host, hash);
    return state_table_put(s, STATE_PAGES, &k, value);
}

int state_pages_get(struct state *s, uint64_t host, uint64_t hash, struct span *out)
{
    struct state_key k = key_of(host, hash);
    return state_table_get(s, STATE_PAGES, &k, out);
}

int state_pages_some(struct state *s, uint64_t from[2], unsigned most, state_pages_visit *visit,
                     void *arg)
{
    struct state_key first = key_of(from[0], from[1]);
    const unsigned char *key;
    struct span value;
    unsigned n = 0;
    int r = most ? state_table_find(s, STATE_PAGES, &first, 16, &key, &value) : 0;
    while (r == 1) {
        uint64_t host = state_key_word(key, 0), hash = state_key_word(key, 1);
        r = visit(arg, host, hash, value);
        from[0] = host + (hash == UINT64_MAX);
        from[1] = hash + 1;
        if (r >= 0 && ++n < most)
            r = state_table_find(s, STATE_PAGES, NULL, 16, &key, &value);
        else if (r >= 0)
            r = 0;
    }
    return r < 0 ? r : (int)n;
}

int state_pages_each(struct state *s, state_pages_visit *visit, void *arg)
{
    struct state_key first = key_of(0, 0);
    const unsigned char *key;
    struct span value;
    int r = state_table_find(s, STATE_PAGES, &first, 16, &key, &value);
    while (r == 1) {
        r = visit(arg, state_key_word(key, 0), state_key_word(key, 1), value);
        if (r >= 0)
            r = state_table_find(s, STATE_PAGES, NULL, 16, &key, &value);
    }
    return r;
}

int state_pages_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_PAGES, out);
}
