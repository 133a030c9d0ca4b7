// SPDX-License-Identifier: MIT
#include "store/state_touch.h"
#include "store/state_guard.h"
#include "store/state_table.h"

static void touch(MDB_cursor *c, const struct state_key *k)
{
    MDB_val key = { k->n, (void *)(uintptr_t)k->bytes }, row;
    mdb_cursor_get(c, &key, &row, MDB_SET_RANGE);
}

static void touch_all(MDB_cursor *seen, MDB_cursor *frontier, const struct state_touch *keys,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct state_key k = state_key_of(keys[i].host);
        state_key_add(&k, keys[i].hash);
        touch(seen, &k);
        k = state_key_of(keys[i].host); // behind the last of its depth
        state_key_add(&k, ((uint64_t)keys[i].depth << 48) + ((UINT64_C(1) << 48) - 1));
        touch(frontier, &k);
    }
}

void state_touch(struct state *s, const struct state_touch *keys, size_t n)
{
    MDB_txn *txn;
    MDB_cursor *seen = NULL, *frontier = NULL;
    const char *was = state_guard_enter(s->dir);
    if (mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn) == 0) {
        if (mdb_cursor_open(txn, s->table[STATE_SEEN], &seen) == 0 &&
            mdb_cursor_open(txn, s->table[STATE_FRONTIER], &frontier) == 0)
            touch_all(seen, frontier, keys, n);
        if (seen)
            mdb_cursor_close(seen);
        if (frontier)
            mdb_cursor_close(frontier);
        mdb_txn_abort(txn);
    }
    state_guard_enter(was);
}
