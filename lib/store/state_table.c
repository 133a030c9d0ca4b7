// SPDX-License-Identifier: MIT
#include "store/state_table.h"
#include <errno.h>
#include <xxhash.h>

enum { CHECKSUM = 4 };

struct state_key state_key_of(uint64_t first)
{
    struct state_key k = { .n = 0 };
    state_key_add(&k, first);
    return k;
}

void state_key_add(struct state_key *k, uint64_t next)
{
    for (unsigned i = 0; i < 8; i++)
        k->bytes[k->n++] = (unsigned char)(next >> (56 - 8 * i));
}

uint64_t state_key_word(const void *key, unsigned at)
{
    const unsigned char *p = (const unsigned char *)key + 8 * at;
    uint64_t v = 0;
    for (unsigned i = 0; i < 8; i++)
        v = v << 8 | p[i];
    return v;
}

int state_table_error(int code)
{
    switch (code) {
    case 0:
        return 0;
    case MDB_MAP_FULL:
        return -EXFULL;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
    case MDB_PAGE_FULL:
    case MDB_CURSOR_FULL:
    case MDB_BAD_VALSIZE:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND:
        return -EUCLEAN;
    case MDB_VERSION_MISMATCH:
        return -EPROTO;
    case MDB_READERS_FULL:
        return -EUSERS;
    case MDB_TXN_FULL:
        return -EFBIG;
    default:
        return code > 0 ? -code : -EIO;
    }
}

static MDB_cursor *cursor_of(struct state *s, enum state_table t, int *error)
{
    int r = 0;
    if (!s->cursor[t])
        r = mdb_cursor_open(s->txn, s->table[t], &s->cursor[t]);
    *error = state_table_error(r);
    return r == 0 ? s->cursor[t] : NULL;
}

static MDB_val bytes_of(const struct state_key *k)
{
    return (MDB_val){ .mv_size = k->n, .mv_data = (void *)(uintptr_t)k->bytes };
}

// Bound to its key, so that a row which came into another's place shows.
static uint32_t checksum(const void *key, size_t key_size, const void *value, size_t n)
{
    return (uint32_t)XXH3_64bits_withSeed(value, n, XXH3_64bits(key, key_size));
}

int state_table_put(struct state *s, enum state_table t, const struct state_key *k,
                    struct span value)
{
    int r;
    MDB_cursor *c = cursor_of(s, t, &r);
    MDB_val key = bytes_of(k), room = { .mv_size = value.n + CHECKSUM };
    uint32_t sum = checksum(k->bytes, k->n, value.p, value.n);
    if (!c)
        return r;
    r = mdb_cursor_put(c, &key, &room, MDB_RESERVE);
    if (r != 0)
        return state_table_error(r);
    memcpy(room.mv_data, &sum, CHECKSUM);
    if (value.n)
        memcpy((char *)room.mv_data + CHECKSUM, value.p, value.n);
    return 0;
}

int state_table_add(struct state *s, enum state_table t, const struct state_key *k)
{
    int r;
    MDB_cursor *c = cursor_of(s, t, &r);
    MDB_val key = bytes_of(k), none = { 0 };
    if (!c)
        return r;
    r = mdb_cursor_put(c, &key, &none, MDB_NOOVERWRITE);
    return r == MDB_KEYEXIST ? 0 : r == 0 ? 1 : state_table_error(r);
}

// Looks at a row that LMDB has found. 1, or -EUCLEAN.
static int unwrap(const MDB_val *key, const MDB_val *row, struct span *out)
{
    uint32_t sum;
    if (row->mv_size < CHECKSUM)
        return -EUCLEAN;
    memcpy(&sum, row->mv_data, CHECKSUM);
    struct span value = { (const char *)row->mv_data + CHECKSUM, row->mv_size - CHECKSUM };
    if (sum != checksum(key->mv_data, key->mv_size, value.p, value.n))
        return -EUCLEAN;
    *out = value;
    return 1;
}

int state_table_get(struct state *s, enum state_table t, const struct state_key *k,
                    struct span *out)
{
    MDB_val key = bytes_of(k), row;
    int r = mdb_get(s->txn, s->table[t], &key, &row);
    if (r == MDB_NOTFOUND)
        return 0;
    if (r != 0)
        return state_table_error(r);
    if (!out)
        return 1;
    return unwrap(&key, &row, out);
}

int state_table_remove(struct state *s, enum state_table t, const struct state_key *k)
{
    MDB_val key = bytes_of(k);
    int r = mdb_del(s->txn, s->table[t], &key, NULL);
    return r == MDB_NOTFOUND ? 0 : r == 0 ? 1 : state_table_error(r);
}

int state_table_find(struct state *s, enum state_table t, const struct state_key *k, unsigned size,
                     const unsigned char **key, struct span *value)
{
    int r;
    MDB_cursor *c = cursor_of(s, t, &r);
    MDB_val at = k ? bytes_of(k) : (MDB_val){ 0 }, row;
    if (!c)
        return r;
    r = mdb_cursor_get(c, &at, &row, k ? MDB_SET_RANGE : MDB_NEXT);
    if (r == MDB_NOTFOUND)
        return 0;
    if (r != 0)
        return state_table_error(r);
    if (at.mv_size != size)
        return -EUCLEAN;
    *key = at.mv_data;
    return unwrap(&at, &row, value);
}

int state_table_remove_found(struct state *s, enum state_table t)
{
    return state_table_error(mdb_cursor_del(s->cursor[t], 0));
}

int state_table_count(struct state *s, enum state_table t, uint64_t *out)
{
    MDB_stat stat;
    int r = mdb_stat(s->txn, s->table[t], &stat);
    if (r != 0)
        return state_table_error(r);
    *out = stat.ms_entries;
    return 0;
}
