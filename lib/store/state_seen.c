// SPDX-License-Identifier: MIT
#include "store/state_seen.h"
#include "store/state_table.h"

static struct state_key key_of(uint64_t host, uint64_t hash)
{
    struct state_key k = state_key_of(host);
    state_key_add(&k, hash);
    return k;
}

int state_seen_add(struct state *s, uint64_t host, uint64_t hash)
{
    struct state_key k = key_of(host, hash);
    return state_table_add(s, STATE_SEEN, &k);
}

int state_seen_has(struct state *s, uint64_t host, uint64_t hash)
{
    struct state_key k = key_of(host, hash);
    return state_table_get(s, STATE_SEEN, &k, NULL);
}

int state_seen_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_SEEN, out);
}
