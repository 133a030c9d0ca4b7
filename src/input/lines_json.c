// SPDX-License-Identifier: MIT
#include "input/lines_json.h"
#include "data/base64.h"
#include "store/json.h"
#include "store/json_read.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum member {
    MEMBER_URL,
    MEMBER_METHOD,
    MEMBER_HEADERS,
    MEMBER_BODY,
    MEMBER_BODY_B64,
    MEMBER_META
};

static const char *const member_names[] = {
    "url", "method", "headers", "body", "body_b64", "meta"
};
enum { MEMBERS = sizeof member_names / sizeof *member_names };

// The member's number, or MEMBERS.
static unsigned member_find(struct span name)
{
    unsigned m = 0;
    while (m < MEMBERS && !json_read_is(name, member_names[m]))
        m++;
    return m;
}

// The members of a line, each as its text; absent: not there.
struct members {
    struct span value[MEMBERS];
    struct span unknown;
    const char *twice; // one that stands there more than once
};

static void members_walk(struct members *out, struct span object)
{
    struct span name, value;
    *out = (struct members){ 0 };
    while (json_read_member(&object, &name, &value)) {
        unsigned m = member_find(name);
        if (m == MEMBERS) {
            out->unknown = name;
        } else {
            if (out->value[m].p)
                out->twice = member_names[m];
            out->value[m] = value;
        }
    }
    for (unsigned m = 0; m < MEMBERS; m++)
        if (m != MEMBER_META && out->value[m].p && json_read_kind(out->value[m]) == JSON_READ_NULL)
            out->value[m] = (struct span){ 0 };
}

// ---- what a line asks for

// Where the parts of an ask begin in their buffer, which moves while it grows.
struct asking {
    struct buffer *text;
    char *why; // NULL: everything was checked before
    size_t room;
    size_t method, headers, body, end;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct asking *a, const char *format,
                                                        ...)
{
    va_list args;
    va_start(args, format);
    if (a->why)
        vsnprintf(a->why, a->room, format, args);
    va_end(args);
    return -EINVAL;
}

static struct span since(const struct asking *a, size_t from)
{
    return (struct span){ a->text->p + from, a->text->n - from };
}

static int put_method(struct asking *a, struct span value)
{
    if (!value.p)
        return 0;
    if (json_read_kind(value) != JSON_READ_TEXT)
        return refuse(a, "'method' is no string");
    json_read_text(value, a->text);
    if (a->text->failed)
        return -ENOMEM;
    const char *fault = ask_method_fault(since(a, a->method));
    return fault ? refuse(a, "'method' %s", fault) : 0;
}

// One header line: "Name: value", "Name;" or "Name:", and its NUL.
static int put_header(struct asking *a, struct span name, struct span value)
{
    size_t begin = a->text->n;
    json_read_text(name, a->text);
    size_t length = a->text->n - begin;
    if (json_read_kind(value) == JSON_READ_NULL) {
        buffer_add_byte(a->text, ':');
    } else if (json_read_kind(value) != JSON_READ_TEXT) {
        return refuse(a, "a value in 'headers' is no string");
    } else if (value.n == 2) {
        buffer_add_byte(a->text, ';');
    } else {
        buffer_add_string(a->text, ": ");
        json_read_text(value, a->text);
    }
    if (a->text->failed)
        return -ENOMEM;
    struct span line = since(a, begin);
    const char *fault = ask_header_fault(line);
    if (fault || ask_header_name(line).n != length)
        return refuse(a, "a member of 'headers' %s", fault ? fault : "has a name that is none");
    buffer_add_byte(a->text, '\0');
    return 0;
}

static int put_headers(struct asking *a, struct span value)
{
    struct span name, text;
    int r = 0;
    if (!value.p)
        return 0;
    if (json_read_kind(value) != JSON_READ_OBJECT)
        return refuse(a, "'headers' is no object");
    while (r == 0 && json_read_member(&value, &name, &text))
        r = put_header(a, name, text);
    if (r == 0 && a->text->n - a->headers > ASK_HEADERS_MOST)
        return refuse(a, "'headers' has more than %d KB", ASK_HEADERS_MOST >> 10);
    return r;
}

static int put_coded_body(struct asking *a, struct span value)
{
    struct buffer coded = { 0 };
    json_read_text(value, &coded);
    bool failed = coded.failed;
    int r = failed ? -ENOMEM : base64_decode(buffer_span(&coded), a->text);
    buffer_fini(&coded);
    return r == -EINVAL ? refuse(a, "'body_b64' is no base64") : r;
}

static int put_body(struct asking *a, struct span plain, struct span coded)
{
    struct span value = plain.p ? plain : coded;
    if (!value.p)
        return 0;
    if (plain.p && coded.p)
        return refuse(a, "there are both 'body' and 'body_b64'");
    if (json_read_kind(value) != JSON_READ_TEXT)
        return refuse(a, "the body is no string");
    int r = 0;
    if (plain.p)
        json_read_text(plain, a->text);
    else
        r = put_coded_body(a, coded);
    if (r == 0 && a->text->n - a->body > ASK_BODY_MOST)
        return refuse(a, "the body has more than %d KB", ASK_BODY_MOST >> 10);
    return r;
}

static int put_all(struct asking *a, const struct members *m)
{
    int r = put_method(a, m->value[MEMBER_METHOD]);
    a->headers = a->text->n;
    if (r == 0)
        r = put_headers(a, m->value[MEMBER_HEADERS]);
    a->body = a->text->n;
    if (r == 0)
        r = put_body(a, m->value[MEMBER_BODY], m->value[MEMBER_BODY_B64]);
    a->end = a->text->n;
    if (r == 0 && a->text->failed)
        return -ENOMEM;
    bool has_body = m->value[MEMBER_BODY].p || m->value[MEMBER_BODY_B64].p;
    if (r == 0 && has_body && span_is((struct span){ a->text->p, a->headers }, "HEAD"))
        return refuse(a, "a HEAD request has no body");
    return r;
}

static int members_ask(struct ask *out, const struct members *m, struct asking *a)
{
    buffer_clear(a->text);
    if (!buffer_reserve(a->text, 1)) // so that an empty body has a place, too
        return -ENOMEM;
    int r = put_all(a, m);
    if (r < 0)
        return r;
    const char *p = a->text->p;
    *out = (struct ask){ .headers = { p + a->headers, a->body - a->headers } };
    if (m->value[MEMBER_METHOD].p)
        out->method = (struct span){ p, a->headers };
    if (m->value[MEMBER_BODY].p || m->value[MEMBER_BODY_B64].p)
        out->body = (struct span){ p + a->body, a->end - a->body };
    return 0;
}

int lines_json_ask(struct ask *out, struct span members, struct buffer *text)
{
    struct members m;
    struct asking a = { .text = text };
    members_walk(&m, members);
    return members_ask(out, &m, &a);
}

struct span lines_json_meta(struct span members)
{
    struct members m;
    if (!members.p)
        return members;
    members_walk(&m, members);
    return m.value[MEMBER_META];
}

// ---- a line

void lines_json_fini(struct lines_json *l)
{
    buffer_fini(&l->text);
    buffer_fini(&l->asked);
}

// Puts the decoded URL and the other known members into the line's own buffer, and points at them.
static int keep(struct lines_json *l, const struct members *m)
{
    struct span url = m->value[MEMBER_URL];
    bool has_url = url.p && json_read_kind(url) == JSON_READ_TEXT;
    buffer_clear(&l->text);
    if (!buffer_reserve(&l->text, 1)) // so that an empty URL has a place, too
        return -ENOMEM;
    if (has_url)
        json_read_text(url, &l->text);
    size_t at = l->text.n;
    buffer_add_byte(&l->text, '{');
    for (unsigned k = MEMBER_URL + 1; k < MEMBERS; k++)
        if (m->value[k].p) {
            json_key(&l->text, member_names[k]);
            json_read_compact(m->value[k], &l->text);
        }
    buffer_add_byte(&l->text, '}');
    if (l->text.failed)
        return -ENOMEM;
    l->url = has_url ? (struct span){ l->text.p, at } : (struct span){ 0 };
    l->members = (struct span){ l->text.p + at, l->text.n - at };
    if (l->members.n == 2)
        l->members = (struct span){ 0 };
    return 0;
}

static int no_line(struct lines_json *l, const char *why)
{
    snprintf(l->why, sizeof l->why, "%s", why);
    return -EINVAL;
}

static int check(struct lines_json *l, const struct members *m)
{
    struct asking a = { .text = &l->asked, .why = l->why, .room = sizeof l->why };
    struct ask ask;
    int r = members_ask(&ask, m, &a);
    if (r < 0)
        return r;
    if (m->twice) {
        snprintf(l->why, sizeof l->why, "'%s' stands there twice", m->twice);
        return -EINVAL;
    }
    if (!m->value[MEMBER_URL].p)
        return no_line(l, "the line has no 'url'");
    return l->url.p ? 0 : no_line(l, "'url' is no string");
}

int lines_json_read(struct lines_json *l, struct span line)
{
    struct json_read_fault fault;
    struct members m;
    l->url = l->members = l->unknown = (struct span){ 0 };
    if (json_read_check(line, &fault) < 0) {
        snprintf(l->why, sizeof l->why, "no JSON at byte %zu: %s", fault.at + 1, fault.why);
        return -EINVAL;
    }
    if (json_read_kind(line) != JSON_READ_OBJECT)
        return no_line(l, "the line is JSON, but no object: write {\"url\": \"...\"}");
    members_walk(&m, line);
    l->unknown = m.unknown;
    int r = keep(l, &m);
    return r < 0 ? r : check(l, &m);
}

void lines_json_write(struct buffer *out, struct span url, struct span members)
{
    json_object_open(out);
    json_key(out, "url");
    json_text(out, url);
    if (members.n > 2) {
        buffer_add_byte(out, ',');
        buffer_add(out, members.p + 1, members.n - 2);
    }
    json_object_close(out);
    json_newline(out);
}
