// SPDX-License-Identifier: MIT
#include "cmd/filter.h"
#include "cmd/command.h"
#include "sys/files.h"
#include "sys/log.h"
#include <errno.h>
#include <unistd.h>

enum { FILTER_BLOCK = 64 << 10 };

struct filter {
    struct buffer in, out;
    bool skipping; // the rest of a line that was too long
    filter_line *one;
    void *arg;
};

static void take_line(struct filter *f, const char *p, size_t n)
{
    if (n > 0 && p[n - 1] == '\r')
        n--;
    f->one(&f->out, f->skipping ? (struct span){ 0 } : (struct span){ p, n }, f->arg);
    f->skipping = false;
}

// Takes every whole line that is there; the last one, too, at the end of the input.
static void take_lines(struct filter *f, bool ended)
{
    size_t at = 0;
    const char *end;
    while (at < f->in.n && (end = memchr(f->in.p + at, '\n', f->in.n - at))) {
        take_line(f, f->in.p + at, (size_t)(end - f->in.p) - at);
        at = (size_t)(end - f->in.p) + 1;
    }
    buffer_consume(&f->in, at);
    if (f->in.n > FILTER_LINE_MAX) {
        f->skipping = true;
        buffer_clear(&f->in);
    }
    if (ended && (f->in.n || f->skipping))
        take_line(f, f->in.p, f->in.n);
}

// Reads a block. Returns how much; 0 at the end.
static long read_block(struct filter *f)
{
    char *to = buffer_reserve(&f->in, FILTER_BLOCK);
    if (!to)
        return -ENOMEM;
    long n = files_read(STDIN_FILENO, to, FILTER_BLOCK);
    if (n > 0)
        f->in.n += (size_t)n;
    return n;
}

int filter_run(filter_line *one, void *arg)
{
    struct filter f = { .one = one, .arg = arg };
    int status = STATUS_OK;
    long n = 1;
    while (status == STATUS_OK && n > 0) {
        n = read_block(&f);
        if (n < 0) {
            log_error("cannot read standard input: %s", strerror((int)-n));
            status = STATUS_BROKEN;
            break;
        }
        take_lines(&f, n == 0);
        if (f.out.n || f.out.failed)
            status = command_write(&f.out);
        buffer_clear(&f.out);
    }
    buffer_fini(&f.in);
    buffer_fini(&f.out);
    return status;
}
