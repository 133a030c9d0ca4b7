// SPDX-License-Identifier: MIT
#include "crawl/hop.h"
#include <errno.h>
#include <strings.h>

enum hop_method hop_method(struct span method)
{
    static const struct {
        const char *name;
        enum hop_method is;
    } known[] = {
        { "GET", HOP_GET },          { "HEAD", HOP_HEAD },         { "POST", HOP_POST },
        { "PUT", HOP_IDEMPOTENT },   { "DELETE", HOP_IDEMPOTENT }, { "OPTIONS", HOP_IDEMPOTENT },
        { "TRACE", HOP_IDEMPOTENT },
    };
    if (!method.p)
        return HOP_GET;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is(method, known[i].name))
            return known[i].is;
    return HOP_OTHER;
}

bool hop_becomes_get(enum hop_method method, int status)
{
    if (status == 303)
        return method != HOP_GET && method != HOP_HEAD;
    return (status == 301 || status == 302) && method == HOP_POST;
}

bool hop_may_repeat(enum hop_method method, bool sent, int status)
{
    if (method != HOP_POST && method != HOP_OTHER)
        return true;
    return !sent || status == 408 || status == 429 || status == 503;
}

static bool starts(struct span name, const char *with)
{
    size_t n = strlen(with);
    return name.n >= n && strncasecmp(name.p, with, n) == 0;
}

static bool is(struct span name, const char *other)
{
    return name.n == strlen(other) && starts(name, other);
}

// What says who somebody is, or belongs to one host's name.
static bool is_private(struct span name)
{
    return is(name, "Authorization") || is(name, "Cookie") || is(name, "Proxy-Authorization") ||
           is(name, "Host");
}

// What speaks of the body (WHATWG Fetch, "request-body-header name", and a few more).
static bool is_of_body(struct span name)
{
    return starts(name, "Content-") || is(name, "Digest") || is(name, "Repr-Digest") ||
           is(name, "Expect");
}

static void add_lines(struct buffer *to, struct span lines, struct span except,
                      struct hop_place place)
{
    struct span line;
    while (ask_next_header(&lines, &line)) {
        struct span name = ask_header_name(line);
        if ((!place.home && is_private(name)) || (place.became_get && is_of_body(name)))
            continue;
        if (!ask_has_header(except, name))
            ask_add_header(to, line);
    }
}

static struct span choose_method(const struct ask *run, const struct ask *line)
{
    if (line->method.p)
        return line->method;
    // A body of its own is not for the HEAD of the run.
    if (run->method.p && !(line->body.p && hop_method(run->method) == HOP_HEAD))
        return run->method;
    return line->body.p || run->body.p ? span_of("POST") : (struct span){ 0 };
}

// The methods whose request has a length even when it has no body (RFC 9110 §8.6); servers ask for
// it.
static bool expects_body(struct span method)
{
    return span_is(method, "POST") || span_is(method, "PUT") || span_is(method, "PATCH");
}

int hop_make(struct hop *out, const struct ask *run, const struct ask *line, struct hop_place place,
             struct buffer *lines)
{
    struct hop h = { 0 };
    buffer_clear(lines);
    add_lines(lines, run->headers, line->headers, place);
    add_lines(lines, line->headers, (struct span){ 0 }, place);
    if (!place.became_get) {
        h.method = choose_method(run, line);
        h.kind = hop_method(h.method);
        h.body = line->body.p ? line->body : run->body;
    }
    if (h.kind == HOP_HEAD)
        h.body = (struct span){ 0 };
    if (h.kind == HOP_HEAD || (h.kind == HOP_GET && !h.body.p))
        h.method = (struct span){ 0 };
    if (h.method.p && !h.body.p && expects_body(h.method)) {
        h.body = (struct span){ "", 0 };
        if (!ask_has_header(buffer_span(lines), span_of("Content-Type")))
            ask_add_header(lines, span_of("Content-Type:")); // of nothing there is no type
    }
    if (lines->failed)
        return -ENOMEM;
    h.headers = buffer_span(lines);
    *out = h;
    return 0;
}
