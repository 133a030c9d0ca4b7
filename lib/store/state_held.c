// SPDX-License-Identifier: MIT
#include "store/state_held.h"
#include "store/state_table.h"
#include <errno.h>

int state_held_put(struct state *s, uint64_t number, struct span item)
{
    struct state_key k = state_key_of(number);
    return state_table_put(s, STATE_HELD, &k, item);
}

int state_held_remove(struct state *s, uint64_t number)
{
    struct state_key k = state_key_of(number);
    int r = state_table_remove(s, STATE_HELD, &k);
    return r == 0 ? -EUCLEAN : r < 0 ? r : 0;
}

int state_held_each(struct state *s, state_held_visit *visit, void *arg)
{
    struct state_key first = state_key_of(0);
    const unsigned char *key;
    struct span item;
    int r = state_table_find(s, STATE_HELD, &first, 8, &key, &item);
    while (r == 1) {
        r = visit(arg, state_key_word(key, 0), item);
        if (r >= 0)
            r = state_table_find(s, STATE_HELD, NULL, 8, &key, &item);
    }
    return r;
}

int state_held_count(struct state *s, uint64_t *out)
{
    return state_table_count(s, STATE_HELD, out);
}
