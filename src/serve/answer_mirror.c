// SPDX-License-Identifier: MIT
#include "serve/answer_mirror.h"
#include "data/base64.h"
#include "serve/reply.h"
#include "serve/target.h"
#include "store/json.h"
#include <errno.h>

// The fields as a list of pairs, for names may come twice, and in an order.
static void mirror_fields(struct exchange *x, struct buffer *b)
{
    const struct request_head *h = x->head;
    json_key(b, "headers");
    json_array_open(b);
    for (unsigned i = 0; i < h->count; i++) {
        json_array_open(b);
        json_text(b, request_head_span(h, h->field[i].name));
        json_text(b, request_head_span(h, h->field[i].value));
        json_array_close(b);
    }
    json_array_close(b);
}

// Ends the object and answers with it.
static int mirror_reply(struct exchange *x, struct buffer *b)
{
    json_object_close(b);
    json_newline(b);
    int r = b->failed ? -ENOMEM : reply_body(x, 200, "application/json", buffer_span(b));
    buffer_fini(b);
    return r;
}

int answer_mirror_headers(struct exchange *x)
{
    struct buffer b = { 0 };
    json_object_open(&b);
    mirror_fields(x, &b);
    return mirror_reply(x, &b);
}

int answer_mirror_echo(struct exchange *x)
{
    const struct request_head *h = x->head;
    struct buffer b = { 0 }, coded = { 0 };
    json_object_open(&b);
    json_key(&b, "method");
    json_text(&b, request_head_span(h, h->method_text));
    json_key(&b, "target");
    json_text(&b, request_head_span(h, h->target));
    json_key(&b, "version");
    json_text(&b, span_of(h->minor ? "HTTP/1.1" : "HTTP/1.0"));
    json_key(&b, "host");
    json_text(&b, request_head_span(h, h->host));
    json_key(&b, "connection");
    json_uint(&b, x->connection->number);
    json_key(&b, "request");
    json_uint(&b, x->connection->requests);
    mirror_fields(x, &b);
    json_key(&b, "body_size");
    json_uint(&b, x->body.n);
    json_key(&b, "body");
    json_text(&b, (struct span){ x->body.n ? x->body.p : "", x->body.n });
    json_key(&b, "body_base64"); // what is not UTF-8 cannot stand in JSON as it is
    base64_encode(buffer_span(&x->body), &coded);
    json_text(&b, (struct span){ coded.n ? coded.p : "", coded.n });
    b.failed |= coded.failed;
    buffer_fini(&coded);
    return mirror_reply(x, &b);
}

static int mirror_cookies(struct exchange *x)
{
    struct buffer b = { 0 };
    json_object_open(&b);
    json_key(&b, "cookie");
    json_text(&b, request_head_value(x->head, "Cookie"));
    return mirror_reply(x, &b);
}

int answer_mirror_cookie(struct exchange *x)
{
    struct span segment = { "", 0 }, query = x->query;
    target_segment(&x->path, &segment);
    if (segment.n == 0)
        return mirror_cookies(x);
    if (!span_is(segment, "set"))
        return reply_status(x, 404, NULL);
    reply_start(x, 200);
    while (query.n > 0) {
        const char *end = memchr(query.p, '&', query.n);
        size_t n = end ? (size_t)(end - query.p) : query.n;
        char value[REQUEST_HEAD_LINE_MAX];
        size_t decoded = target_decode((struct span){ query.p, n }, value);
        if (decoded > 0)
            reply_field(x, "Set-Cookie", (struct span){ value, decoded });
        query.p += n + (end != NULL);
        query.n -= n + (end != NULL);
    }
    reply_sized(x, "text/plain", 4);
    reply_write(x, "set\n", 4);
    return reply_end(x);
}
