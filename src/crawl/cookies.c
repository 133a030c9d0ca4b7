// SPDX-License-Identifier: MIT
#include "crawl/cookies.h"
#include "cookie/jar.h"
#include "input/ask.h"
#include "ledger/store.h"
#include "sys/clock.h"
#include "sys/files.h"
#include "sys/log.h"
#include "visit/outcome.h"
#include "web/domain.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20, BLOCK = 64 << 10 };

struct cookies {
    struct domain_list *domains; // NULL: there is no list
    struct jar *jar;
    const char *path;   // borrowed; NULL: no file
    struct buffer sent; // of the request in hand
    bool changed;       // since it was last said to a store
    int64_t said;       // monotonic ns
};

static int64_t now(void)
{
    return clock_wall() / CLOCK_S;
}

static int read_file(int fd, struct buffer *out)
{
    long n = 1;
    while (n > 0 && out->n < FILE_MOST) {
        char *to = buffer_reserve(out, BLOCK);
        n = to ? files_read(fd, to, BLOCK) : -ENOMEM;
        out->n += n > 0 ? (size_t)n : 0;
    }
    return n < 0 ? (int)n : n > 0 ? -EFBIG : 0;
}

static int load(struct cookies *k)
{
    struct buffer text = { 0 };
    unsigned wrong = 0;
    int fd = k->path ? open(k->path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return k->path && errno != ENOENT ? -errno : 0;
    int r = read_file(fd, &text);
    close(fd);
    if (r == 0)
        r = jar_read(k->jar, buffer_span(&text), now(), &wrong);
    buffer_fini(&text);
    if (r == 0 && wrong > 0)
        log_warning("--cookie-jar: %s: %u lines are no cookies, and are left out (fields are apart "
                    "by tabs)",
                    k->path, wrong);
    return r;
}

// Writes `beside`, and has it take the place of `path`; without one it just tries to.
static int save_as(const char *beside, const char *path, const struct buffer *text)
{
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    int r = files_write_all(fd, text->p, text->n);
    if (r == 0 && fsync(fd) < 0 && errno != EINVAL)
        r = -errno;
    if (close(fd) < 0 && r == 0)
        r = -errno;
    if (r == 0 && path && rename(beside, path) < 0)
        r = -errno;
    if (r < 0 || !path)
        unlink(beside);
    return r;
}

static const char *name_beside(const struct cookies *k, struct buffer *out)
{
    buffer_add_format(out, "%s.%ld", k->path, (long)getpid());
    return buffer_string(out);
}

static void complain(const struct cookies *k, int r)
{
    log_error("--cookie-jar: %s: cannot be written: %s", k->path, strerror(-r));
}

// The file is written when the run is over: that it cannot be should be known before.
static int try_file(const struct cookies *k)
{
    struct buffer beside = { 0 };
    if (!k->path)
        return 0;
    int r = -ENOMEM;
    if (name_beside(k, &beside))
        r = save_as(beside.p, NULL, &(struct buffer){ 0 });
    if (r < 0)
        complain(k, r);
    buffer_fini(&beside);
    return r;
}

int cookies_open(struct cookies **out, const char *path)
{
    struct cookies *k = calloc(1, sizeof *k);
    if (!k)
        return -ENOMEM;
    k->path = path;
    int r = domain_list_new(&k->domains);
    if (r == -ENOENT) {
        log_warning(
            "there is no list of public suffixes: cookies stay with the host that set them");
        r = 0;
    }
    if (r == 0)
        r = jar_new(&k->jar, k->domains);
    if (r == 0)
        r = load(k);
    if (r < 0 && path && r != -ENOMEM)
        log_error("--cookie-jar: %s: cannot be read: %s", path, strerror(-r));
    if (r == 0)
        r = try_file(k);
    if (r == 0)
        *out = k;
    else
        cookies_free(k);
    return r;
}

void cookies_take(struct cookies *k, const struct url *url, const struct outcome *o)
{
    struct span rest = message_span(o, o->cookies);
    while (rest.n > 0) {
        const char *end = memchr(rest.p, '\n', rest.n);
        size_t n = end ? (size_t)(end - rest.p) : rest.n;
        // Without memory it is not kept.
        k->changed |= jar_set(k->jar, url, (struct span){ rest.p, n }, now()) > 0;
        rest.p += n + (end != NULL);
        rest.n -= n + (end != NULL);
    }
}

// Takes the line of this name out of the lines, and puts its value into `value`. Whether there was
// one.
static bool take_out(struct buffer *headers, const char *name, struct buffer *value)
{
    for (size_t at = 0; at < headers->n;) {
        struct span line = span_of(headers->p + at), is = ask_header_name(line);
        size_t whole = line.n + 1;
        if (is.n == strlen(name) && strncasecmp(is.p, name, is.n) == 0 && is.n < line.n) {
            struct span rest = { line.p + is.n + 1, line.n - is.n - 1 };
            while (rest.n > 0 && *rest.p == ' ') {
                rest.p++;
                rest.n--;
            }
            buffer_add(value, rest.p, rest.n);
            memmove(headers->p + at, headers->p + at + whole, headers->n - at - whole);
            headers->n -= whole;
            return true;
        }
        at += whole;
    }
    return false;
}

void cookies_add(struct cookies *k, const struct url *url, struct buffer *headers)
{
    struct buffer *line = &k->sent;
    buffer_clear(line);
    buffer_add_string(line, "Cookie: ");
    size_t before = line->n;
    jar_cookies(k->jar, url, now(), line);
    if (line->n == before)
        return;
    buffer_clear(line);
    buffer_add_string(line, "Cookie: ");
    if (take_out(headers, "Cookie", line) && line->n > before)
        buffer_add_string(line, "; ");
    jar_cookies(k->jar, url, now(), line);
    if (line->failed)
        headers->failed = true;
    else
        ask_add_header(headers, buffer_span(line));
}

void cookies_note(struct cookies *k, struct store *s, int64_t mono)
{
    struct buffer text = { 0 };
    if (!k->changed || (k->said && mono - k->said < 10 * CLOCK_S))
        return;
    k->changed = false;
    k->said = mono;
    jar_write(k->jar, now(), &text);
    if (!text.failed)
        store_note(s, COOKIES_NOTE, buffer_span(&text));
    buffer_fini(&text);
}

int cookies_recall(struct cookies *k, struct span bytes)
{
    unsigned wrong = 0;
    return jar_read(k->jar, bytes, now(), &wrong);
}

int cookies_save(struct cookies *k)
{
    struct buffer text = { 0 }, beside = { 0 };
    if (!k->path)
        return 0;
    jar_write(k->jar, now(), &text);
    const char *name = name_beside(k, &beside);
    int r = name && !text.failed ? save_as(name, k->path, &text) : -ENOMEM;
    if (r < 0)
        complain(k, r);
    buffer_fini(&text);
    buffer_fini(&beside);
    return r;
}

void cookies_free(struct cookies *k)
{
    if (!k)
        return;
    jar_free(k->jar);
    domain_list_free(k->domains);
    buffer_fini(&k->sent);
    free(k);
}
