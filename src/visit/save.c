// SPDX-License-Identifier: MIT
#include "visit/save.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "visit/save_directory.h"
#include "visit/settings.h"
#include "web/filename.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// How many numbers are tried one by one before the next free one is searched for.
enum { SAVE_NEAR = 4 };

struct save {
    const struct visit_settings *settings;
    int root;
};

// ---- the directory

int save_create(const char *dir)
{
    struct buffer path = { 0 };
    struct stat s;
    for (const char *p = dir; *p;) {
        size_t n = strcspn(p + 1, "/") + 1;
        buffer_add(&path, p, n);
        if (!buffer_string(&path))
            return -ENOMEM;
        mkdir(path.p, 0777); // whether it worked is seen at the end
        p += n;
    }
    buffer_fini(&path);
    if (stat(dir, &s) < 0)
        return -errno;
    return S_ISDIR(s.st_mode) ? 0 : -ENOTDIR;
}

int save_open(struct save **out, const struct visit_settings *settings)
{
    struct save *s = malloc(sizeof *s);
    if (!s)
        return -ENOMEM;
    *s = (struct save){ .settings = settings };
    s->root = open(settings->save_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->root < 0) {
        int e = -errno;
        free(s);
        return e;
    }
    flock(s->root, LOCK_SH); // where there are no locks, nothing is ever tidied up
    *out = s;
    return 0;
}

void save_close(struct save *s)
{
    if (!s)
        return;
    close(s->root);
    free(s);
}

static int save_sweep(struct save *s, const char *prefix)
{
    int n = 0, fd = openat(s->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    while (d && (entry = readdir(d)))
        if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0 &&
            unlinkat(s->root, entry->d_name, 0) == 0)
            n++;
    if (d)
        closedir(d);
    else if (fd >= 0)
        close(fd);
    return n;
}

static int64_t save_time(const struct stat *st)
{
    return st->st_mtim.tv_sec * CLOCK_S + st->st_mtim.tv_nsec;
}

int save_tidy(struct save *s, int64_t *since)
{
    // File systems tell the time in ticks: what this run writes must be of a later one.
    static const struct timespec tick = { .tv_nsec = 20000000 };
    struct save_file f;
    struct stat st;
    int n = 0;
    if (flock(s->root, LOCK_EX | LOCK_NB) == 0)
        n = save_sweep(s, SAVE_PREFIX);
    flock(s->root, LOCK_SH);
    int e = save_begin(s, &f);
    if (e < 0)
        return e;
    e = fstat(f.fd, &st) < 0 ? -errno : n;
    save_drop(s, &f);
    nanosleep(&tick, NULL);
    *since = save_time(&st);
    return e;
}

// Of temporary names. Returns its length.
static size_t save_prefix(const struct save *s, char *out, size_t room)
{
    uint64_t tag = s->settings->save_tag;
    int n = tag ? snprintf(out, room, SAVE_PREFIX_LEFT "%016llx-", (unsigned long long)tag)
                : snprintf(out, room, SAVE_PREFIX);
    return (size_t)n;
}

int save_sweep_left(struct save *s)
{
    char prefix[64];
    save_prefix(s, prefix, sizeof prefix);
    return s->settings->save_tag ? save_sweep(s, prefix) : 0;
}

bool save_forget(const struct save *s, const char *from, const char *to)
{
    enum save_found found = save_look_at(s, to);
    return (found == SAVE_REPLACEABLE || found == SAVE_OTHER) && unlinkat(s->root, from, 0) == 0;
}

int save_sync(const struct save *s)
{
    return syncfs(s->root) < 0 ? -errno : 0;
}

// ---- one body

// No temporary name is ever given twice, not by another process with our number either: what a
// commit says of one must not be taken for another body. So many have been given by this process;
// it begins at a time.
static uint64_t save_number;

static uint64_t save_take_number(void)
{
    uint64_t none = 0, first = (uint64_t)clock_wall();
    __atomic_compare_exchange_n(&save_number, &none, first, false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
    return __atomic_add_fetch(&save_number, 1, __ATOMIC_RELAXED);
}

int save_begin(struct save *s, struct save_file *f)
{
    do {
        size_t n = save_prefix(s, f->temporary, sizeof f->temporary);
        snprintf(f->temporary + n, sizeof f->temporary - n, "%ld-%llx", (long)getpid(),
                 (unsigned long long)save_take_number());
        f->fd = openat(s->root, f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       0666);
    } while (f->fd < 0 && (errno == EEXIST || errno == EINTR));
    return f->fd < 0 ? -errno : 0;
}

int save_write(struct save_file *f, struct span data)
{
    return files_write_all(f->fd, data.p, data.n);
}

void save_drop(struct save *s, struct save_file *f)
{
    if (f->fd < 0)
        return;
    close(f->fd);
    f->fd = -1;
    unlinkat(s->root, f->temporary, 0);
}

// ---- its name

// A file that was there before this run.
static bool save_is_old(const struct save *s, const struct stat *st)
{
    return S_ISREG(st->st_mode) && save_time(st) <= s->settings->save_since;
}

static bool save_is_taken(const struct save *s, int dir, const char *name)
{
    struct stat st;
    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false; // renaming will tell what is wrong
    return !s->settings->save_clobber || !save_is_old(s, &st);
}

// A second look under a lock, so that of two bodies that would replace one file only one does.
static int save_replace(const struct save *s, const char *from, int dir, const char *to)
{
    int e = -EEXIST;
    flock(dir, LOCK_EX);
    if (!save_is_taken(s, dir, to))
        e = renameat(s->root, from, dir, to) < 0 ? -errno : 0;
    flock(dir, LOCK_UN);
    return e;
}

static int save_rename(const struct save *s, const char *from, int dir, const char *to)
{
    if (s->settings->save_clobber)
        return save_replace(s, from, dir, to);
    if (renameat2(s->root, from, dir, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -errno;
    // A file system that cannot do that (NFS): a second name never replaces anything either.
    if (linkat(s->root, from, dir, to, 0) < 0)
        return -errno;
    unlinkat(s->root, from, 0);
    return 0;
}

static const char *save_numbered(struct buffer *out, struct span name, unsigned long number)
{
    buffer_clear(out);
    if (number)
        filename_numbered(out, name, number);
    else
        buffer_add(out, name.p, name.n);
    return buffer_string(out);
}

// Renames to the name with this number, which stays in `out`.
static int save_try(const struct save *s, const char *from, int dir, struct span name,
                    unsigned long number, struct buffer *out)
{
    const char *to = save_numbered(out, name, number);
    return to ? save_rename(s, from, dir, to) : -ENOMEM;
}

// The first number that is not taken, as far as they were given out in order: doubling, then
// halving.
static unsigned long save_free_number(const struct save *s, int dir, struct span name,
                                      struct buffer *out)
{
    unsigned long taken = SAVE_NEAR, number = 2 * taken;
    const char *to;
    while ((to = save_numbered(out, name, number)) && save_is_taken(s, dir, to)) {
        taken = number;
        number *= 2;
    }
    while (number - taken > 1) {
        unsigned long middle = taken + (number - taken) / 2;
        if ((to = save_numbered(out, name, middle)) && save_is_taken(s, dir, to))
            taken = middle;
        else
            number = middle;
    }
    return number;
}

static int save_place(const struct save *s, const char *from, int dir, struct span name,
                      struct buffer *out)
{
    int e = -EEXIST;
    for (unsigned long number = 0; e == -EEXIST && number <= SAVE_NEAR; number++)
        e = save_try(s, from, dir, name, number, out);
    while (e == -EEXIST) // somebody else may be quicker
        e = save_try(s, from, dir, name, save_free_number(s, dir, name, out), out);
    return e;
}

void save_name(const struct save *s, struct span path, struct buffer *out)
{
    const char *dir = s->settings->save_dir;
    size_t n = strlen(dir);
    buffer_add(out, dir, n);
    if (n && dir[n - 1] != '/')
        buffer_add_byte(out, '/');
    buffer_add(out, path.p, path.n);
}

// Sets DIR/WHERE/NAME.
static void save_tell(const struct save *s, struct buffer *saved, const struct buffer *where,
                      const struct buffer *name)
{
    buffer_clear(saved);
    save_name(s, buffer_span(where), saved);
    buffer_add(saved, name->p, name->n);
}

// Divides a path into its directories, slashes included, and the name.
static struct span save_split(struct span *path)
{
    const char *slash = memrchr(path->p, '/', path->n);
    size_t n = slash ? (size_t)(slash - path->p) + 1 : 0;
    struct span dirs = { path->p, n };
    *path = (struct span){ path->p + n, path->n - n };
    return dirs;
}

// It gets its name from save_settle.
static int save_leave(struct save *s, struct save_file *f, struct span path, struct buffer *saved)
{
    int e = close(f->fd) < 0 && errno != EINTR ? -errno : 0;
    f->fd = -1;
    buffer_clear(saved);
    buffer_add_format(saved, "%s/", f->temporary);
    buffer_add(saved, path.p, path.n);
    if (e == 0 && saved->failed)
        e = -ENOMEM;
    if (e < 0)
        unlinkat(s->root, f->temporary, 0);
    return e;
}

int save_settle(const struct save *s, const char *from, struct span to, struct buffer *out)
{
    struct buffer where = { 0 }, name = { 0 };
    struct span dirs = save_split(&to);
    buffer_clear(out);
    int dir = save_directory(s->root, dirs, SAVE_DIRECTORY_CREATE, &where);
    int e = dir < 0 ? dir : save_place(s, from, dir, to, &name);
    if (e == -ENOENT && faccessat(s->root, from, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
        errno == ENOENT) {
        e = 0; // it was done before
    } else if (e == 0) {
        buffer_add(out, where.p, where.n);
        buffer_add(out, name.p, name.n);
    }
    if (dir >= 0)
        close(dir);
    buffer_fini(&where);
    buffer_fini(&name);
    return e;
}

enum save_found save_look_at(const struct save *s, const char *path)
{
    struct stat st;
    if (fstatat(s->root, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? SAVE_NOTHING : SAVE_OTHER;
    if (S_ISDIR(st.st_mode))
        return SAVE_DIRECTORY;
    return s->settings->save_clobber && save_is_old(s, &st) ? SAVE_REPLACEABLE : SAVE_OTHER;
}

int save_keep(struct save *s, struct save_file *f, struct span path, struct buffer *saved)
{
    if (s->settings->save_tag)
        return save_leave(s, f, path, saved);
    struct buffer where = { 0 }, name = { 0 };
    struct span dirs = save_split(&path);
    int dir = -1, e = close(f->fd) < 0 && errno != EINTR ? -errno : 0;
    f->fd = -1;
    if (dirs.n == 0) // the directory itself has the lock of its runs, not that of save_replace
        e = -EINVAL;
    if (e == 0)
        e = dir = save_directory(s->root, dirs, SAVE_DIRECTORY_CREATE, &where);
    if (e >= 0)
        e = save_place(s, f->temporary, dir, path, &name);
    if (e < 0)
        unlinkat(s->root, f->temporary, 0);
    else
        save_tell(s, saved, &where, &name);
    if (dir >= 0)
        close(dir);
    buffer_fini(&where);
    buffer_fini(&name);
    return e;
}

// What is in the way of a file is passed over, as save_place does.
static bool save_look(const struct save *s, int dir, struct span name, struct buffer *out)
{
    struct stat st;
    for (unsigned long number = 0; number <= SAVE_NEAR; number++) {
        const char *at = save_numbered(out, name, number);
        if (!at || fstatat(dir, at, &st, AT_SYMLINK_NOFOLLOW) < 0)
            return false;
        if (S_ISREG(st.st_mode))
            return save_is_old(s, &st);
    }
    return false;
}

bool save_find(struct save *s, struct span path, struct buffer *saved)
{
    struct buffer where = { 0 }, name = { 0 };
    struct span dirs = save_split(&path);
    int dir = save_directory(s->root, dirs, SAVE_DIRECTORY_FIND, &where);
    bool found = dir >= 0 && save_look(s, dir, path, &name);
    if (found)
        save_tell(s, saved, &where, &name);
    if (dir >= 0)
        close(dir);
    buffer_fini(&where);
    buffer_fini(&name);
    return found && !saved->failed;
}
