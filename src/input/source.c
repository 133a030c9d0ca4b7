// SPDX-License-Identifier: MIT
#include "input/source.h"
#include "sched/offload.h"
#include "sched/watch.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include "web/coding.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BLOCK = 128 << 10, // read at once
    SLICE = 1 << 10, // of a compressed block unpacked at once: bounds what one step can make of it
};

struct source {
    const char *const *urls;
    uint64_t number; // of lines, over arguments and file
    const char *name;
    int fd;
    bool owned, regular, watched, ended, started;
    struct watch watch;
    uint64_t read, size;
    struct lines lines;
    char *block;
    struct span raw;       // of the block, not yet unpacked
    struct coding *coding; // NULL: plain
    struct buffer unpacked;
    long got; // what the offloaded read returned
};

static int open_input(struct source *s, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    s->name = standard ? "standard input" : path;
    s->fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (s->fd < 0 || fstat(s->fd, &st) < 0 || (S_ISDIR(st.st_mode) && (errno = EISDIR))) {
        int r = -errno;
        log_error("%s: cannot be read: %s", s->name, strerror(errno));
        if (s->fd >= 0 && !standard)
            close(s->fd);
        return r;
    }
    s->owned = !standard;
    s->regular = S_ISREG(st.st_mode);
    s->size = s->regular ? (uint64_t)st.st_size : 0;
    struct pollfd p = { .fd = s->fd, .events = POLLIN };
    if (!s->regular && poll(&p, 1, 0) >= 0 && !S_ISCHR(st.st_mode)) {
        watch_init(&s->watch, s->fd);
        s->watched = true;
    } else if (!s->regular && isatty(s->fd)) {
        watch_init(&s->watch, s->fd);
        s->watched = true;
    }
    return 0;
}

int source_open(struct source **out, const char *const *urls, const char *path)
{
    static const char *const none[] = { NULL };
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->urls = urls ? urls : none;
    s->fd = -1;
    s->ended = path == NULL;
    int r = 0;
    if (path) {
        s->block = malloc(BLOCK);
        r = s->block ? open_input(s, path) : -ENOMEM;
    }
    if (r < 0) {
        free(s->block);
        free(s);
        return r;
    }
    *out = s;
    return 0;
}

static int read_block(void *arg)
{
    struct source *s = arg;
    s->got = files_read(s->fd, s->block, BLOCK);
    return 0;
}

// Gets the next block into `raw`. A regular file is read on a thread, for a disk may be slow; what
// can be waited for is waited for.
static int next_block(struct source *s)
{
    int r = 0;
    if (s->watched) {
        r = watch_readable(&s->watch, CLOCK_NEVER);
        if (r == 0)
            read_block(s);
    } else {
        r = offload(read_block, s);
    }
    if (r < 0)
        return r;
    if (s->got < 0) {
        log_error("%s: cannot be read on after %llu bytes: %s", s->name,
                  (unsigned long long)s->read, strerror((int)-s->got));
        return (int)s->got;
    }
    s->raw = (struct span){ s->block, (size_t)s->got };
    s->read += (uint64_t)s->got;
    return s->got > 0;
}

static int sniff(struct source *s)
{
    const char *coding = NULL;
    if (s->raw.n >= 2 && memcmp(s->raw.p, "\x1f\x8b", 2) == 0)
        coding = "gzip";
    else if (s->raw.n >= 4 && memcmp(s->raw.p, "\x28\xb5\x2f\xfd", 4) == 0)
        coding = "zstd";
    s->started = true;
    return coding ? coding_new(&s->coding, span_of(coding), UINT64_MAX) : 0;
}

static int keep(void *arg, const char *p, size_t n)
{
    struct buffer *b = arg;
    buffer_add(b, p, n);
    return b->failed ? -ENOMEM : 0;
}

static int damaged(struct source *s, int r)
{
    log_error("%s: %s after %llu bytes: %s", s->name,
              r == -ENODATA ? "the compressed data ends too early"
                            : "the compressed data is damaged",
              (unsigned long long)s->read,
              r == -ENOMEM ? "no memory" : "the lines up to there were taken");
    return r == -ENOMEM ? r : -EIO;
}

static int unpack(struct source *s)
{
    buffer_clear(&s->unpacked);
    struct span slice = { s->raw.p, s->raw.n < SLICE ? s->raw.n : SLICE };
    s->raw.p += slice.n;
    s->raw.n -= slice.n;
    int r = coding_write(s->coding, slice, keep, &s->unpacked);
    lines_push(&s->lines, buffer_span(&s->unpacked));
    return r < 0 ? damaged(s, r) : 1;
}

// Gets more bytes to divide. Returns 1, 0 at the end, or a negative errno.
static int more(struct source *s)
{
    if (s->raw.n > 0)
        return unpack(s);
    if (s->ended)
        return 0;
    int r = next_block(s);
    if (r > 0 && !s->started)
        r = sniff(s) < 0 ? -ENOMEM : 1;
    if (r <= 0) {
        s->ended = true;
        int f = r == 0 && s->coding ? coding_finish(s->coding) : 0;
        return f < 0 ? damaged(s, f) : r;
    }
    if (s->coding)
        return unpack(s);
    lines_push(&s->lines, s->raw);
    s->raw.n = 0;
    return 1;
}

int source_next(struct source *s, struct line *out)
{
    if (*s->urls) {
        *out = (struct line){ span_of(*s->urls++), ++s->number, 0 };
        return 1;
    }
    int r = 1;
    while (r > 0) {
        if (lines_next(&s->lines, out)) {
            out->number += s->number;
            return 1;
        }
        r = more(s);
    }
    if (r < 0)
        return r;
    int last = lines_last(&s->lines, out);
    if (last)
        out->number += s->number;
    return last;
}

void source_progress(const struct source *s, uint64_t *read, uint64_t *size)
{
    *read = s->read;
    *size = s->size;
}

bool source_is_at_hand(const struct source *s)
{
    return s->ended || s->regular;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->watched)
        watch_fini(&s->watch);
    if (s->owned)
        close(s->fd);
    lines_fini(&s->lines);
    buffer_fini(&s->unpacked);
    coding_free(s->coding);
    free(s->block);
    free(s);
}
