// SPDX-License-Identifier: MIT
#include "store/state_hosts.h"
#include "store/state_table.h"

int state_hosts_put(struct state *s, uint64_t host, struct span value)
{
    struct state_key k = state_key_of(host);
    return state_table_put(s, STATE_HOSTS, &k, value);
}

int state_hosts_get(struct state *s, uint64_t host, struct span *out)
{
    struct state_key k = state_key_of(host);
    return state_table_get(s, STATE_HOSTS, &k, out);
}

int state_hosts_put_robots(struct state *s, uint64_t host, struct span value)
{
    struct state_key k = state_key_of(host);
    return state_table_put(s, STATE_ROBOTS, &k, value);
}

int state_hosts_get_robots(struct state *s, uint64_t host, struct span *out)
{
    struct state_key k = state_key_of(host);
    return state_table_get(s, STATE_ROBOTS, &k, out);
}

int state_hosts_each(struct state *s, state_hosts_visit *visit, void *arg)
{
    struct state_key first = state_key_of(0);
    const unsigned char *key;
    struct span value;
    int r = state_table_find(s, STATE_HOSTS, &first, 8, &key, &value);
    while (r == 1) {
        r = visit(arg, state_key_word(key, 0), value);
        if (r >= 0)
            r = state_table_find(s, STATE_HOSTS, NULL, 8, &key, &value);
    }
    return r;
}

int state_hosts_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_HOSTS, out);
}
