// SPDX-License-Identifier: MIT
#include "store/state_touch.h"
#include "store/state_guard.h"
#include "store/state_table.h"

static void touch_all(MDB_cursor *seen, const struct state_touch *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct state_key k = state_key_of(keys[i].host);
        state_key_add(&k, keys[i].hash);
        MDB_val key = { k.n, k.bytes }, row;
        mdb_cursor_get(seen, &key, &row, MDB_SET_RANGE);
    }
}

void state_touch(struct state *s, const struct state_touch *keys, size_t n)
{
    MDB_txn *txn;
    MDB_cursor *seen;
    const char *was = state_guard_enter(s->dir);
    if (mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn) == 0) {
        if (mdb_cursor_open(txn, s->table[STATE_SEEN], &seen) == 0) {
            touch_all(seen, keys, n);
            mdb_cursor_close(seen);
        }
        mdb_txn_abort(txn);
    }
    state_guard_enter(was);
}
