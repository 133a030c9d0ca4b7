// SPDX-License-Identifier: MIT
#include "crawl/archives.h"
#include "crawl/commits_resume.h"
#include "crawl/coordinator.h"
#include "data/array.h"
#include "sched/offload.h"
#include "store/state.h"
#include "store/warc_name.h"
#include "store/warc_tail.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct archives_file {
    char *name;
    uint64_t end;
    bool grown; // since it was last synced
};

static struct archives_file *archives_find(struct archives *a, struct span name)
{
    // The one that was heard of last is nearly always the one.
    for (size_t i = a->count; i-- > 0;)
        if (span_is(name, a->at[i].name))
            return &a->at[i];
    return NULL;
}

static struct archives_file *archives_add(struct archives *a, struct span name)
{
    if (a->count == a->room) {
        struct archives_file *at = array_grow(a->at, &a->room, 16, sizeof *at);
        if (!at)
            return NULL;
        a->at = at;
    }
    char *copy = strndup(name.p, name.n);
    if (!copy)
        return NULL;
    a->at[a->count] = (struct archives_file){ .name = copy };
    a->renamed = true;
    return &a->at[a->count++];
}

void archives_note(struct coordinator *c, struct span file, uint64_t end)
{
    if (!c->commits)
        return;
    struct archives_file *f = archives_find(&c->archives, file);
    if (!f)
        f = archives_add(&c->archives, file);
    if (!f) {
        log_error("out of memory: how long the archive is cannot be kept");
        coordinator_break(c);
        return;
    }
    if (end > f->end)
        f->end = end;
    f->grown = true;
}

void archives_tell(const struct archives *a, struct ledger *l)
{
    buffer_clear(&l->archives);
    for (size_t i = 0; i < a->count; i++) {
        struct ledger_archive file = { span_of(a->at[i].name), a->at[i].end };
        ledger_add_archive(l, &file);
    }
}

void archives_fini(struct archives *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->at[i].name);
    free(a->at);
    *a = (struct archives){ 0 };
}

// ---- to the disk

// What is synced on another thread: copies, for the list may grow meanwhile.
struct archives_batch {
    struct span prefix;
    bool directory;
    size_t count;
    char **name; // owned
};

static int archives_sync_one(int dir, const char *name)
{
    char open_name[NAME_MAX + 1];
    snprintf(open_name, sizeof open_name, "%s" WARC_NAME_OPEN, name);
    int fd = openat(dir, open_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) // it has become complete
        fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fdatasync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

static int archives_open_directory(struct span prefix)
{
    struct span where = warc_name_directory(prefix);
    struct buffer path = { 0 };
    buffer_add(&path, where.p, where.n);
    int fd = -ENOMEM;
    if (buffer_string(&path)) {
        fd = open(path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fd = fd < 0 ? -errno : fd;
    }
    buffer_fini(&path);
    return fd;
}

static int archives_sync_batch(void *arg)
{
    const struct archives_batch *b = arg;
    int dir = archives_open_directory(b->prefix), r = dir < 0 ? dir : 0;
    for (size_t i = 0; i < b->count && r == 0; i++)
        r = archives_sync_one(dir, b->name[i]);
    if (r == 0 && b->directory && fsync(dir) < 0)
        r = -errno;
    if (dir >= 0)
        close(dir);
    return r;
}

// Takes the files that have grown. Errors: -ENOMEM.
static int archives_gather(struct archives *a, struct archives_batch *b)
{
    b->name = calloc(a->count + 1, sizeof *b->name);
    if (!b->name)
        return -ENOMEM;
    for (size_t i = 0; i < a->count; i++) {
        if (!a->at[i].grown)
            continue;
        b->name[b->count] = strdup(a->at[i].name);
        if (!b->name[b->count])
            return -ENOMEM;
        b->count++;
        a->at[i].grown = false;
    }
    b->directory = a->renamed;
    a->renamed = false;
    return 0;
}

int archives_sync(struct coordinator *c)
{
    struct archives *a = &c->archives;
    struct archives_batch b = { .prefix = span_of(c->settings->worker.warc_prefix) };
    if (a->count == 0)
        return 0;
    int r = archives_gather(a, &b);
    if (r == 0 && (b.count || b.directory)) {
        r = offload(archives_sync_batch, &b);
        if (r == -EAGAIN || r == -ECANCELED || r == -ENOMEM)
            r = archives_sync_batch(&b); // no thread is to be had: what is promised counts for more
    }
    if (r < 0)
        log_error("the archive '%s' cannot be brought to the disk: %s",
                  c->settings->worker.warc_prefix, strerror(-r));
    for (size_t i = 0; b.name && i < b.count; i++)
        free(b.name[i]);
    free(b.name);
    return r;
}

void archives_end(struct coordinator *c)
{
    if (c->archives.count == 0)
        return;
    int dir = archives_open_directory(span_of(c->settings->worker.warc_prefix));
    if (dir < 0 || fsync(dir) < 0)
        log_warning("the archive '%s': %s; after a loss of power its files may be named .open",
                    c->settings->worker.warc_prefix, strerror(errno));
    if (dir >= 0)
        close(dir);
}

// ---- a run that goes on

static int archives_load(struct archives *a, const struct ledger *l)
{
    struct span rest = buffer_span(&l->archives);
    struct ledger_archive file;
    while (rest.n > 0 && ledger_next_archive(&rest, &file)) {
        struct archives_file *f = archives_add(a, file.name);
        if (!f)
            return -ENOMEM;
        f->end = file.length;
    }
    return 0;
}

static int archives_settle(struct coordinator *c, const char *prefix)
{
    struct archives *a = &c->archives;
    struct warc_tail_scope scope = { .prefix = prefix,
                                     .since = state_made(c->settings->state),
                                     .later = true,
                                     .worker = WARC_TAIL_ALL };
    struct warc_tail_report done;
    struct warc_tail *known = calloc(a->count + 1, sizeof *known);
    if (!known)
        return -ENOMEM;
    for (size_t i = 0; i < a->count; i++)
        known[i] = (struct warc_tail){ span_of(a->at[i].name), a->at[i].end };
    int r = warc_tail_settle(&scope, known, a->count, &done);
    free(known);
    if (r == 0 && done.cut + done.removed > 0)
        log_detail("the archive '%s': %u files were cut and %u removed, %llu bytes that no commit "
                   "knows of",
                   prefix, done.cut, done.removed, (unsigned long long)done.bytes);
    return r;
}

int archives_resume(struct coordinator *c, const struct resume *resume)
{
    const char *prefix = c->settings->worker.warc_prefix;
    if (!c->settings->state || !prefix)
        return 0;
    int r = resume->any ? archives_load(&c->archives, &resume->ledger) : 0;
    if (r == 0)
        r = archives_settle(c, prefix);
    if (r == -EUCLEAN)
        log_error("the archive '%s' is shorter than the last commit says: it was changed since",
                  prefix);
    else if (r < 0)
        log_error("the archive '%s' cannot be gone on with: %s", prefix, strerror(-r));
    return r;
}
