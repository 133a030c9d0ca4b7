// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_TABLE_H
#define STORE_STATE_TABLE_H
#include "store/state.h"
#include <lmdb.h>

// What the tables of a state have in common; for state*.c alone. Keys are flat bytes, values have
// their checksum in front.
enum state_table {
    STATE_META,
    STATE_FRONTIER,
    STATE_HELD,
    STATE_SEEN,
    STATE_HOSTS,
    STATE_ROBOTS,
    STATE_PAGES,
    STATE_TABLES,
};

struct state {
    MDB_env *env;
    MDB_txn *txn; // NULL: none
    MDB_dbi table[STATE_TABLES];
    MDB_cursor *cursor[STATE_TABLES]; // of this transaction; NULL: not used yet
    enum state_mode mode;
    size_t map; // bytes
    int64_t made;
    bool begun_here; // its files were not there before
    unsigned char secret[STATE_SECRET];
    char dir[]; // what messages call it
};

enum { STATE_KEY_MOST = 32 };

struct state_key {
    unsigned char bytes[STATE_KEY_MOST];
    unsigned n;
};

// A key that begins with a number, and one more number behind it.
struct state_key state_key_of(uint64_t first);
void state_key_add(struct state_key *k, uint64_t next);
uint64_t state_key_word(const void *key, unsigned at);

// What LMDB returns as one of ours.
int state_table_error(int code);

int state_table_put(struct state *s, enum state_table t, const struct state_key *k,
                    struct span value);

// Adds a key that has no value. 1: it is new, 0: it was there.
int state_table_add(struct state *s, enum state_table t, const struct state_key *k);

// 1 with `out` set, borrowed until the next change; 0 when there is none.
int state_table_get(struct state *s, enum state_table t, const struct state_key *k,
                    struct span *out);

// 1 when it was there.
int state_table_remove(struct state *s, enum state_table t, const struct state_key *k);

// The first row from `k` on; `k` NULL: the next one. 1 with key and value (checked, borrowed), 0 at
// the end. Rows whose keys are not `size` bytes long are damage.
int state_table_find(struct state *s, enum state_table t, const struct state_key *k, unsigned size,
                     const unsigned char **key, struct span *value);

// Removes the row that was found; the next find without a key gives the one after it.
int state_table_remove_found(struct state *s, enum state_table t);

// How many rows it has.
int state_table_count(struct state *s, enum state_table t, uint64_t *out);
#endif
