// SPDX-License-Identifier: MIT
#include "output/output.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/offload.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FULL = 256 << 10,  // bytes at which a write is due at once
    PATIENCE_MS = 100, // how old a line may get before it is written
    SMALL = 16 << 10,  // at the end of the run, this much is not worth a thread
    KEEP = 1 << 20,    // room a buffer may keep between writes
};

struct output {
    int fd, error;
    uint64_t length; // of the file: what is written
    bool owned, finishing, done;
    const char *name;
    struct buffer filling, writing; // lines are added to the one while the other is written
    struct list idle, patient;      // the writer, while there is nothing to write, or not enough
    struct list finisher;           // who waits in output_finish, or output_sync
    bool due;                       // a write is due at once
    void (*written)(void *arg);
    void *arg;
};

static int write_out(void *arg)
{
    struct output *o = arg;
    return files_write_all(o->fd, o->writing.p, o->writing.n);
}

static void swap(struct output *o)
{
    struct buffer b = o->writing;
    o->writing = o->filling;
    o->filling = b;
    o->due = false;
}

static void failed(struct output *o, int r)
{
    if (o->error)
        return;
    o->error = r;
    if (r != -EPIPE)
        log_error("%s: cannot write: %s", o->name, strerror(-r));
}

static void write_batch(struct output *o)
{
    swap(o);
    if (!o->error) {
        // The last lines of a short run are written where we are: nothing else waits for this loop
        // any more.
        int r = o->finishing && o->writing.n <= SMALL ? write_out(o) : offload(write_out, o);
        if (r == -ECANCELED || r == -EAGAIN || r == -ENOMEM)
            r = write_out(
                o); // no thread to be had, or the run is being cancelled: the lines still count
        if (r < 0)
            failed(o, r);
        else
            o->length += o->writing.n;
    }
    if (o->writing.room > KEEP)
        buffer_fini(&o->writing);
    buffer_clear(&o->writing);
    wake_all(&o->finisher, 0);
    if (o->written)
        o->written(o->arg);
}

static int writer(void *arg)
{
    struct output *o = arg;
    while (o->filling.n > 0 || !o->finishing) {
        if (o->filling.n == 0 && park_on(&o->idle, CLOCK_NEVER) == -ECANCELED)
            o->finishing = true;
        if (!o->due && !o->finishing)
            park_on(&o->patient, clock_after(loop_now(loop_current()), PATIENCE_MS * CLOCK_MS));
        if (o->filling.n > 0)
            write_batch(o);
    }
    o->done = true;
    wake_all(&o->finisher, 0);
    return 0;
}

// Begins to write to `fd`, which it takes when it is not standard output.
static int begin(struct output **out, const char *path, int fd, uint64_t length,
                 struct nursery *nursery)
{
    bool standard = fd == STDOUT_FILENO;
    struct output *o = calloc(1, sizeof *o);
    int r = -ENOMEM;
    if (!o)
        goto fail;
    *o = (struct output){ .fd = fd, .length = length, .owned = !standard };
    o->name = standard ? "standard output" : path;
    list_init(&o->idle);
    list_init(&o->patient);
    list_init(&o->finisher);
    r = nursery_spawn(nursery, "output", writer, o);
    if (r < 0)
        goto fail;
    *out = o;
    return 0;
fail:
    free(o);
    if (!standard)
        close(fd);
    return r;
}

int output_open(struct output **out, const char *path, struct nursery *nursery)
{
    bool standard = !path || strcmp(path, "-") == 0;
    int fd = standard ? STDOUT_FILENO : files_create(path);
    if (fd < 0) {
        log_error("%s: cannot be written: %s", path, strerror(-fd));
        return fd;
    }
    return begin(out, path, fd, 0, nursery);
}

static int cut(const char *path, int fd, uint64_t length)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode)) {
        log_error("%s: with --state this must be a regular file, which can be gone on with", path);
        return -EINVAL;
    }
    if ((uint64_t)st.st_size < length) {
        log_error("%s: is shorter than it was (%llu bytes, not %llu): put it back as it was, or "
                  "begin again with another --state",
                  path, (unsigned long long)st.st_size, (unsigned long long)length);
        return -ESTALE;
    }
    if (ftruncate(fd, (off_t)length) < 0 || lseek(fd, (off_t)length, SEEK_SET) < 0)
        return -errno;
    return 0;
}

int output_go_on(struct output **out, const char *path, uint64_t length, struct nursery *nursery)
{
    int fd = files_open_for_more(path);
    int r = fd < 0 ? fd : cut(path, fd, length);
    if (r < 0 && r != -EINVAL && r != -ESTALE)
        log_error("%s: cannot be written: %s", path, strerror(-r));
    if (r < 0) {
        if (fd >= 0)
            close(fd);
        return r;
    }
    return begin(out, path, fd, length, nursery);
}

uint64_t output_length(const struct output *o)
{
    return o->length + o->writing.n + o->filling.n;
}

static int sync_file(void *arg)
{
    const struct output *o = arg;
    return fdatasync(o->fd) < 0 ? -errno : 0;
}

int output_sync(struct output *o, uint64_t length)
{
    while (o->length < length && !o->error && !o->done) {
        o->due = true;
        wake_all(&o->idle, 0);
        wake_all(&o->patient, 0);
        if (park_on(&o->finisher, CLOCK_NEVER) == -ECANCELED)
            return -ECANCELED;
    }
    if (o->error)
        return o->error;
    int r = offload(sync_file, o);
    if (r == -EAGAIN || r == -ENOMEM)
        r = sync_file(o);
    if (r < 0 && r != -ECANCELED)
        failed(o, r);
    return r;
}

struct buffer *output_buffer(struct output *o)
{
    return &o->filling;
}

void output_added(struct output *o)
{
    if (o->filling.failed) {
        o->filling.failed = false;
        failed(o, -ENOMEM);
    }
    wake_one(&o->idle, 0);
    if (o->filling.n >= FULL) {
        o->due = true;
        wake_one(&o->patient, 0);
    }
}

size_t output_backlog(const struct output *o)
{
    return o->filling.n + o->writing.n;
}

int output_error(const struct output *o)
{
    return o->error;
}

void output_on_written(struct output *o, void (*written)(void *arg), void *arg)
{
    o->written = written;
    o->arg = arg;
}

int output_finish(struct output *o)
{
    o->finishing = true;
    wake_all(&o->idle, 0);
    wake_all(&o->patient, 0);
    while (!o->done)
        park_on(&o->finisher, CLOCK_NEVER);
    return o->error;
}

void output_close(struct output *o)
{
    if (!o)
        return;
    if (o->owned && close(o->fd) < 0 && !o->error)
        failed(o, -errno);
    buffer_fini(&o->filling);
    buffer_fini(&o->writing);
    free(o);
}
