// SPDX-License-Identifier: MIT
#include "store/json_read.h"
#include "data/utf8.h"
#include <errno.h>

// ---- checking

struct json_scan {
    const char *p, *end;
    uint64_t objects; // a bit for each level that is open: whether it is an object
    unsigned depth;
    const char *why; // what is wrong at `p`
};

_Static_assert(JSON_READ_DEPTH <= 64, "a bit a level");

static bool json_fault(struct json_scan *s, const char *why)
{
    s->why = why;
    return false;
}

static bool json_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void json_skip_space(struct json_scan *s)
{
    while (s->p < s->end && json_is_space(*s->p))
        s->p++;
}

static bool json_is_digit(const struct json_scan *s)
{
    return s->p < s->end && *s->p >= '0' && *s->p <= '9';
}

static bool json_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool json_scan_escape(struct json_scan *s)
{
    if (s->end - s->p >= 2 && s->p[1] != 'u' && s->p[1] && strchr("\"\\/bfnrt", s->p[1])) {
        s->p += 2;
        return true;
    }
    if (s->end - s->p < 6 || s->p[1] != 'u')
        return json_fault(s, "no such escape");
    for (unsigned i = 2; i < 6; i++)
        if (!json_hex_digit(s->p[i]))
            return json_fault(s, "no such escape");
    s->p += 6;
    return true;
}

static bool json_scan_text(struct json_scan *s)
{
    if (s->p == s->end || *s->p != '"')
        return json_fault(s, "a string should begin here");
    s->p++;
    while (s->p < s->end && *s->p != '"') {
        unsigned char c = (unsigned char)*s->p;
        bool valid = true;
        if (c < ' ')
            return json_fault(s, "a control character inside a string");
        if (c == '\\') {
            if (!json_scan_escape(s))
                return false;
        } else if (c < 0x80) {
            s->p++;
        } else {
            const char *at = s->p;
            utf8_next(&s->p, s->end, &valid);
            s->p = valid ? s->p : at;
        }
        if (!valid)
            return json_fault(s, "bytes that are not UTF-8");
    }
    if (s->p == s->end)
        return json_fault(s, "a string that does not end");
    s->p++;
    return true;
}

static bool json_scan_digits(struct json_scan *s)
{
    if (!json_is_digit(s))
        return json_fault(s, "a digit is missing");
    while (json_is_digit(s))
        s->p++;
    return true;
}

static bool json_scan_number(struct json_scan *s)
{
    if (*s->p == '-')
        s->p++;
    bool zero = s->p < s->end && *s->p == '0';
    if (zero)
        s->p++;
    else if (!json_scan_digits(s))
        return false;
    if (s->p < s->end && *s->p == '.') {
        s->p++;
        if (!json_scan_digits(s))
            return false;
    }
    if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
        s->p++;
        if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
            s->p++;
        if (!json_scan_digits(s))
            return false;
    }
    return true;
}

static bool json_scan_word(struct json_scan *s, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
        return json_fault(s, "a value should begin here");
    s->p += n;
    return true;
}

static bool json_scan_scalar(struct json_scan *s)
{
    switch (*s->p) {
    case '"':
        return json_scan_text(s);
    case 't':
        return json_scan_word(s, "true");
    case 'f':
        return json_scan_word(s, "false");
    case 'n':
        return json_scan_word(s, "null");
    case '-':
        return json_scan_number(s);
    default:
        return json_is_digit(s) ? json_scan_number(s) : json_fault(s, "a value should begin here");
    }
}

static bool json_scan_name(struct json_scan *s)
{
    json_skip_space(s);
    if (!json_scan_text(s))
        return false;
    json_skip_space(s);
    if (s->p == s->end || *s->p != ':')
        return json_fault(s, "a colon is missing");
    s->p++;
    return true;
}

static bool json_in_object(const struct json_scan *s)
{
    return s->objects >> (s->depth - 1) & 1;
}

// Opens an object or an array. `*empty` says that it was closed again at once.
static bool json_scan_open(struct json_scan *s, bool *empty)
{
    bool object = *s->p == '{';
    if (s->depth == JSON_READ_DEPTH)
        return json_fault(s, "nested too deep");
    s->objects &= ~(UINT64_C(1) << s->depth);
    s->objects |= (uint64_t)object << s->depth;
    s->depth++;
    s->p++;
    json_skip_space(s);
    *empty = s->p < s->end && *s->p == (object ? '}' : ']');
    if (!*empty)
        return !object || json_scan_name(s);
    s->p++;
    s->depth--;
    return true;
}

// Behind a value: closes what ends here, up to the next value. `*more` says whether there is one.
static bool json_scan_behind(struct json_scan *s, bool *more)
{
    *more = false;
    while (s->depth > 0) {
        bool object = json_in_object(s);
        json_skip_space(s);
        if (s->p < s->end && *s->p == ',') {
            s->p++;
            *more = true;
            return !object || json_scan_name(s);
        }
        if (s->p == s->end || *s->p != (object ? '}' : ']'))
            return json_fault(s,
                              object ? "a comma or '}' is missing" : "a comma or ']' is missing");
        s->p++;
        s->depth--;
    }
    return true;
}

static bool json_scan_all(struct json_scan *s)
{
    bool more = true;
    while (more) {
        bool opened = false, closed = false;
        json_skip_space(s);
        if (s->p == s->end)
            return json_fault(s, "a value is missing");
        opened = *s->p == '{' || *s->p == '[';
        if (opened ? !json_scan_open(s, &closed) : !json_scan_scalar(s))
            return false;
        if ((!opened || closed) && !json_scan_behind(s, &more))
            return false;
    }
    json_skip_space(s);
    return s->p == s->end || json_fault(s, "something behind the end");
}

int json_read_check(struct span text, struct json_read_fault *fault)
{
    struct json_scan s = { .p = text.p, .end = text.p + text.n };
    if (json_scan_all(&s))
        return 0;
    *fault = (struct json_read_fault){ (size_t)(s.p - text.p), s.why };
    return -EINVAL;
}

// ---- walking

// Behind the string that begins at `p`.
static const char *json_behind_text(const char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

// Behind the value that begins at `p`.
static const char *json_behind(const char *p, const char *end)
{
    unsigned depth = 0;
    do {
        if (*p == '"') {
            p = json_behind_text(p);
        } else if (*p == '{' || *p == '[') {
            depth++;
            p++;
        } else if (*p == '}' || *p == ']') {
            depth--;
            p++;
        } else if (depth > 0) {
            p++;
        } else {
            while (p < end && !strchr(" \t\r\n,:]}", *p))
                p++;
        }
    } while (depth > 0);
    return p;
}

static const char *json_behind_space(const char *p, const char *end)
{
    while (p < end && json_is_space(*p))
        p++;
    return p;
}

enum json_read_kind json_read_kind(struct span value)
{
    switch (*json_behind_space(value.p, value.p + value.n)) {
    case '{':
        return JSON_READ_OBJECT;
    case '[':
        return JSON_READ_ARRAY;
    case '"':
        return JSON_READ_TEXT;
    case 't':
    case 'f':
        return JSON_READ_BOOL;
    case 'n':
        return JSON_READ_NULL;
    default:
        return JSON_READ_NUMBER;
    }
}

bool json_read_member(struct span *rest, struct span *name, struct span *value)
{
    const char *end = rest->p + rest->n, *p = json_behind_space(rest->p, end);
    if (p < end && (*p == '{' || *p == ','))
        p = json_behind_space(p + 1, end);
    if (p == end || *p == '}')
        return false;
    const char *behind = json_behind_text(p);
    *name = (struct span){ p, (size_t)(behind - p) };
    p = json_behind_space(behind, end) + 1; // the colon
    p = json_behind_space(p, end);
    behind = json_behind(p, end);
    *value = (struct span){ p, (size_t)(behind - p) };
    p = json_behind_space(behind, end);
    *rest = (struct span){ p, (size_t)(end - p) };
    return true;
}

// ---- strings

static uint32_t json_hex(const char *p)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned char c = (unsigned char)p[i];
        v = v << 4 | (c <= '9' ? c - (uint32_t)'0' : (c | 0x20u) - 'a' + 10u);
    }
    return v;
}

// The code point of the escape \uXXXX at `*p`, which is moved behind it, and behind the second half
// of a pair.
static uint32_t json_unescape(const char **p, const char *end)
{
    uint32_t c = json_hex(*p + 2), low;
    *p += 6;
    if (c < 0xD800 || c > 0xDFFF)
        return c;
    if (c < 0xDC00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u') {
        low = json_hex(*p + 2);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            *p += 6;
            return 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
        }
    }
    return UTF8_REPLACEMENT;
}

static char json_short_escape(char c)
{
    static const char pairs[] = "b\bf\fn\nr\rt\t";
    const char *pair = strchr(pairs, c);
    return pair ? pair[1] : c;
}

void json_read_text(struct span string, struct buffer *out)
{
    const char *p = string.p + 1, *end = string.p + string.n - 1;
    char *to = buffer_reserve(out, string.n); // no escape is shorter than what it stands for
    if (!to)
        return;
    char *begin = to;
    while (p < end) {
        if (*p != '\\') {
            *to++ = *p++;
        } else if (p[1] != 'u') {
            *to++ = json_short_escape(p[1]);
            p += 2;
        } else {
            char utf8[4];
            size_t n = utf8_put(utf8, json_unescape(&p, end));
            memcpy(to, utf8, n);
            to += n;
        }
    }
    out->n += (size_t)(to - begin);
}

bool json_read_is(struct span string, const char *s)
{
    struct span plain = { string.p + 1, string.n - 2 };
    if (!memchr(plain.p, '\\', plain.n))
        return span_is(plain, s);
    struct buffer b = { 0 };
    json_read_text(string, &b);
    bool same = b.n > 0 && span_is(buffer_span(&b), s);
    buffer_fini(&b);
    return same;
}

// One string, from `p` to `end`, as json_text would have escaped it.
static void json_compact_text(const char *p, const char *end, struct buffer *out)
{
    while (p < end) {
        const char *at = p;
        if ((signed char)*p >= 0 && *p != 0x7F) {
            while (p < end && (signed char)*p >= 0 && *p != 0x7F)
                p++;
            buffer_add(out, at, (size_t)(p - at));
            continue;
        }
        uint32_t c = utf8_next(&p, end, NULL);
        if (c < 0xA0 || c == 0x2028 || c == 0x2029)
            buffer_add_format(out, "\\u%04x", (unsigned)c);
        else
            buffer_add(out, at, (size_t)(p - at));
    }
}

void json_read_compact(struct span value, struct buffer *out)
{
    const char *p = value.p, *end = value.p + value.n;
    while (p < end) {
        const char *at = p;
        if (*p == '"') {
            p = json_behind_text(p);
            json_compact_text(at, p, out);
            continue;
        }
        while (p < end && *p != '"' && !json_is_space(*p))
            p++;
        buffer_add(out, at, (size_t)(p - at));
        p = json_behind_space(p, end);
    }
}
