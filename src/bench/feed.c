// SPDX-License-Identifier: MIT
#include "bench/feed.h"
#include "data/buffer.h"
#include "sys/files.h"
#include "sys/log.h"
#include "web/coding.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FEED_BLOCK = 64 << 10, FEED_LEAST = 256 << 10 };

// Lines that are URLs: neither blank nor a remark.
static uint64_t count_lines(struct span text)
{
    uint64_t n = 0;
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t length = (size_t)((stop ? stop : end) - p), blank = 0;
        while (blank < length && (p[blank] == ' ' || p[blank] == '\t' || p[blank] == '\r'))
            blank++;
        n += blank < length && p[blank] != '#';
        p += length + 1;
    }
    return n;
}

// Repeats `list` until it is long enough, where no fork inherits it.
static int keep(struct feed *f, struct span list)
{
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a list without a line was refused
    size_t times = list.n < FEED_LEAST ? FEED_LEAST / list.n + 1 : 1, n = list.n * times;
    char *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return -ENOMEM;
    madvise(p, n, MADV_DONTFORK);
    for (size_t i = 0; i < times; i++)
        memcpy(p + i * list.n, list.p, list.n);
    *f = (struct feed){ .text = p, .n = n, .room = n, .lines = count_lines(list) };
    return 0;
}

static int keep_buffer(struct feed *f, struct buffer *b)
{
    int r = b->failed ? -ENOMEM : keep(f, buffer_span(b));
    buffer_fini(b);
    return r;
}

int feed_make(struct feed *f, const uint16_t *port, unsigned origins, unsigned hosts,
              const char *path)
{
    struct buffer b = { 0 };
    for (unsigned i = 0; i < hosts; i++)
        buffer_add_format(&b, "http://127.0.%u.%u:%u%s\n", (i + 1) / 256, (i + 1) % 256,
                          port[i % origins], path);
    return keep_buffer(f, &b);
}

// ---- A list of the user's

struct reading {
    struct buffer *out;
    const char *name;
    struct coding *coding; // NULL: plain
};

static int take(void *arg, const char *p, size_t n)
{
    struct buffer *b = arg;
    if (b->n + n > FEED_MOST)
        return -EFBIG;
    buffer_add(b, p, n);
    return b->failed ? -ENOMEM : 0;
}

static const char *coding_of(const char *p, size_t n)
{
    if (n >= 2 && memcmp(p, "\x1f\x8b", 2) == 0)
        return "gzip";
    return n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ? "zstd" : NULL;
}

static int take_block(struct reading *r, const char *p, size_t n, bool first)
{
    const char *coding = first ? coding_of(p, n) : NULL;
    int e = coding ? coding_new(&r->coding, span_of(coding), FEED_MOST) : 0;
    if (e < 0)
        return e;
    return r->coding ? coding_write(r->coding, (struct span){ p, n }, take, r->out)
                     : take(r->out, p, n);
}

static int read_all(struct reading *r, int fd)
{
    static char block[FEED_BLOCK];
    bool first = true;
    int e = 0;
    long n;
    while (e == 0 && (n = files_read(fd, block, sizeof block)) != 0) {
        e = n < 0 ? (int)n : take_block(r, block, (size_t)n, first);
        first = false;
    }
    if (e == 0 && r->coding)
        e = coding_finish(r->coding);
    coding_free(r->coding);
    return e;
}

static int read_input(struct buffer *out, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    struct reading r = { .out = out, .name = standard ? "standard input" : path };
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    int e = fd < 0 ? -errno : read_all(&r, fd);
    if (fd >= 0 && !standard)
        close(fd);
    if (e == -EFBIG)
        log_error("%s: more than %d MB: a part of it measures as well (head -n 100000)", r.name,
                  FEED_MOST >> 20);
    else if (e == -EBADMSG || e == -ENODATA)
        log_error("%s: the compressed data is damaged", r.name);
    else if (e < 0)
        log_error("%s: cannot be read: %s", r.name, strerror(-e));
    return e == -EFBIG || e == -EBADMSG || e == -ENODATA ? -EINVAL : e;
}

int feed_read(struct feed *f, const char *const *urls, const char *input)
{
    struct buffer b = { 0 };
    int r = 0;
    for (; urls && *urls; urls++) {
        buffer_add_string(&b, *urls);
        buffer_add_byte(&b, '\n');
    }
    if (input)
        r = read_input(&b, input);
    if (r == 0 && b.n > 0 && b.p[b.n - 1] != '\n')
        buffer_add_byte(&b, '\n');
    if (r == 0 && !b.failed && count_lines(buffer_span(&b)) == 0) {
        log_error("there is no URL in %s", input && strcmp(input, "-") != 0 ? input : "the list");
        r = -EINVAL;
    }
    if (r == 0)
        return keep_buffer(f, &b);
    buffer_fini(&b);
    return r;
}

// ---- Feeding

int feed_write(struct feed *f, int fd)
{
    for (;;) {
        size_t left = f->n - f->at;
        ssize_t n = write(fd, f->text + f->at, left < FEED_BLOCK ? left : FEED_BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -errno;
        f->at += (size_t)n;
        if (f->at == f->n)
            f->at = 0;
    }
}

void feed_fini(struct feed *f)
{
    if (f->text)
        munmap(f->text, f->room);
    *f = (struct feed){ 0 };
}
