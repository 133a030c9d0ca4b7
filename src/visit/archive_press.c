// SPDX-License-Identifier: MIT
#include "visit/archive_press.h"
#include "sys/clock.h"
#include "visit/archive_http.h"
#include <errno.h>
#include <stdlib.h>

enum { ARCHIVE_PRESS_KEPT = 256 * 1024 }; // bytes that stay with a press

struct archive_press *archive_press_new(enum digest_kind kind, int level)
{
    struct archive_press *p = calloc(1, sizeof *p);
    if (p && gzip_new(&p->gzip, level) == 0) {
        p->kind = kind;
        return p;
    }
    free(p);
    return NULL;
}

void archive_press_free(struct archive_press *p)
{
    gzip_free(p->gzip);
    digest_fini(&p->sum);
    buffer_fini(&p->head);
    buffer_fini(&p->text);
    buffer_fini(&p->out);
    buffer_fini(&p->after);
    free(p);
}

static void archive_press_empty(struct buffer *b)
{
    if (b->room > ARCHIVE_PRESS_KEPT)
        buffer_fini(b);
    buffer_clear(b);
}

void archive_press_clear(struct archive_press *p)
{
    archive_press_empty(&p->head);
    archive_press_empty(&p->text);
    archive_press_empty(&p->out);
    archive_press_empty(&p->after);
}

// ---- records

// What all records of a capture say.
struct warc_record archive_press_record(const struct archive_capture *c, enum warc_type type,
                                        const struct warc_id *id)
{
    struct warc_record r = {
        .type = type, .id = *id, .date = c->date, .target_uri = c->url, .address = c->address
    };
    if (c->http_version == 20)
        r.protocol[0] = span_of(c->tls[0] ? "h2" : "h2c");
    else if (c->tls[0])
        r.protocol[0] = span_of(c->http_version == 10 ? "http/1.0" : "http/1.1");
    if (strncmp(c->tls, "TLSv1", 5) == 0)
        r.protocol[1] = span_of(c->tls[5] == '\0'                ? "tls/1.0"
                                : strcmp(c->tls, "TLSv1.1") == 0 ? "tls/1.1"
                                : strcmp(c->tls, "TLSv1.2") == 0 ? "tls/1.2"
                                                                 : "tls/1.3");
    return r;
}

// Appends a record as a member to `out`: its block are the two spans.
int archive_press_member(struct archive_press *p, const struct warc_record *r, struct span first,
                         struct span second, struct buffer *out)
{
    buffer_clear(&p->text);
    warc_record_write(&p->text, r);
    buffer_add(&p->text, first.p, first.n);
    buffer_add(&p->text, second.p, second.n);
    buffer_add_string(&p->text, WARC_RECORD_END);
    return p->text.failed ? -ENOMEM : gzip_member(p->gzip, buffer_span(&p->text), out);
}

int archive_press_digest(struct archive_press *p, struct span first, struct span second,
                         struct digest *out)
{
    int e = digest_begin(&p->sum, p->kind);
    if (e < 0)
        return e;
    digest_add(&p->sum, first);
    digest_add(&p->sum, second);
    return digest_end(&p->sum, out);
}

int archive_press_request(struct archive_press *p, const struct archive_capture *c,
                          const struct archive_ids *ids, struct buffer *out)
{
    struct digest block;
    struct warc_record r = archive_press_record(c, WARC_REQUEST, &ids->request);
    struct span body = c->sent;
    if (!c->wire.sent.n)
        return 0;
    if (body.n > c->wire.body_sent) { // the answer came before all of it had gone
        body.n = (size_t)c->wire.body_sent;
        r.cut = WARC_UNSPECIFIED;
    }
    buffer_clear(&p->head);
    archive_http_request(&p->head, buffer_span(&c->wire.sent));
    int e = archive_press_digest(p, buffer_span(&p->head), body, &block);
    if (e < 0)
        return e;
    r.concurrent_to = ids->response;
    r.block = &block;
    r.content_type = "application/http;msgtype=request";
    r.length = p->head.n + body.n;
    return archive_press_member(p, &r, buffer_span(&p->head), body, out);
}

static void archive_field(struct buffer *out, const char *name, struct span value)
{
    if (!value.n)
        return;
    buffer_add_string(out, name);
    buffer_add(out, ": ", 2);
    for (size_t i = 0; i < value.n; i++)
        buffer_add_byte(out, (unsigned char)value.p[i] < ' ' ? ' ' : value.p[i]);
    buffer_add(out, "\r\n", 2);
}

int archive_press_metadata(struct archive_press *p, const struct archive_capture *c,
                           const struct archive_ids *ids, struct buffer *out)
{
    struct digest block;
    struct warc_record r = archive_press_record(c, WARC_METADATA, &ids->metadata);
    buffer_clear(&p->head);
    archive_field(&p->head, "via", c->via);
    buffer_add_string(&p->head, "fetchTimeMs: ");
    buffer_add_uint(&p->head, (uint64_t)(c->took / CLOCK_MS));
    buffer_add_string(&p->head, "\r\n");
    archive_field(&p->head, "tlsCipherSuite", span_of(c->cipher));
    archive_field(&p->head, "error", c->error);
    archive_field(&p->head, "errorMessage", c->why);
    int e = archive_press_digest(p, buffer_span(&p->head), (struct span){ 0 }, &block);
    if (e < 0)
        return e;
    r.concurrent_to = ids->response;
    r.block = &block;
    r.content_type = "application/warc-fields";
    r.length = p->head.n;
    r.address = r.protocol[0] = r.protocol[1] = (struct span){ 0 };
    return archive_press_member(p, &r, buffer_span(&p->head), (struct span){ 0 }, out);
}
