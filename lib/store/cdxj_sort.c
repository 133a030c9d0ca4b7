// SPDX-License-Identifier: MIT
// An external sort of lines: runs that fit memory, merged.
#include "store/cdxj.h"
#include "sys/files.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CDXJ_RUNS = 64,           // merged at once
    CDXJ_PIECE = 64 * 1024,   // bytes that are read of a run, and written, at once
    CDXJ_LINE = 4 << 20,      // bytes of a line, at most: a URL is shorter
    CDXJ_LEAST = 1024 * 1024, // memory
};

// Lines that have been sorted, in a file without a name, and where they are being read.
struct cdxj_run {
    int fd;
    struct buffer held;
    size_t at;
    struct span line; // the one that is next; absent: there are no more
};

struct cdxj_sorter {
    const char *to;
    size_t memory;
    struct buffer text;  // lines that are not in a run yet
    struct buffer lines; // struct cdxj_line, one each
    struct cdxj_run run[CDXJ_RUNS];
    unsigned runs;
};

struct cdxj_line {
    size_t at, n; // in the text
};

static int cdxj_by_text(struct span a, struct span b)
{
    int by = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return by ? by : a.n < b.n ? -1 : a.n > b.n;
}

static int cdxj_compare(const void *a, const void *b, void *text)
{
    const struct cdxj_line *x = a, *y = b;
    const char *p = text;
    return cdxj_by_text((struct span){ p + x->at, x->n }, (struct span){ p + y->at, y->n });
}

// ---- writing lines, each once

struct cdxj_sink {
    int fd;
    struct buffer held, last;
    int error;
};

static void cdxj_sink_flush(struct cdxj_sink *s)
{
    if (!s->error && (s->held.failed || s->last.failed))
        s->error = -ENOMEM;
    if (!s->error)
        s->error = files_write_all(s->fd, s->held.p, s->held.n);
    buffer_clear(&s->held);
}

static void cdxj_sink_add(struct cdxj_sink *s, struct span line)
{
    if (span_equal(line, buffer_span(&s->last)))
        return;
    buffer_clear(&s->last);
    buffer_add(&s->last, line.p, line.n);
    buffer_add(&s->held, line.p, line.n);
    buffer_add_byte(&s->held, '\n');
    if (s->held.n >= CDXJ_PIECE)
        cdxj_sink_flush(s);
}

static int cdxj_sink_end(struct cdxj_sink *s)
{
    cdxj_sink_flush(s);
    buffer_fini(&s->held);
    buffer_fini(&s->last);
    return s->error;
}

// ---- runs

// A file beside `to`, without a name.
static int cdxj_temporary(const char *to)
{
    struct buffer path = { 0 };
    buffer_add_format(&path, "%s.XXXXXX", to);
    int fd = buffer_string(&path) ? mkostemp(path.p, O_CLOEXEC) : -1;
    int e = fd < 0 ? (path.failed ? -ENOMEM : -errno) : fd;
    if (fd >= 0)
        unlink(path.p);
    buffer_fini(&path);
    return e;
}

// Goes on to the run's next line.
static int cdxj_run_next(struct cdxj_run *r)
{
    for (;;) {
        const char *p = r->held.p + r->at;
        size_t n = r->held.n - r->at;
        const char *end = n ? memchr(p, '\n', n) : NULL;
        if (end) {
            r->line = (struct span){ p, (size_t)(end - p) };
            r->at += r->line.n + 1;
            return 0;
        }
        buffer_consume(&r->held, r->at);
        r->at = 0;
        if (r->held.n > CDXJ_LINE)
            return -EUCLEAN; // no index
        char *to = buffer_reserve(&r->held, CDXJ_PIECE);
        if (!to)
            return -ENOMEM;
        long got = files_read(r->fd, to, CDXJ_PIECE);
        if (got <= 0) {
            r->line = (struct span){ NULL, 0 };
            return (int)got;
        }
        r->held.n += (size_t)got;
    }
}

static int cdxj_run_begin(struct cdxj_run *r, int fd)
{
    *r = (struct cdxj_run){ .fd = fd };
    if (lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    return cdxj_run_next(r);
}

static void cdxj_run_end(struct cdxj_run *r)
{
    close(r->fd);
    buffer_fini(&r->held);
}

// Merges all runs into `fd`, and ends them.
static int cdxj_merge(struct cdxj_sorter *s, int fd)
{
    struct cdxj_sink sink = { .fd = fd };
    int e = 0;
    while (e == 0) {
        struct cdxj_run *first = NULL;
        for (unsigned i = 0; i < s->runs; i++) {
            struct cdxj_run *r = &s->run[i];
            if (r->line.p && (!first || cdxj_by_text(r->line, first->line) < 0))
                first = r;
        }
        if (!first)
            break;
        cdxj_sink_add(&sink, first->line);
        e = sink.error ? sink.error : cdxj_run_next(first);
    }
    int end = cdxj_sink_end(&sink);
    for (unsigned i = 0; i < s->runs; i++)
        cdxj_run_end(&s->run[i]);
    s->runs = 0;
    return e < 0 ? e : end;
}

// Writes the lines in memory, sorted.
static int cdxj_write_sorted(struct cdxj_sorter *s, int fd)
{
    struct cdxj_sink sink = { .fd = fd };
    struct cdxj_line *line = (struct cdxj_line *)(void *)s->lines.p;
    size_t n = s->lines.n / sizeof *line;
    if (n)
        qsort_r(line, n, sizeof *line, cdxj_compare, s->text.p);
    for (size_t i = 0; i < n; i++)
        cdxj_sink_add(&sink, (struct span){ s->text.p + line[i].at, line[i].n });
    buffer_clear(&s->text);
    buffer_clear(&s->lines);
    return cdxj_sink_end(&sink);
}

static int cdxj_add_run(struct cdxj_sorter *s, int (*write)(struct cdxj_sorter *s, int fd))
{
    int fd = cdxj_temporary(s->to);
    int e = fd < 0 ? fd : write(s, fd);
    if (e == 0)
        return cdxj_run_begin(&s->run[s->runs++], fd);
    if (fd >= 0)
        close(fd);
    return e;
}

static int cdxj_spill(struct cdxj_sorter *s)
{
    int e = 0;
    if (s->runs == CDXJ_RUNS)
        e = cdxj_add_run(s, cdxj_merge);
    return e < 0 ? e : cdxj_add_run(s, cdxj_write_sorted);
}

// ---- reading

static int cdxj_take(struct cdxj_sorter *s, struct span line)
{
    struct cdxj_line at = { s->text.n, line.n };
    if (line.n == 0)
        return 0;
    buffer_add(&s->text, line.p, line.n);
    buffer_add(&s->lines, &at, sizeof at);
    if (s->text.failed || s->lines.failed)
        return -ENOMEM;
    return s->text.n + s->lines.n >= s->memory ? cdxj_spill(s) : 0;
}

static int cdxj_read(struct cdxj_sorter *s, const char *path)
{
    struct cdxj_run file;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int e = cdxj_run_begin(&file, fd);
    while (e == 0 && file.line.p) {
        e = cdxj_take(s, file.line);
        if (e == 0)
            e = cdxj_run_next(&file);
    }
    cdxj_run_end(&file);
    return e;
}

static int cdxj_finish(struct cdxj_sorter *s, int fd)
{
    if (s->runs == 0)
        return cdxj_write_sorted(s, fd);
    int e = cdxj_spill(s);
    return e < 0 ? e : cdxj_merge(s, fd);
}

int cdxj_sort(const char *const *from, const char *to, size_t memory)
{
    struct cdxj_sorter *s = calloc(1, sizeof *s);
    struct buffer next = { 0 };
    buffer_add_format(&next, "%s.next", to);
    int fd = -1, e = s && buffer_string(&next) ? 0 : -ENOMEM;
    if (e == 0) {
        s->to = to;
        s->memory = memory < CDXJ_LEAST ? CDXJ_LEAST : memory;
    }
    for (; e == 0 && *from; from++)
        e = cdxj_read(s, *from);
    if (e == 0)
        e = fd = files_create(next.p);
    if (e >= 0)
        e = cdxj_finish(s, fd);
    if (fd >= 0 && close(fd) < 0 && e == 0)
        e = -errno;
    if (e == 0 && rename(next.p, to) < 0)
        e = -errno;
    if (e < 0 && fd >= 0)
        unlink(next.p);
    for (unsigned i = 0; s && i < s->runs; i++)
        cdxj_run_end(&s->run[i]);
    if (s) {
        buffer_fini(&s->text);
        buffer_fini(&s->lines);
    }
    buffer_fini(&next);
    free(s);
    return e;
}
