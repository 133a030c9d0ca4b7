// SPDX-License-Identifier: MIT
#include "store/state_format.h"
#include "data/pack.h"
#include "store/state_meta.h"
#include "store/state_table.h"
#include <errno.h>
#include <stdio.h>
#include <sys/random.h>

static const char magic[] = "trawl state";

static const char *const tables[STATE_TABLES] = {
    [STATE_META] = "meta",   [STATE_FRONTIER] = "frontier", [STATE_HELD] = "held",
    [STATE_SEEN] = "seen",   [STATE_HOSTS] = "hosts",       [STATE_ROBOTS] = "robots",
    [STATE_PAGES] = "pages",
};

static int write_format(struct state *s)
{
    struct buffer b = { 0 };
    int r = getrandom(s->secret, sizeof s->secret, 0) == sizeof s->secret ? 0 : -EIO;
    buffer_add(&b, magic, sizeof magic);
    pack_uint(&b, STATE_VERSION);
    pack_int(&b, s->made);
    buffer_add(&b, s->secret, sizeof s->secret);
    if (r == 0)
        r = b.failed ? -ENOMEM : state_meta_put(s, "format", buffer_span(&b));
    buffer_fini(&b);
    return r;
}

// The magic and the version come first in every version.
static int read_format(struct state *s, char *why)
{
    struct span value;
    int r = state_meta_get(s, "format", &value);
    if (r <= 0)
        return r < 0 ? r : -EUCLEAN;
    struct unpack u = unpack_of(value);
    char found[sizeof magic] = "";
    unpack_bytes(&u, found, sizeof found);
    if (memcmp(found, magic, sizeof magic) != 0)
        return -EUCLEAN;
    uint64_t version = unpack_uint(&u);
    if (version != STATE_VERSION && !u.bad) {
        snprintf(why, STATE_WHY,
                 "'%.150s' was written by another version of trawl (format %llu, this one has %d): "
                 "go on with that one, or begin again with another --state",
                 s->dir, (unsigned long long)version, STATE_VERSION);
        return -EPROTO;
    }
    s->made = unpack_int(&u);
    unpack_bytes(&u, s->secret, sizeof s->secret);
    return unpack_ended(&u) ? 0 : -EUCLEAN;
}

static int open_tables(struct state *s, unsigned flags)
{
    int r = 0;
    for (unsigned t = 0; r == 0 && t < STATE_TABLES; t++)
        r = mdb_dbi_open(s->txn, tables[t], flags, &s->table[t]);
    return r;
}

// Tables of ours are missing: whose database is it? One of our tables is enough to know.
static int refuse_tables(struct state *s, int code, char *why)
{
    for (unsigned t = 0; t < STATE_TABLES; t++)
        if (mdb_dbi_open(s->txn, tables[t], 0, &s->table[t]) == 0)
            return -EUCLEAN;
    if (code != MDB_NOTFOUND && code != MDB_INCOMPATIBLE)
        return state_table_error(code);
    snprintf(why, STATE_WHY,
             "'%.150s' holds the database of another program, or a damaged one: give another "
             "directory",
             s->dir);
    return -EPROTO;
}

// An environment without any table was made and nothing more.
static bool is_blank(struct state *s)
{
    MDB_dbi top;
    MDB_stat stat;
    return mdb_dbi_open(s->txn, NULL, 0, &top) == 0 && mdb_stat(s->txn, top, &stat) == 0 &&
           stat.ms_entries == 0;
}

int state_format_open(struct state *s, char *why)
{
    if (!is_blank(s)) {
        int r = open_tables(s, 0);
        if (r != 0)
            r = refuse_tables(s, r, why);
        return r == 0 ? read_format(s, why) : r;
    }
    if (s->mode == STATE_READ)
        return -ENOENT;
    int r = state_table_error(open_tables(s, MDB_CREATE));
    return r == 0 ? write_format(s) : r;
}
