// SPDX-License-Identifier: MIT
#include "store/state.h"
#include "store/state_format.h"
#include "store/state_guard.h"
#include "store/state_table.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <xxhash.h>

// What the map is at first. It is address space alone: the file has what was written and no more.
#define STATE_FIRST_MAP ((size_t)2 << 30)
#define STATE_LEAST_MAP ((size_t)16 << 20)

const char *state_error_text(int error)
{
    switch (error) {
    case -EUCLEAN:
        return "the database is damaged: restore the directory from a copy, or begin again with "
               "another --state";
    case -EXFULL:
    case -EFBIG:
        return "the database has no room in this process's address space: raise ulimit -v";
    case -EUSERS:
        return "too many processes read it";
    case -EAGAIN: // of a thread
        return "no further thread can be started: raise ulimit -u, or -v";
    case -EMFILE:
        return "too many open files: raise ulimit -n";
    default:
        return strerror(-error);
    }
}

// ---- the environment

static void on_assert(MDB_env *env, const char *text)
{
    const struct state *s = mdb_env_get_userctx(env);
    (void)text;
    state_guard_die(s->dir);
}

static int set_map(struct state *s, size_t size)
{
    int r = mdb_env_set_mapsize(s->env, size);
    if (r == 0)
        s->map = size;
    return state_table_error(r);
}

// A limit on address space leaves less.
static int open_env(struct state *s, const char *path, unsigned flags)
{
    int r = -ENOMEM;
    for (size_t map = STATE_FIRST_MAP; r == -ENOMEM && map >= STATE_LEAST_MAP; map /= 2) {
        r = state_table_error(mdb_env_create(&s->env));
        if (r < 0)
            return r;
        mdb_env_set_maxdbs(s->env, STATE_TABLES);
        mdb_env_set_userctx(s->env, s);
        mdb_env_set_assert(s->env, on_assert);
        r = set_map(s, map);
        if (r == 0)
            r = state_table_error(
                mdb_env_open(s->env, path, flags | MDB_NOTLS | MDB_NORDAHEAD, 0600));
        if (r < 0) {
            mdb_env_close(s->env);
            s->env = NULL;
        }
    }
    return r;
}

// What LMDB itself found: larger than what was asked for when the database is.
static void look_at_map(struct state *s)
{
    MDB_envinfo info;
    if (mdb_env_info(s->env, &info) == 0)
        s->map = info.me_mapsize;
}

static int begin(struct state *s)
{
    int r;
    unsigned flags = s->mode == STATE_READ ? MDB_RDONLY : 0;
    state_guard_enter(s->dir);
    r = mdb_txn_begin(s->env, NULL, flags, &s->txn);
    if (r == MDB_MAP_RESIZED) { // the writer has made it larger
        mdb_env_set_mapsize(s->env, 0);
        look_at_map(s);
        r = mdb_txn_begin(s->env, NULL, flags, &s->txn);
    }
    if (r != 0) {
        s->txn = NULL;
        state_guard_enter(NULL);
    }
    return state_table_error(r);
}

static void end(struct state *s)
{
    memset(s->cursor, 0, sizeof s->cursor);
    s->txn = NULL;
    state_guard_enter(NULL);
}

// A reader's cursors are not the transaction's.
static void close_cursors(struct state *s)
{
    for (unsigned t = 0; s->mode == STATE_READ && t < STATE_TABLES; t++)
        if (s->cursor[t])
            mdb_cursor_close(s->cursor[t]);
}

int state_grow(struct state *s)
{
    return set_map(s, 2 * s->map);
}

int state_begin(struct state *s)
{
    MDB_envinfo info;
    MDB_stat stat;
    if (s->mode == STATE_WRITE && mdb_env_info(s->env, &info) == 0 &&
        mdb_env_stat(s->env, &stat) == 0 &&
        (info.me_last_pgno + 1) * stat.ms_psize > info.me_mapsize / 2)
        state_grow(s); // if it cannot be: there may be enough all the same
    return begin(s);
}

// LMDB takes a write that was cut short for a failing disk; mostly it is full.
static bool is_full(const struct state *s)
{
    enum { LEAST = 64 }; // blocks
    struct statvfs fs;
    int fd;
    return mdb_env_get_fd(s->env, &fd) == 0 && fstatvfs(fd, &fs) == 0 && fs.f_bavail < LEAST;
}

int state_commit(struct state *s)
{
    close_cursors(s);
    int r = state_table_error(mdb_txn_commit(s->txn));
    end(s);
    return r == -EIO && is_full(s) ? -ENOSPC : r;
}

void state_abort(struct state *s)
{
    if (!s->txn)
        return;
    close_cursors(s);
    mdb_txn_abort(s->txn);
    end(s);
}

// ---- opening

static int open_contents(struct state *s, char *why)
{
    int r = begin(s);
    if (r < 0)
        return r;
    r = state_format_open(s, why);
    if (r == 0)
        return state_commit(s);
    state_abort(s);
    return r;
}

static struct state *state_new(const char *dir, enum state_mode mode, int64_t now)
{
    struct state *s = calloc(1, sizeof *s + strlen(dir) + 1);
    if (!s)
        return NULL;
    memcpy(s->dir, dir, strlen(dir) + 1);
    s->mode = mode;
    s->made = now;
    return s;
}

// What could not be made whole, on a full disk perhaps, is not left to be taken for damage.
static void remove_beginning(const struct state *s)
{
    static const char *const files[] = { "data.mdb", "lock.mdb" };
    char path[4096];
    for (size_t i = 0; s->begun_here && i < sizeof files / sizeof *files; i++)
        if (snprintf(path, sizeof path, "%s/%s", s->dir, files[i]) < (int)sizeof path)
            unlink(path);
}

static int refuse(struct state *s, int r, char *why)
{
    if (why[0] == '\0' && r == -ENOENT)
        snprintf(why, STATE_WHY, "'%.150s' holds no state: nothing was begun there", s->dir);
    else if (why[0] == '\0')
        snprintf(why, STATE_WHY, "'%.150s': %s", s->dir, state_error_text(r));
    remove_beginning(s);
    state_close(s);
    return r;
}

// A file that is too short to be a database would be taken for a new one.
static int look_at_file(struct state *s)
{
    char path[4096];
    struct stat st;
    if (snprintf(path, sizeof path, "%s/data.mdb", s->dir) >= (int)sizeof path)
        return -ENAMETOOLONG;
    if (stat(path, &st) < 0) {
        s->begun_here = errno == ENOENT && s->mode == STATE_WRITE;
        return errno != ENOENT ? -errno : s->mode == STATE_READ ? -ENOENT : 0;
    }
    return st.st_size > 0 && st.st_size < 2 * 4096 ? -EUCLEAN : 0;
}

int state_open(struct state **out, const char *dir, enum state_mode mode, int64_t now, char *why)
{
    struct state *s = state_new(dir, mode, now);
    int r = 0, dead;
    why[0] = '\0';
    if (!s) {
        snprintf(why, STATE_WHY, "out of memory");
        return -ENOMEM;
    }
    if (mode == STATE_WRITE && mkdir(dir, 0700) < 0 && errno != EEXIST)
        r = -errno;
    if (r == 0)
        r = look_at_file(s);
    state_guard_enter(s->dir);
    if (r == 0)
        r = open_env(s, dir, mode == STATE_READ ? MDB_RDONLY : 0);
    state_guard_enter(NULL);
    if (r < 0)
        return refuse(s, r, why);
    look_at_map(s);
    mdb_reader_check(s->env, &dead); // of processes that were killed
    r = open_contents(s, why);
    if (r < 0)
        return refuse(s, r, why);
    *out = s;
    return 0;
}

int state_open_temporary(struct state **out, char *why)
{
    const char *tmp = getenv("TMPDIR");
    char dir[4096], file[sizeof dir + 16];
    snprintf(dir, sizeof dir, "%s/trawl.XXXXXX", tmp && *tmp ? tmp : "/var/tmp");
    why[0] = '\0';
    if (!mkdtemp(dir)) {
        int r = -errno;
        snprintf(why, STATE_WHY, "no temporary directory can be made as '%.150s' (%s): set TMPDIR",
                 dir, strerror(-r));
        return r;
    }
    struct state *s = state_new(dir, STATE_WRITE, 0);
    int r = s ? open_env(s, dir, MDB_NOSYNC | MDB_NOLOCK) : -ENOMEM;
    snprintf(file, sizeof file, "%s/data.mdb", dir);
    unlink(file);
    rmdir(dir);
    if (!s)
        return r;
    if (r == 0)
        r = open_contents(s, why);
    if (r < 0)
        return refuse(s, r, why);
    *out = s;
    return 0;
}

void state_close(struct state *s)
{
    if (!s)
        return;
    state_abort(s);
    if (s->env)
        mdb_env_close(s->env);
    explicit_bzero(s->secret, sizeof s->secret);
    free(s);
}

// ---- questions

uint64_t state_hash(const struct state *s, struct span bytes)
{
    return XXH3_64bits_withSecret(bytes.p, bytes.n, s->secret, sizeof s->secret);
}

void state_map_secret(const struct state *s, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits_withSecret("map", 3, s->secret, sizeof s->secret);
    out[0] = h.low64;
    out[1] = h.high64;
}

int64_t state_made(const struct state *s)
{
    return s->made;
}

uint64_t state_size(const struct state *s)
{
    int fd;
    struct stat st;
    if (mdb_env_get_fd(s->env, &fd) != 0 || fstat(fd, &st) < 0)
        return 0;
    return (uint64_t)st.st_size;
}
