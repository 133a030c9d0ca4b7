// SPDX-License-Identifier: MIT
#include "store/warc_tail.h"
#include "data/buffer.h"
#include "store/warc_name.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct warc_tail_run {
    struct span prefix;
    uint64_t time;
    bool later; // and runs that began later
    long worker;
    const struct warc_tail *known;
    size_t n;
    struct warc_tail_report *done;
    int dir; // descriptor of the directory
};

// The name without ".open".
static struct span warc_tail_final(struct span file, const struct warc_name *name)
{
    return (struct span){ file.p, file.n - (name->open ? strlen(WARC_NAME_OPEN) : 0) };
}

static const struct warc_tail *warc_tail_find(const struct warc_tail_run *r, struct span file)
{
    for (size_t i = 0; i < r->n; i++)
        if (span_equal(r->known[i].file, file))
            return &r->known[i];
    return NULL;
}

// Whether a later file of the same worker was heard of.
static bool warc_tail_is_past(const struct warc_tail_run *r, const struct warc_name *name)
{
    struct warc_name other;
    for (size_t i = 0; i < r->n; i++)
        if (warc_name_read(&other, r->prefix, r->known[i].file) && other.time == name->time &&
            other.worker == name->worker && other.serial > name->serial)
            return true;
    return false;
}

static int warc_tail_cut(struct warc_tail_run *r, const char *file, uint64_t end)
{
    struct stat s = { 0 };
    int fd = openat(r->dir, file, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    int e = fd < 0 || fstat(fd, &s) < 0 ? -errno : 0;
    if (e == 0 && (uint64_t)s.st_size < end)
        e = -EUCLEAN;
    if (e == 0 && (uint64_t)s.st_size > end) {
        e = ftruncate(fd, (off_t)end) < 0 ? -errno : 0;
        r->done->cut++;
        r->done->bytes += (uint64_t)s.st_size - end;
    }
    if (fd >= 0)
        close(fd);
    return e;
}

static int warc_tail_remove(struct warc_tail_run *r, const char *file)
{
    struct stat s;
    if (fstatat(r->dir, file, &s, AT_SYMLINK_NOFOLLOW) == 0)
        r->done->bytes += (uint64_t)s.st_size;
    if (unlinkat(r->dir, file, 0) < 0)
        return errno == ENOENT ? 0 : -errno;
    r->done->removed++;
    return 0;
}

static int warc_tail_name(struct warc_tail_run *r, const char *file, struct span final)
{
    char to[NAME_MAX + 1];
    snprintf(to, sizeof to, "%.*s", (int) final.n, final.p);
    return renameat(r->dir, file, r->dir, to) < 0 ? -errno : 0;
}

static int warc_tail_one(struct warc_tail_run *r, const char *file)
{
    struct warc_name name;
    if (!warc_name_read(&name, r->prefix, span_of(file)) || name.time < r->time ||
        (name.time > r->time && !r->later) ||
        (r->worker != WARC_TAIL_ALL && name.worker != (unsigned long)r->worker))
        return 0;
    struct span final = warc_tail_final(span_of(file), &name);
    const struct warc_tail *known = warc_tail_find(r, final);
    int e = 0;
    if (known)
        e = warc_tail_cut(r, file, known->end);
    else if (!warc_tail_is_past(r, &name))
        return warc_tail_remove(r, file);
    return e == 0 && name.open ? warc_tail_name(r, file, final) : e;
}

static int warc_tail_all(struct warc_tail_run *r)
{
    struct span where = warc_name_directory(r->prefix);
    struct buffer path = { 0 };
    struct dirent *entry;
    int e = 0;
    *r->done = (struct warc_tail_report){ 0 };
    buffer_add(&path, where.p, where.n);
    if (!buffer_string(&path))
        return -ENOMEM;
    DIR *d = opendir(path.p);
    if (!d)
        e = -errno;
    buffer_fini(&path);
    if (!d)
        return e;
    r->dir = dirfd(d);
    while ((entry = readdir(d))) {
        int one = warc_tail_one(r, entry->d_name);
        if (one < 0)
            e = one;
    }
    closedir(d);
    return e;
}

int warc_tail_settle(const struct warc_tail_scope *scope, const struct warc_tail *known, size_t n,
                     struct warc_tail_report *done)
{
    struct warc_tail_run r = { .prefix = span_of(scope->prefix),
                               .time = warc_name_time(scope->since),
                               .later = scope->later,
                               .worker = scope->worker,
                               .known = known,
                               .n = n,
                               .done = done };
    return warc_tail_all(&r);
}
