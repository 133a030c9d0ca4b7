// SPDX-License-Identifier: MIT
#include "serve/answer_status.h"
#include "data/base64.h"
#include "serve/answer_body.h"
#include "serve/reply.h"
#include "serve/status_words.h"
#include "serve/target.h"
#include "sys/clock.h"
#include "web/http_date.h"
#include <errno.h>
#include <stdio.h>
#include <strings.h>

enum { REDIRECT_BODY = 100, REDIRECTS_MOST = 1000000 };

// Appends the value of a query parameter, with its escapes undone.
static void answer_status_decoded(struct exchange *x, const char *name, struct buffer *b)
{
    struct span value = target_value(x->query, name);
    char *to = buffer_reserve(b, value.n);
    if (to && value.n > 0)
        b->n += target_decode(value, to);
}

// ---- /status/N

static void answer_status_interim(struct exchange *x, int status)
{
    char line[80];
    size_t n =
        (size_t)snprintf(line, sizeof line, "HTTP/1.1 %d %s\r\n\r\n", status, status_words(status));
    if (x->head->minor >= 1)
        connection_write(x->connection, line, n);
}

static void answer_status_fields(struct exchange *x, int status)
{
    struct buffer after = { 0 };
    answer_status_decoded(x, "retry-after", &after);
    if (after.n > 0)
        reply_field(x, "Retry-After", buffer_span(&after));
    else if (status == 429 || status == 503)
        reply_field_uint(x, "Retry-After", 1);
    if (status / 100 == 3 && status != 304)
        reply_field_text(x, "Location", "/");
    if (status == 401)
        reply_field_text(x, "WWW-Authenticate", "Basic realm=\"trawl\"");
    if (status == 405)
        reply_field_text(x, "Allow", "GET, HEAD");
    if (status == 407)
        reply_field_text(x, "Proxy-Authenticate", "Basic realm=\"trawl\"");
    if (status == 416)
        reply_field_text(x, "Content-Range", "bytes */0");
    if (status == 426)
        reply_field_text(x, "Upgrade", "h2c");
    buffer_fini(&after);
}

int answer_status_status(struct exchange *x)
{
    struct span segment;
    uint64_t n;
    char line[64];
    if (!target_segment(&x->path, &segment) || target_size(segment, 599, &n) < 0 || n < 100 ||
        n == 101)
        return reply_status(x, 400, "Write /status/N: 100 to 599, but not 101.\n");
    int status = (int)n;
    if (status < 200) { // what comes before an answer is none (RFC 9110 §15.2)
        answer_status_interim(x, status);
        status = 200;
    }
    reply_start(x, status);
    answer_status_fields(x, status);
    if (status == 204 || status == 205 || status == 304) {
        reply_empty(x);
        return reply_end(x);
    }
    size_t length = (size_t)snprintf(line, sizeof line, "%d %s\n", status, status_words(status));
    reply_sized(x, "text/plain", length);
    reply_write(x, line, length);
    return reply_end(x);
}

// ---- /redirect/N

// Where hop `n` leads. Keeps the query, so that the whole chain is alike.
static void answer_status_location(struct exchange *x, uint64_t n, struct buffer *b)
{
    if (n == 1 && target_value(x->query, "to").n > 0) {
        answer_status_decoded(x, "to", b);
        return;
    }
    struct span host = request_head_span(x->head, x->head->host);
    if (target_flag(x->query, "absolute") && host.n > 0) {
        buffer_add_string(b, "http://");
        buffer_add(b, host.p, host.n);
    }
    if (n == 1) {
        buffer_add_format(b, "/bytes/%d", REDIRECT_BODY);
        return;
    }
    buffer_add_format(b, "/redirect/%llu", (unsigned long long)(n - 1));
    if (x->query.n > 0) {
        buffer_add_byte(b, '?');
        buffer_add(b, x->query.p, x->query.n);
    }
}

int answer_status_redirect(struct exchange *x)
{
    struct span segment;
    struct buffer location = { 0 };
    uint64_t n, status;
    if (!target_segment(&x->path, &segment) || target_size(segment, REDIRECTS_MOST, &n) < 0 ||
        target_size_value(x->query, "status", 302, 399, &status) < 0 || status < 300)
        return reply_status(x, 400, "Write /redirect/N, with ?status=301 to 308 if you like.\n");
    if (n == 0) {
        x->path = span_of("/100");
        return answer_body_bytes(x);
    }
    answer_status_location(x, n, &location);
    reply_start(x, (int)status);
    reply_field(x, "Location", buffer_span(&location));
    int r = location.failed ? -ENOMEM : 0;
    buffer_fini(&location);
    reply_sized(x, "text/plain", 9);
    reply_write(x, "go there\n", 9);
    return r < 0 ? r : reply_end(x);
}

// ---- /flaky/K/KEY

int answer_status_flaky(struct exchange *x)
{
    char key[FLAKY_KEY_MAX];
    struct span segment;
    uint64_t k, count;
    if (!target_segment(&x->path, &segment) || target_size(segment, UINT32_MAX, &k) < 0 ||
        x->path.n < 2 || x->path.n > sizeof key)
        return reply_status(x, 400,
                            "Write /flaky/K/KEY: a number, and a word of 255 bytes at most.\n");
    memcpy(key, x->path.p, x->path.n);
    int r = flaky_count(&x->server->flaky, (struct span){ key, x->path.n }, &count);
    if (r < 0)
        return r;
    if (count >= k)
        return reply_body(x, 200, NULL, span_of("steady\n"));
    reply_start(x, 503);
    if (target_value(x->query, "retry-after").p)
        answer_status_fields(x, 503);
    reply_sized(x, "text/plain", 8);
    reply_write(x, "not yet\n", 8);
    return reply_end(x);
}

// ---- /etag/X, /modified/SECONDS

// Whether the list of If-None-Match has the tag, compared weakly (RFC 9110 §13.1.2). `tag` has its
// quotes.
static bool answer_status_matches(struct span list, struct span tag)
{
    if (span_is(list, "*"))
        return true;
    for (; list.n >= tag.n; list.p++, list.n--)
        if (memcmp(list.p, tag.p, tag.n) == 0)
            return true;
    return false;
}

int answer_status_etag(struct exchange *x)
{
    struct span segment;
    char tag[160];
    if (!target_segment(&x->path, &segment) || segment.n == 0 || segment.n > 128)
        return reply_status(x, 400, "Write /etag/X: a word of 128 bytes at most.\n");
    int n = snprintf(tag, sizeof tag, "\"%.*s\"", (int)segment.n, segment.p);
    bool same = answer_status_matches(request_head_value(x->head, "If-None-Match"),
                                      (struct span){ tag, (size_t)n });
    reply_start(x, same ? 304 : 200);
    reply_field_text(x, "ETag", tag);
    if (same) {
        reply_empty(x);
    } else {
        reply_sized(x, "text/plain", segment.n);
        reply_write(x, segment.p, segment.n);
    }
    return reply_end(x);
}

int answer_status_modified(struct exchange *x)
{
    struct span segment;
    uint64_t t;
    int64_t since;
    char date[HTTP_DATE_ROOM];
    if (!target_segment(&x->path, &segment) || target_size(segment, UINT32_MAX, &t) < 0)
        return reply_status(x, 400, "Write /modified/SECONDS: since 1970.\n");
    struct span field = request_head_value(x->head, "If-Modified-Since");
    bool same = field.p && http_date_parse(field, clock_wall() / CLOCK_S, &since) == 0 &&
                (int64_t)t <= since;
    http_date_text((int64_t)t, date);
    reply_start(x, same ? 304 : 200);
    reply_field_text(x, "Last-Modified", date);
    if (same) {
        reply_empty(x);
    } else {
        reply_sized(x, "text/plain", strlen(date));
        reply_write(x, date, strlen(date));
    }
    return reply_end(x);
}

// ---- /auth/basic/USER/PASSWORD, /auth/bearer/TOKEN

// Appends what the Authorization field must be.
static bool answer_status_credentials(struct exchange *x, bool basic, struct buffer *b)
{
    char pair[2 * 256 + 1];
    struct span first, second = { NULL, 0 };
    if (!target_segment(&x->path, &first) || (basic && !target_segment(&x->path, &second)) ||
        first.n > 256 || second.n > 256)
        return false;
    size_t n = target_decode(first, pair);
    buffer_add_string(b, basic ? "Basic " : "Bearer ");
    if (!basic) {
        buffer_add(b, pair, n);
        return true;
    }
    pair[n++] = ':';
    n += target_decode(second, pair + n);
    base64_encode((struct span){ pair, n }, b);
    return true;
}

static int answer_status_unauthorized(struct exchange *x, bool basic)
{
    static const char text[] = "These are not the credentials.\n";
    reply_start(x, 401);
    reply_field_text(x, "WWW-Authenticate",
                     basic ? "Basic realm=\"trawl\"" : "Bearer realm=\"trawl\"");
    reply_sized(x, "text/plain", sizeof text - 1);
    reply_write(x, text, sizeof text - 1);
    return reply_end(x);
}

int answer_status_auth(struct exchange *x)
{
    struct span kind = { "", 0 };
    struct buffer right = { 0 };
    target_segment(&x->path, &kind);
    bool basic = span_is(kind, "basic");
    if ((!basic && !span_is(kind, "bearer")) || !answer_status_credentials(x, basic, &right))
        return reply_status(x, 400, "Write /auth/basic/USER/PASSWORD or /auth/bearer/TOKEN.\n");
    struct span given = request_head_value(x->head, "Authorization");
    bool fits = !right.failed && given.n == right.n && strncasecmp(given.p, right.p, 5) == 0 &&
                memcmp(given.p + 5, right.p + 5, right.n - 5) == 0;
    buffer_fini(&right);
    return fits ? reply_body(x, 200, NULL, span_of("welcome\n"))
                : answer_status_unauthorized(x, basic);
}
