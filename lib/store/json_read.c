// SPDX-License-Identifier: MIT
#include "store/json_read.h"
#include "data/utf8.h"

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
    while (p < end && json_read_is_space(*p))
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
        while (p < end && *p != '"' && !json_read_is_space(*p))
            p++;
        buffer_add(out, at, (size_t)(p - at));
        p = json_behind_space(p, end);
    }
}
