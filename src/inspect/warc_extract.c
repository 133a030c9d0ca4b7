// SPDX-License-Identifier: MIT
#include "inspect/warc_extract.h"
#include "inspect/warc_out.h"
#include "store/warc_payload.h"
#include "store/warc_reader.h"
#include "sys/log.h"
#include "web/coding.h"
#include "web/url.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXTRACT_BLOCK = 64 * 1024 };

// A capture that was found, and what it was looked for by. Owns its texts.
struct extract_place {
    const char *file; // NULL: none was found
    uint64_t offset;
    struct buffer date, profile, refers_to, refers_to_uri, refers_to_date;
    bool truncated;
};

// What a record has to be.
struct extract_wish {
    struct span url, date, id; // absent: any
    bool responses;            // no revisits
};

struct extract {
    const struct inspect_warc_question *q;
    struct warc_out out;
    struct warc_payload http;
    struct coding *coding;
    bool head, body; // are written
    bool headed;     // the head has been
    char block[EXTRACT_BLOCK];
};

static void extract_place_fini(struct extract_place *p)
{
    buffer_fini(&p->date);
    buffer_fini(&p->profile);
    buffer_fini(&p->refers_to);
    buffer_fini(&p->refers_to_uri);
    buffer_fini(&p->refers_to_date);
}

static void extract_copy(struct buffer *to, struct span from)
{
    buffer_clear(to);
    buffer_add(to, from.p, from.n);
}

// ---- looking

static bool extract_fits(const struct extract_wish *w, const struct warc_head *h)
{
    bool type = span_is(h->type, "response") || span_is(h->type, "resource") ||
                (!w->responses && span_is(h->type, "revisit"));
    return type && (!w->url.p || span_equal(w->url, h->target_uri)) &&
           (!w->date.p || span_equal(w->date, h->date)) && (!w->id.p || span_equal(w->id, h->id));
}

// Dates of one form are in the order of their texts.
static bool extract_is_later(const struct extract_place *p, struct span date)
{
    size_t n = p->date.n < date.n ? p->date.n : date.n;
    int by = n ? memcmp(date.p, p->date.p, n) : 0;
    return !p->file || by > 0 || (by == 0 && date.n >= p->date.n);
}

static void extract_note(struct extract_place *p, const char *file, const struct warc_found *f)
{
    if (!extract_is_later(p, f->head.date))
        return;
    p->file = file;
    p->offset = f->offset;
    p->truncated = f->head.truncated.p && !span_is(f->head.type, "revisit");
    extract_copy(&p->date, f->head.date);
    extract_copy(&p->profile, f->head.profile);
    extract_copy(&p->refers_to, f->head.refers_to);
    extract_copy(&p->refers_to_uri, f->head.refers_to_uri);
    extract_copy(&p->refers_to_date, f->head.refers_to_date);
}

static int extract_look_into(const char *file, int fd, const struct extract_wish *w,
                             struct extract_place *p)
{
    struct warc_reader *reader;
    struct warc_found found;
    int r = warc_reader_new(&reader, fd);
    if (r < 0)
        return r;
    while ((r = warc_reader_next(reader, &found)) != 0) {
        if (r < 0 && (r == -ENODATA || r == -EUCLEAN))
            r = warc_reader_recover(reader);
        else if (r > 0 && extract_fits(w, &found.head))
            extract_note(p, file, &found);
        if (r <= 0)
            break;
    }
    warc_reader_free(reader);
    return r;
}

static int extract_look(const struct inspect_warc_question *q, const struct extract_wish *w,
                        struct extract_place *p)
{
    int e = 0;
    for (const char *const *file = q->files; *file && e == 0; file++) {
        int fd = open(*file, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            log_error("'%s' cannot be read: %s", *file, strerror(errno));
            return -EINVAL;
        }
        e = extract_look_into(*file, fd, w, p);
        close(fd);
    }
    return e;
}

// ---- writing

static int extract_write(struct extract *x, struct span some)
{
    buffer_add(&x->out.held, some.p, some.n);
    return warc_out_flush(&x->out, false);
}

static int extract_decoded(void *arg, const char *p, size_t n)
{
    return extract_write(arg, (struct span){ p, n });
}

// Before the first of the body.
static int extract_head(struct extract *x)
{
    if (x->headed || !x->http.headed)
        return 0;
    x->headed = true;
    if (x->q->include)
        return x->head ? extract_write(x, buffer_span(&x->http.head)) : 0;
    struct span list = warc_payload_field(&x->http, "Content-Encoding");
    int e = list.n ? coding_new(&x->coding, list, UINT64_MAX) : 0;
    return e == -EOPNOTSUPP ? 0 : e;
}

static int extract_give(void *arg, struct span some)
{
    struct extract *x = arg;
    int e = extract_head(x);
    if (e < 0 || !x->body)
        return e;
    return x->coding ? coding_write(x->coding, some, extract_decoded, x) : extract_write(x, some);
}

// Writes what is wanted of the record at a place.
static int extract_from(struct extract *x, const struct extract_place *p)
{
    struct warc_reader *reader = NULL;
    struct warc_found found;
    long n = 0;
    int fd = open(p->file, O_RDONLY | O_CLOEXEC);
    int e = fd < 0 || lseek(fd, (off_t)p->offset, SEEK_SET) < 0 ? -errno : 0;
    if (e == 0)
        e = warc_reader_new(&reader, fd);
    if (e == 0)
        e = warc_reader_next(reader, &found) == 1 ? 0 : -EUCLEAN;
    x->headed = false;
    warc_payload_begin(&x->http, extract_give, x);
    if (e == 0 && span_is(found.head.type, "resource"))
        x->http.headed = x->headed = true; // the block is the payload
    while (e == 0 && (n = warc_reader_read(reader, x->block, sizeof x->block)) > 0)
        e = warc_payload_take(&x->http, (struct span){ x->block, (size_t)n });
    if (e == 0)
        e = n < 0 ? (int)n : extract_head(x); // a message without a body
    if (e == 0 && x->coding && !p->truncated)
        e = coding_finish(x->coding);
    coding_free(x->coding);
    x->coding = NULL;
    warc_reader_free(reader);
    if (fd >= 0)
        close(fd);
    return e;
}

// A revisit has a head; its body is where it says.
static int extract_revisit(struct extract *x, const struct extract_place *p)
{
    struct extract_place first = { 0 };
    struct extract_wish w = { .responses = true };
    bool by_uri = p->refers_to_uri.n && p->refers_to_date.n;
    if (p->refers_to.n)
        w.id = buffer_span(&p->refers_to);
    if (by_uri && !w.id.p) {
        w.url = buffer_span(&p->refers_to_uri);
        w.date = buffer_span(&p->refers_to_date);
    }
    int e = w.id.p || w.url.p ? extract_look(x->q, &w, &first) : 0;
    if (e == 0 && !first.file) {
        log_error("'%s' is a revisit of what is in none of these files: give those, too",
                  x->q->extract);
        e = 1;
    }
    x->body = false;
    if (e == 0 && x->head)
        e = extract_from(x, p);
    x->body = true;
    x->head = false;
    if (e == 0)
        e = extract_from(x, &first);
    extract_place_fini(&first);
    return e;
}

static int extract_place(struct extract *x, const struct extract_place *p)
{
    int e = p->profile.n ? extract_revisit(x, p) : extract_from(x, p);
    if (e == 0)
        e = warc_out_flush(&x->out, true);
    if (e == -EBADMSG || e == -ENODATA || e == -EUCLEAN) {
        warc_out_flush(&x->out, true);
        log_error(e == -EUCLEAN
                      ? "the record of '%s' is damaged"
                      : "the content coding of '%s' is damaged: --include shows it as it is",
                  x->q->extract);
        return 1;
    }
    if (e == 0 && p->truncated)
        log_warning("the body of '%s' was cut when it was archived", x->q->extract);
    return e;
}

int inspect_warc_extract(const struct inspect_warc_question *q)
{
    struct url u = { 0 };
    struct extract_place p = { 0 };
    struct extract_wish w = { .url = span_of(q->extract) };
    if (isatty(STDOUT_FILENO)) {
        log_error("what strangers have sent is not for a terminal: write it to a file, or pipe it");
        return -EINVAL;
    }
    int e = extract_look(q, &w, &p);
    if (e == 0 && !p.file && url_parse(&u, w.url, NULL, NULL) == 0) {
        w.url = url_href(&u);
        e = extract_look(q, &w, &p);
    }
    if (e == 0 && !p.file) {
        log_error("'%s' is in none of these files", q->extract);
        e = 1;
    }
    struct extract *x = e == 0 ? calloc(1, sizeof *x) : NULL;
    if (x) {
        x->q = q;
        x->head = q->include;
        x->body = true;
        e = extract_place(x, &p);
        warc_out_fini(&x->out);
        warc_payload_fini(&x->http);
    } else if (e == 0) {
        e = -ENOMEM;
    }
    free(x);
    url_fini(&u);
    extract_place_fini(&p);
    return e;
}
