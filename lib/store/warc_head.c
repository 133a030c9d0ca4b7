// SPDX-License-Identifier: MIT
#include "store/warc_head.h"
#include <errno.h>

long warc_head_length(struct span text)
{
    const char *at = text.p, *end = text.p + text.n, *line = at;
    while ((at = at < end ? memchr(at, '\n', (size_t)(end - at)) : NULL)) {
        size_t n = (size_t)(at - line);
        if (n == 0 || (n == 1 && *line == '\r'))
            return at + 1 - text.p > WARC_HEAD_MOST ? -EMSGSIZE : at + 1 - text.p;
        line = ++at;
    }
    return text.n > WARC_HEAD_MOST ? -EMSGSIZE : 0;
}

// The next line, without its end; absent: there are no more.
static struct span warc_head_line(struct span *rest)
{
    if (rest->n == 0)
        return (struct span){ NULL, 0 };
    const char *end = memchr(rest->p, '\n', rest->n);
    size_t n = end ? (size_t)(end - rest->p) : rest->n, taken = n + (end != NULL);
    struct span line = { rest->p, n };
    *rest = (struct span){ rest->p + taken, rest->n - taken };
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static bool warc_head_field(struct span line, struct span *name, struct span *value)
{
    const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
    if (!colon || colon == line.p)
        return false;
    *name = span_trim((struct span){ line.p, (size_t)(colon - line.p) });
    *value = span_trim((struct span){ colon + 1, (size_t)(line.p + line.n - colon - 1) });
    return true;
}

struct span warc_head_find(struct span text, const char *name, unsigned nth)
{
    struct span line, at, value;
    warc_head_line(&text);
    while ((line = warc_head_line(&text)).p)
        if (warc_head_field(line, &at, &value) && span_is_any_case(at, name) && nth-- == 0)
            return value;
    return (struct span){ NULL, 0 };
}

static bool warc_head_number(struct span s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(v, 10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
            return false;
    *out = v;
    return s.n > 0 && v <= INT64_MAX;
}

// Where a field goes that may stand there once.
static struct span *warc_head_place(struct warc_head *h, struct span name)
{
    const struct {
        const char *name;
        struct span *at;
    } places[] = {
        { "WARC-Type", &h->type },
        { "WARC-Record-ID", &h->id },
        { "WARC-Date", &h->date },
        { "WARC-Target-URI", &h->target_uri },
        { "Content-Type", &h->content_type },
        { "WARC-Filename", &h->filename },
        { "WARC-Concurrent-To", &h->concurrent_to },
        { "WARC-Refers-To", &h->refers_to },
        { "WARC-Refers-To-Target-URI", &h->refers_to_uri },
        { "WARC-Refers-To-Date", &h->refers_to_date },
        { "WARC-Profile", &h->profile },
        { "WARC-Truncated", &h->truncated },
        { "WARC-Block-Digest", &h->block_digest },
        { "WARC-Payload-Digest", &h->payload_digest },
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (span_is_any_case(name, places[i].name))
            return places[i].at;
    return NULL;
}

// URIs stood between angle brackets once.
static void warc_head_unwrap(struct span *s)
{
    if (s->n >= 2 && s->p[0] == '<' && s->p[s->n - 1] == '>')
        *s = (struct span){ s->p + 1, s->n - 2 };
}

static const char *warc_head_judge(const struct warc_head *h)
{
    struct span version = { h->version, h->version_length };
    if (!span_is(version, "1.1") && !span_is(version, "1.0"))
        return "the version is neither 1.0 nor 1.1";
    if (!h->type.n)
        return "it has no WARC-Type";
    if (!h->id.n)
        return "it has no WARC-Record-ID";
    if (!h->date.n)
        return "it has no WARC-Date";
    if (span_is(h->type, "revisit") && !h->profile.n)
        return "it is a revisit without WARC-Profile";
    if (!h->target_uri.n && (span_is(h->type, "response") || span_is(h->type, "request") ||
                             span_is(h->type, "resource") || span_is(h->type, "revisit")))
        return "it has no WARC-Target-URI";
    return NULL;
}

static int warc_head_refuse(const char **why, const char *sentence)
{
    *why = sentence;
    return -EPROTO;
}

static int warc_head_fields(struct warc_head *h, struct span text, const char **why)
{
    struct span line, name, value;
    bool length = false;
    for (unsigned n = 0; (line = warc_head_line(&text)).n; n++) {
        if (n == WARC_HEAD_FIELDS)
            return warc_head_refuse(why, "its head has too many fields");
        if (*line.p == ' ' || *line.p == '\t') {
            h->fault = h->fault ? h->fault : "a field goes on over several lines";
            continue;
        }
        if (!warc_head_field(line, &name, &value)) {
            h->fault = h->fault ? h->fault : "a line of its head is no field";
            continue;
        }
        if (span_is_any_case(name, "Content-Length")) {
            if (length || !warc_head_number(value, &h->length))
                return warc_head_refuse(why, "its Content-Length is no number, or there are two");
            length = true;
            continue;
        }
        struct span *at = warc_head_place(h, name);
        if (at && at->p && at != &h->concurrent_to)
            h->fault = h->fault ? h->fault : "a field stands there twice";
        else if (at && !at->p)
            *at = value;
    }
    return length ? 0 : warc_head_refuse(why, "it has no Content-Length");
}

int warc_head_read(struct warc_head *out, struct span text, const char **why)
{
    struct warc_head h = { 0 };
    struct span first = warc_head_line(&text);
    if (first.n < 6 || memcmp(first.p, "WARC/", 5) != 0)
        return warc_head_refuse(why, "it does not begin with WARC/");
    h.version = first.p + 5;
    h.version_length = first.n - 5;
    int e = warc_head_fields(&h, text, why);
    if (e < 0)
        return e;
    warc_head_unwrap(&h.target_uri);
    warc_head_unwrap(&h.refers_to_uri);
    warc_head_unwrap(&h.profile);
    if (!h.fault)
        h.fault = warc_head_judge(&h);
    *out = h;
    return 0;
}
