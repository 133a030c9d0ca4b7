// SPDX-License-Identifier: MIT
#include "input/inflow.h"
#include "sched/offload.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// ---- opening

static void identify(struct inflow *f, const struct stat *st)
{
    f->regular = S_ISREG(st->st_mode);
    if (!f->regular)
        return;
    f->size = (uint64_t)st->st_size;
    if (f->spooled)
        return;
    f->identity.device = st->st_dev;
    f->identity.inode = st->st_ino;
    f->identity.size = f->size;
    f->identity.modified = st->st_mtim.tv_sec * CLOCK_S + st->st_mtim.tv_nsec;
}

// Whether what comes can be waited for. A device that is always ready, such as /dev/null, cannot.
static bool can_wait(const struct inflow *f, const struct stat *st)
{
    struct pollfd p = { .fd = f->fd, .events = POLLIN };
    if (S_ISREG(st->st_mode))
        return false;
    return (poll(&p, 1, 0) >= 0 && !S_ISCHR(st->st_mode)) || isatty(f->fd);
}

static int open_spool(struct inflow *f, const char *path, bool anew)
{
    int r = spool_open(&f->spool, path, anew);
    if (r < 0)
        log_error("%s: %s cannot be kept there: %s", path, f->name, strerror(-r));
    return r;
}

static int open_path(struct inflow *f, const char *path, const char *spool)
{
    struct stat st;
    f->fd = f->owned ? open(path, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
    if (f->fd < 0 || fstat(f->fd, &st) < 0 || (S_ISDIR(st.st_mode) && (errno = EISDIR))) {
        int r = -errno;
        log_error("%s: cannot be read: %s", f->name, strerror(errno));
        return r;
    }
    f->spooled = spool && (!f->owned || !S_ISREG(st.st_mode));
    identify(f, &st);
    f->watched = can_wait(f, &st);
    if (f->watched)
        watch_init(&f->watch, f->fd);
    return 0;
}

int inflow_open(struct inflow *f, const char *path, const char *spool, bool given, bool anew)
{
    bool standard = strcmp(path, "-") == 0;
    *f = (struct inflow){ .name = standard ? "standard input" : path, .fd = -1, .spool.fd = -1 };
    f->owned = !standard;
    f->spooled = spool && !given && (standard || access(spool, F_OK) == 0);
    int r = f->spooled ? 0 : open_path(f, path, spool);
    f->block = malloc(INFLOW_BLOCK);
    if (r == 0 && !f->block)
        r = -ENOMEM;
    if (r == 0 && f->spooled)
        r = open_spool(f, spool, anew);
    if (r < 0)
        inflow_close(f);
    return r;
}

void inflow_close(struct inflow *f)
{
    if (f->watched)
        watch_fini(&f->watch);
    if (f->owned && f->fd >= 0)
        close(f->fd);
    spool_close(&f->spool);
    free(f->block);
    *f = (struct inflow){ .fd = -1, .spool.fd = -1 };
}

void inflow_seek(struct inflow *f, uint64_t offset)
{
    f->read = offset;
    if (f->regular && !f->spooled && lseek(f->fd, (off_t)offset, SEEK_SET) < 0)
        f->read = 0; // cannot be, for a regular file
}

// ---- reading

static int read_block(void *arg)
{
    struct inflow *f = arg;
    f->got = files_read(f->fd, f->block, INFLOW_BLOCK);
    return 0;
}

static int read_kept(void *arg)
{
    struct inflow *f = arg;
    f->got = spool_read(&f->spool, f->read, f->block, INFLOW_BLOCK);
    return 0;
}

static int keep_block(void *arg)
{
    const struct inflow *f = arg;
    return spool_append(&f->spool, (struct span){ f->block, (size_t)f->got });
}

// Keeps the block. How much is kept is told meanwhile (source_tell), so the thread that writes does
// not count.
static int keep(struct inflow *f)
{
    int r = offload(keep_block, f);
    if (r == -ECANCELED || r == -EAGAIN)
        r = keep_block(f); // it has been read, and comes no second time
    if (r < 0)
        log_error("%s cannot be kept: %s", f->name, strerror(-r));
    else
        f->spool.length += (uint64_t)f->got;
    return r;
}

static int complain(const struct inflow *f, int r)
{
    log_error("%s: cannot be read on after %llu bytes: %s", f->name, (unsigned long long)f->read,
              strerror(-r));
    return r;
}

// What has not been seen before, from the descriptor itself.
static int receive(struct inflow *f)
{
    int r = 0;
    if (f->watched) {
        r = watch_readable(&f->watch, CLOCK_NEVER);
        if (r == 0)
            read_block(f);
    } else {
        r = offload(read_block, f);
    }
    if (r < 0)
        return r;
    return f->got < 0 ? complain(f, (int)f->got) : 0;
}

static int receive_and_keep(struct inflow *f)
{
    int r = receive(f);
    if (r < 0)
        return r;
    if (f->got == 0) {
        f->whole = true;
        return 0;
    }
    return keep(f);
}

int inflow_next(struct inflow *f, struct span *out)
{
    int r;
    if (f->spooled && f->read < f->spool.length) {
        r = offload(read_kept, f);
        if (r == 0 && f->got < 0)
            r = complain(f, (int)f->got);
    } else if (f->spooled && (f->whole || f->cut)) {
        return 0;
    } else {
        r = f->spooled ? receive_and_keep(f) : receive(f);
    }
    if (r < 0)
        return r;
    *out = (struct span){ f->block, (size_t)f->got };
    f->read += (uint64_t)f->got;
    return f->got > 0;
}

// ---- the same once more

struct comparison {
    const struct inflow *f;
    uint64_t at;
    int result;
};

// What was received against what is kept at the same place.
static int compare_block(void *arg)
{
    struct comparison *c = arg;
    char kept[4096];
    size_t n = (size_t)c->f->got;
    for (size_t done = 0; done < n;) {
        size_t part = n - done < sizeof kept ? n - done : sizeof kept;
        long got = spool_read(&c->f->spool, c->at + done, kept, part);
        if (got <= 0)
            return got < 0 ? (int)got : -ESTALE;
        if (memcmp(kept, c->f->block + done, (size_t)got) != 0)
            return -ESTALE;
        done += (size_t)got;
    }
    return 0;
}

int inflow_compare(struct inflow *f)
{
    struct comparison c = { .f = f };
    uint64_t kept = f->spool.length;
    while (c.at < kept) {
        int r = receive(f);
        if (r < 0)
            return r;
        if (f->got == 0) {
            f->cut = true;
            return 0;
        }
        uint64_t left = kept - c.at, more = (uint64_t)f->got > left ? (uint64_t)f->got - left : 0;
        if (more && f->whole)
            return -ESTALE; // it had ended there
        f->got -= (long)more;
        r = offload(compare_block, &c);
        if (r < 0)
            return r;
        c.at += (uint64_t)f->got;
        if (more) { // the first of what is new
            memmove(f->block, f->block + f->got, more);
            f->got = (long)more;
            return keep(f);
        }
    }
    return 0;
}
