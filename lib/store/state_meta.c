// SPDX-License-Identifier: MIT
#include "store/state_meta.h"
#include "store/state_table.h"

static struct state_key key_of(const char *name)
{
    struct state_key k = { .n = (unsigned)strnlen(name, STATE_KEY_MOST) };
    memcpy(k.bytes, name, k.n);
    return k;
}

int state_meta_put(struct state *s, const char *name, struct span value)
{
    struct state_key k = key_of(name);
    return state_table_put(s, STATE_META, &k, value);
}

int state_meta_remove(struct state *s, const char *name)
{
    struct state_key k = key_of(name);
    return state_table_remove(s, STATE_META, &k);
}

int state_meta_get(struct state *s, const char *name, struct span *out)
{
    struct state_key k = key_of(name);
    return state_table_get(s, STATE_META, &k, out);
}
