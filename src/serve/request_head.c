// SPDX-License-Identifier: MIT
#include "serve/request_head.h"
#include "web/head.h"
#include <strings.h>

// What has been seen of the fields that frame the message.
struct framing {
    bool length, transfer, host;
};

size_t request_head_end(const char *p, size_t n, size_t *seen)
{
    size_t at = *seen;
    while (at < n) {
        const char *nl = memchr(p + at, '\n', n - at);
        if (!nl)
            break;
        size_t next = (size_t)(nl - p) + 1;
        if (next < n && p[next] == '\n')
            return next + 1;
        if (next + 1 < n && p[next] == '\r' && p[next + 1] == '\n')
            return next + 2;
        if (next + 1 >= n) { // whether the blank line follows is not known yet
            *seen = next - 1;
            return 0;
        }
        at = next;
    }
    *seen = n;
    return 0;
}

static const bool head_token_char[256] = {
    ['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1,         ['&'] = 1,         ['\''] = 1,
    ['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,         ['^'] = 1,         ['_'] = 1,
    ['`'] = 1, ['|'] = 1, ['~'] = 1, ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

// How many bytes of p[0..n) make a token (RFC 9110 §5.6.2).
static size_t head_token(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && head_token_char[(unsigned char)p[i]])
        i++;
    return i;
}

// Whether no byte is a control character; tab is allowed where `tab`.
static bool head_printable(const char *p, size_t n, bool tab)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if ((c < ' ' && !(tab && c == '\t')) || c == 0x7f)
            return false;
    }
    return true;
}

struct span request_head_value(const struct request_head *h, const char *name)
{
    for (unsigned i = 0; i < h->count; i++)
        if (span_is_any_case(request_head_span(h, h->field[i].name), name))
            return request_head_span(h, h->field[i].value);
    return (struct span){ NULL, 0 };
}

static struct request_head_part head_part_of(const struct request_head *h, const char *from,
                                             const char *to)
{
    return (struct request_head_part){ (uint16_t)(from - h->bytes), (uint16_t)(to - from) };
}

static int head_method_find(struct request_head *h)
{
    static const struct {
        char name[8];
        enum request_method method;
    } known[] = { { "GET", METHOD_GET },        { "HEAD", METHOD_HEAD },
                  { "POST", METHOD_POST },      { "PUT", METHOD_PUT },
                  { "PATCH", METHOD_PATCH },    { "DELETE", METHOD_DELETE },
                  { "OPTIONS", METHOD_OPTIONS } };
    struct span text = request_head_span(h, h->method_text); // case counts (RFC 9110 §9.1)
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (span_is(text, known[i].name)) {
            h->method = known[i].method;
            return 0;
        }
    return 501;
}

// Splits the request target (RFC 9112 §3.2): origin form, absolute form, or "*" of OPTIONS.
static int head_target_split(struct request_head *h)
{
    const char *p = h->bytes + h->target.at, *end = p + h->target.n;
    if (h->target.n == 1 && *p == '*' && h->method == METHOD_OPTIONS) {
        h->path = h->target;
        return 0;
    }
    if (h->target.n > 7 && strncasecmp(p, "http://", 7) == 0) {
        const char *host = p + 7;
        for (p = host; p < end && *p != '/' && *p != '?'; p++)
            ;
        if (p == host)
            return 400;
        h->host = head_part_of(h, host, p);
    } else if (*p != '/') {
        return 400;
    }
    const char *mark = p < end ? memchr(p, '?', (size_t)(end - p)) : NULL;
    h->path = head_part_of(h, p, mark ? mark : end);
    h->query = head_part_of(h, mark ? mark + 1 : end, end);
    return 0;
}

// "HTTP/1.1" and its kin (RFC 9112 §2.3).
static int head_version(struct request_head *h, const char *p, size_t n)
{
    if (n != 8 || memcmp(p, "HTTP/", 5) != 0 || p[6] != '.' || p[5] < '0' || p[5] > '9' ||
        p[7] < '0' || p[7] > '9')
        return 400;
    if (p[5] != '1')
        return 505;
    h->minor = (uint8_t)(p[7] - '0');
    return 0;
}

static int head_request_line(struct request_head *h, const char *p, size_t n)
{
    if (n > REQUEST_HEAD_LINE_MAX)
        return 414;
    size_t method = head_token(p, n);
    if (method == 0 || method == n || p[method] != ' ')
        return 400;
    const char *target = p + method + 1, *end = p + n;
    const char *space = memchr(target, ' ', (size_t)(end - target));
    if (!space || space == target || !head_printable(target, (size_t)(space - target), false))
        return 400;
    h->method_text = head_part_of(h, p, p + method);
    h->target = head_part_of(h, target, space);
    int status = head_version(h, space + 1, (size_t)(end - space - 1));
    if (status == 0)
        status = head_method_find(h);
    return status == 0 ? head_target_split(h) : status;
}

// Content-Length (RFC 9110 §8.6): digits, and the same ones when it stands twice.
static int head_length(struct request_head *h, struct framing *f, struct span value)
{
    uint64_t length = 0;
    for (size_t i = 0; i < value.n; i++) {
        unsigned digit = (unsigned)(unsigned char)value.p[i] - '0';
        if (digit > 9 || length > ((uint64_t)INT64_MAX - digit) / 10)
            return 400;
        length = length * 10 + digit;
    }
    if (value.n == 0 || (f->length && length != h->length))
        return 400;
    f->length = true;
    h->length = length;
    return 0;
}

static int head_transfer(struct request_head *h, struct framing *f, struct span value)
{
    if (f->transfer || h->minor == 0)
        return 400;
    f->transfer = true;
    if (!span_is_any_case(value, "chunked"))
        return 501;
    h->chunked = true;
    return 0;
}

// Takes notice of the fields that say how the message is framed.
static int head_notice(struct request_head *h, struct framing *f, struct span name,
                       struct span value)
{
    switch (name.n) {
    case 4:
        if (!span_is_any_case(name, "Host"))
            break;
        if (f->host)
            return 400;
        f->host = true;
        if (h->host.n == 0) // that of an absolute target goes first (RFC 9112 §3.2.2)
            h->host = head_part_of(h, value.p, value.p + value.n);
        break;
    case 6:
        if (span_is_any_case(name, "Expect") && span_is_any_case(value, "100-continue"))
            h->expects_continue = h->minor >= 1;
        break;
    case 10:
        if (!span_is_any_case(name, "Connection"))
            break;
        if (head_list_has(value, "close"))
            h->keep_alive = false;
        else if (h->minor == 0 && head_list_has(value, "keep-alive"))
            h->keep_alive = true;
        break;
    case 14:
        if (span_is_any_case(name, "Content-Length"))
            return head_length(h, f, value);
        break;
    case 17:
        if (span_is_any_case(name, "Transfer-Encoding"))
            return head_transfer(h, f, value);
        break;
    default:
        break;
    }
    return 0;
}

// One field line, without its line end. A fold (RFC 9112 §5.2) or a space before the colon is
// refused.
static int head_field_line(struct request_head *h, struct framing *f, const char *p, size_t n)
{
    size_t name = head_token(p, n);
    if (name == 0 || name == n || p[name] != ':' || !head_printable(p + name, n - name, true))
        return 400;
    if (h->count == REQUEST_HEAD_FIELDS)
        return 431;
    struct span value = span_trim((struct span){ p + name + 1, n - name - 1 });
    h->field[h->count++] =
        (struct request_head_field){ head_part_of(h, p, p + name),
                                     head_part_of(h, value.p, value.p + value.n) };
    return head_notice(h, f, (struct span){ p, name }, value);
}

int request_head_parse(struct request_head *h, const char *p, size_t n)
{
    const char *end = p + n;
    struct framing f = { 0 };
    memset(h, 0, offsetof(struct request_head, field));
    h->bytes = p;
    h->size = (uint16_t)n;
    for (bool first = true;; first = false) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        if (!nl)
            return 400;
        size_t line = (size_t)(nl - p);
        if (line > 0 && p[line - 1] == '\r')
            line--;
        if (line == 0 && !first)
            break;
        int status = first ? head_request_line(h, p, line) : head_field_line(h, &f, p, line);
        if (status != 0)
            return status;
        if (first)
            h->keep_alive = h->minor >= 1;
        p = nl + 1;
    }
    if (f.length && f.transfer) // a request smuggled, or somebody broken (RFC 9112 §6.1)
        return 400;
    return h->minor >= 1 && !f.host ? 400 : 0;
}
