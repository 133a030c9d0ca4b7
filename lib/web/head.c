// SPDX-License-Identifier: MIT
#include "web/head.h"
#include <errno.h>
#include <strings.h>

void head_reset(struct head *h, bool to_head)
{
    struct buffer text = h->text, fields = h->fields;
    buffer_clear(&text);
    buffer_clear(&fields);
    *h = (struct head){ .to_head = to_head, .text = text, .fields = fields };
}

void head_fini(struct head *h)
{
    buffer_fini(&h->text);
    buffer_fini(&h->fields);
    *h = (struct head){ 0 };
}

static bool head_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int head_fail(struct head *h, const char *why)
{
    h->why = why;
    return -EPROTO;
}

static int head_digit(struct span line, size_t at)
{
    return at < line.n && line.p[at] >= '0' && line.p[at] <= '9' ? line.p[at] - '0' : -1;
}

// "HTTP/1.1 200 OK", or "HTTP/2 200" as libcurl shows it.
static int head_status_line(struct head *h, struct span line)
{
    int major = head_digit(line, 5), minor = 0;
    size_t at = 6;
    if (line.n < 8 || memcmp(line.p, "HTTP/", 5) != 0 || major < 0)
        return head_fail(h, "the response does not start with an HTTP status line");
    if (line.p[at] == '.') {
        minor = head_digit(line, at + 1);
        at += 2;
    }
    size_t code = at;
    while (code < line.n && line.p[code] == ' ')
        code++;
    int a = head_digit(line, code), b = head_digit(line, code + 1), c = head_digit(line, code + 2);
    bool ends = code + 3 >= line.n || line.p[code + 3] == ' ';
    if (minor < 0 || code == at || a < 1 || b < 0 || c < 0 || !ends)
        return head_fail(h, "the status line has no status of three digits");
    h->version = major * 10 + minor;
    h->status = a * 100 + b * 10 + c;
    return 0;
}

// A line folded as RFC 9112 §5.2 no longer allows belongs to the field before it. That the line end
// is blanked makes one value of the two.
static void head_fold(struct head *h, size_t start, size_t end)
{
    struct head_field *f = (struct head_field *)(void *)h->fields.p + head_count(h) - 1;
    memset(h->text.p + start - 2, ' ', 2);
    struct span whole = { h->text.p + f->value, end - f->value };
    f->value_length = (uint32_t)span_trim(whole).n;
}

static int head_field(struct head *h, size_t start, size_t end)
{
    struct span line = { h->text.p + start, end - start };
    const char *colon = memchr(line.p, ':', line.n);
    h->foldable = colon;
    if (!colon)
        return 0; // no field: browsers pass over it as well
    struct span name = span_trim((struct span){ line.p, (size_t)(colon - line.p) });
    struct span value =
        span_trim((struct span){ colon + 1, (size_t)(line.p + line.n - colon - 1) });
    struct head_field f = {
        .name = (uint32_t)(name.p - h->text.p),
        .name_length = (uint32_t)name.n,
        .value = (uint32_t)(value.p - h->text.p),
        .value_length = (uint32_t)value.n,
    };
    if (head_count(h) == HEAD_FIELDS_MOST) {
        h->why = "the response has too many header fields";
        return -E2BIG;
    }
    buffer_add(&h->fields, &f, sizeof f);
    return h->fields.failed ? -ENOMEM : 0;
}

// The next member of a comma-separated list, which moves on; false at its end.
static bool head_member(struct span *list, struct span *member)
{
    if (!list->p)
        return false;
    const char *comma = list->n ? memchr(list->p, ',', list->n) : NULL;
    size_t n = comma ? (size_t)(comma - list->p) : list->n;
    *member = span_trim((struct span){ list->p, n });
    *list = comma ? (struct span){ comma + 1, list->n - n - 1 } : (struct span){ NULL, 0 };
    return true;
}

bool head_list_has(struct span list, const char *token)
{
    struct span member;
    while (head_member(&list, &member))
        if (span_is_any_case(member, token))
            return true;
    return false;
}

// One value of Content-Length, which must agree with what others said.
static bool head_length(struct head *h, struct span value)
{
    uint64_t length = 0;
    for (size_t i = 0; i < value.n; i++) {
        int digit = head_digit(value, i);
        if (digit < 0 || __builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, (uint64_t)digit, &length))
            return false;
    }
    // What does not fit a file offset is no length either.
    if (value.n == 0 || length > INT64_MAX || (h->has_length && h->length != length))
        return false;
    h->length = length;
    h->has_length = true;
    return true;
}

// Goes through all Transfer-Encoding fields in order. False when chunked is not last, or twice.
static bool head_transfer(struct head *h, bool *present)
{
    for (size_t i = 0; i < head_count(h); i++) {
        struct span list = head_text(h, i), member;
        if (!span_is_any_case(head_name(h, i), "transfer-encoding"))
            continue;
        *present = true;
        while (head_member(&list, &member)) {
            if (member.n && h->chunked)
                return false;
            h->chunked = h->chunked || span_is_any_case(member, "chunked");
        }
    }
    return true;
}

static bool head_lengths(struct head *h)
{
    for (size_t i = 0; i < head_count(h); i++) {
        struct span list = head_text(h, i), member;
        if (!span_is_any_case(head_name(h, i), "content-length"))
            continue;
        while (head_member(&list, &member))
            if (!head_length(h, member))
                return false;
    }
    return true;
}

// RFC 9112 §6.3: where the body ends.
static int head_framing(struct head *h)
{
    bool coded = false;
    bool none = h->to_head || h->status / 100 == 1 || h->status == 204 || h->status == 304;
    if (h->version < 20 && !none && !head_transfer(h, &coded))
        return head_fail(h, "the Transfer-Encoding does not end in one chunked");
    if (coded)
        return 0;
    if (!head_lengths(h) && !none)
        return head_fail(h, h->has_length ? "the Content-Length is no number, or there are "
                                            "several that differ"
                                          : "the Content-Length is no number");
    return 0;
}

static struct span head_unended(struct span line)
{
    line.n -= line.n && line.p[line.n - 1] == '\n';
    line.n -= line.n && line.p[line.n - 1] == '\r';
    return line;
}

// Appends the line to the text. A NUL makes it no HTTP; a stray CR is read as a space (RFC 9112
// §2.2).
static int head_keep(struct head *h, struct span line)
{
    if (line.n > HEAD_BYTES_MOST || h->text.n + line.n + 2 > HEAD_BYTES_MOST) {
        h->why = "the response's header fields are too long";
        return -E2BIG;
    }
    if (line.n && memchr(line.p, '\0', line.n))
        return head_fail(h, "the response's head has a NUL byte");
    char *at = buffer_reserve(&h->text, line.n + 2);
    if (!at)
        return -ENOMEM;
    for (size_t i = 0; i < line.n; i++)
        at[i] = line.p[i] == '\r' ? ' ' : line.p[i];
    memcpy(at + line.n, "\r\n", 2);
    h->text.n += line.n + 2;
    return 0;
}

int head_take(struct head *h, struct span line)
{
    line = head_unended(line);
    if (h->complete) {
        if (line.n < 5 || memcmp(line.p, "HTTP/", 5) != 0)
            return 0;
        head_reset(h, h->to_head);
    }
    size_t start = h->text.n;
    int rc = head_keep(h, line);
    if (rc < 0)
        return rc;
    if (h->status == 0)
        return head_status_line(h, line);
    if (line.n == 0) {
        h->complete = true;
        return head_framing(h);
    }
    if (!head_blank(*line.p))
        return head_field(h, start, h->text.n - 2);
    if (h->foldable)
        head_fold(h, start, h->text.n - 2);
    return 0;
}

struct span head_find(const struct head *h, const char *name)
{
    size_t n = strlen(name), count = head_count(h);
    for (size_t i = 0; i < count; i++) {
        struct span one = head_name(h, i);
        if (one.n == n && strncasecmp(one.p, name, n) == 0)
            return head_text(h, i);
    }
    return (struct span){ NULL, 0 };
}

bool head_join(const struct head *h, const char *name, struct buffer *out)
{
    bool any = false;
    for (size_t i = 0; i < head_count(h); i++) {
        if (!span_is_any_case(head_name(h, i), name))
            continue;
        if (any)
            buffer_add(out, ", ", 2);
        any = true;
        struct span value = head_text(h, i);
        buffer_add(out, value.p, value.n);
    }
    return any;
}
