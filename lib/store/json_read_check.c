// SPDX-License-Identifier: MIT
// Whether a text is JSON: one pass, a bit of memory a level.
#include "data/utf8.h"
#include "store/json_read.h"
#include <errno.h>

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

static void json_skip_space(struct json_scan *s)
{
    while (s->p < s->end && json_read_is_space(*s->p))
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
