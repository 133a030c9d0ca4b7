// SPDX-License-Identifier: MIT
#include "store/warc_file.h"
#include "store/gzip.h"
#include "store/warc_name.h"
#include "store/warc_record.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { WARC_FILE_COPY = 256 * 1024, WARC_FILE_TRIES = 1000 };

struct warc_file {
    struct warc_file_setup setup;
    struct warc_ids ids;
    struct warc_name name;    // of the current file
    struct buffer open, path; // the same with directories, and what it will be called
    int fd;                   // < 0: there is none
    uint64_t end, first;      // how long it is, and was with nothing but its warcinfo
};

int warc_file_new(struct warc_file **out, const struct warc_file_setup *setup)
{
    struct span base = warc_name_base(span_of(setup->prefix));
    if (base.n > 200) // of 255: the rest is ours
        return -ENAMETOOLONG;
    struct warc_file *f = calloc(1, sizeof *f);
    if (!f)
        return -ENOMEM;
    f->setup = *setup;
    f->name = (struct warc_name){ warc_name_time(setup->since), setup->worker, 0, true };
    f->fd = -1;
    warc_ids_seed(&f->ids, setup->seed);
    *out = f;
    return 0;
}

void warc_file_free(struct warc_file *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    buffer_fini(&f->open);
    buffer_fini(&f->path);
    free(f);
}

// ---- beginning and ending a file

static int warc_file_set_names(struct warc_file *f)
{
    struct warc_name final = f->name;
    final.open = false;
    buffer_clear(&f->open);
    buffer_clear(&f->path);
    warc_name_write(&f->open, span_of(f->setup.prefix), &f->name);
    warc_name_write(&f->path, span_of(f->setup.prefix), &final);
    return buffer_string(&f->open) && buffer_string(&f->path) ? 0 : -ENOMEM;
}

// Creates the next file whose name nobody has.
static int warc_file_create(struct warc_file *f)
{
    for (int i = 0; i < WARC_FILE_TRIES; i++, f->name.serial++) {
        int e = warc_file_set_names(f);
        if (e < 0)
            return e;
        if (access(f->path.p, F_OK) == 0)
            continue;
        f->fd = open(f->open.p, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (f->fd < 0 && (errno == EEXIST || errno == EINTR))
            continue;
        if (f->fd < 0)
            return -errno;
        flock(f->fd, LOCK_EX | LOCK_NB); // so that whoever repairs files sees that this one is ours
        return 0;
    }
    return -EEXIST;
}

// The record that describes those behind it, as a member.
static int warc_file_describe(struct warc_file *f, int64_t now, struct buffer *out)
{
    struct gzip *g;
    struct digest block;
    struct digest_sum sum = { 0 };
    struct buffer text = { 0 };
    struct span info = span_of(f->setup.info), path = buffer_span(&f->path);
    struct warc_record r = { .type = WARC_INFO,
                             .id = warc_id_new(&f->ids),
                             .date = now,
                             .filename = warc_name_base(path),
                             .block = &block,
                             .content_type = "application/warc-fields",
                             .length = info.n };
    int e = digest_of(&sum, f->setup.digest, info, &block);
    digest_fini(&sum);
    if (e == 0)
        e = gzip_new(&g, f->setup.level);
    if (e)
        return e;
    warc_record_write(&text, &r);
    buffer_add(&text, info.p, info.n);
    buffer_add_string(&text, WARC_RECORD_END);
    e = text.failed ? -ENOMEM : gzip_member(g, buffer_span(&text), out);
    gzip_free(g);
    buffer_fini(&text);
    return e;
}

// Forgets the file; what is in it stays.
static void warc_file_drop(struct warc_file *f)
{
    close(f->fd);
    f->fd = -1;
    f->name.serial++;
}

static int warc_file_begin(struct warc_file *f, int64_t now)
{
    struct buffer first = { 0 };
    int e = warc_file_create(f);
    if (e < 0)
        return e;
    e = warc_file_describe(f, now, &first);
    if (e == 0)
        e = files_write_all(f->fd, first.p, first.n);
    f->end = f->first = first.n;
    buffer_fini(&first);
    if (e < 0) {
        unlink(f->open.p);
        warc_file_drop(f);
    }
    return e;
}

int warc_file_close(struct warc_file *f)
{
    if (f->fd < 0)
        return 0;
    int e = close(f->fd) < 0 && errno != EINTR ? -errno : 0;
    f->fd = -1;
    f->name.serial++;
    if (f->end == f->first) // nothing came
        return unlink(f->open.p) < 0 ? -errno : e;
    return rename(f->open.p, f->path.p) < 0 ? -errno : e;
}

// ---- appending

static int warc_file_copy(struct warc_file *f, int fd, uint64_t bytes)
{
    char *room = bytes ? malloc(WARC_FILE_COPY) : NULL;
    int e = bytes && !room ? -ENOMEM : 0;
    for (uint64_t at = 0; e == 0 && at < bytes;) {
        size_t some = bytes - at < WARC_FILE_COPY ? (size_t)(bytes - at) : WARC_FILE_COPY;
        ssize_t n = pread(fd, room, some, (off_t)at);
        if (n > 0)
            e = files_write_all(f->fd, room, (size_t)n);
        else if (n == 0 || errno != EINTR)
            e = n == 0 ? -EIO : -errno;
        at += n > 0 ? (uint64_t)n : 0;
    }
    free(room);
    return e;
}

// Leaves the file as it was before. One that cannot even be cut is not written to any more.
static void warc_file_undo(struct warc_file *f)
{
    if (ftruncate(f->fd, (off_t)f->end) < 0 || lseek(f->fd, (off_t)f->end, SEEK_SET) < 0)
        warc_file_drop(f);
}

static int warc_file_put(struct warc_file *f, const struct warc_append *a)
{
    int e = files_write_all(f->fd, a->head.p, a->head.n);
    if (e == 0 && a->fd >= 0)
        e = warc_file_copy(f, a->fd, a->bytes);
    if (e == 0)
        e = files_write_all(f->fd, a->tail.p, a->tail.n);
    return e;
}

int warc_file_append(struct warc_file *f, const struct warc_append *a, int64_t now,
                     struct warc_place *place)
{
    uint64_t n = a->head.n + a->tail.n + (a->fd >= 0 ? a->bytes : 0);
    int e = 0;
    if (f->fd >= 0 && f->setup.max_size && f->end > f->first && f->end + n > f->setup.max_size)
        e = warc_file_close(f);
    if (e == 0 && f->fd < 0)
        e = warc_file_begin(f, now);
    if (e < 0)
        return e;
    e = warc_file_put(f, a);
    if (e < 0) {
        warc_file_undo(f);
        return e;
    }
    struct span name = warc_name_base(buffer_span(&f->path));
    snprintf(place->file, sizeof place->file, "%.*s", (int)name.n, name.p);
    place->offset = f->end;
    place->end = f->end += n;
    return 0;
}
