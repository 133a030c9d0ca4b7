// SPDX-License-Identifier: MIT
#include "store/json.h"
#include "data/civil.h"
#include "data/utf8.h"

static inline void json_literal(struct buffer *b, const char *text, size_t n)
{
    char *at = json_room(b, n);
    if (!at)
        return;
    memcpy(at, text, n);
    json_wrote(b, at + n);
}

void json_object_open(struct buffer *b)
{
    json_literal(b, "{", 1);
}

void json_object_close(struct buffer *b)
{
    buffer_add_byte(b, '}');
}

void json_array_open(struct buffer *b)
{
    json_literal(b, "[", 1);
}

void json_array_close(struct buffer *b)
{
    buffer_add_byte(b, ']');
}

void json_newline(struct buffer *b)
{
    buffer_add_byte(b, '\n');
}

void json_none(struct buffer *b)
{
    json_literal(b, "null", 4);
}

void json_bool(struct buffer *b, bool v)
{
    json_literal(b, v ? "true" : "false", v ? 4 : 5);
}

// Whether one of the eight bytes of `x` needs a look: below 0x20, '"', '\\', 0x7F or above. The
// subtractions carry only out of a byte that is itself found.
static inline bool json_needs_look(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quote = x ^ ones * '"', backslash = x ^ ones * '\\', del = x ^ ones * 0x7F;
    uint64_t found = (x - ones * ' ') | (quote - ones) | (backslash - ones) | (del - ones) | x;
    return found & tops;
}

static inline bool json_plain(char c)
{
    return (signed char)c >= ' ' && c != '"' && c != '\\' && c != 0x7F;
}

// Copies to `to` what can go in as it is off the front of [p, end). Returns where it stopped.
static const char *json_copy(char *to, const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t x;
        memcpy(&x, p, 8);
        if (json_needs_look(x))
            break;
        memcpy(to, &x, 8);
        to += 8;
        p += 8;
    }
    while (p < end && json_plain(*p))
        *to++ = *p++;
    return p;
}

static void json_escape(struct buffer *b, uint32_t c)
{
    static const char digits[] = "0123456789abcdef";
    static const char *const short_form = "\"\"\\\\\bb\ff\nn\rr\tt"; // pairs
    for (const char *pair = short_form; *pair; pair += 2) {
        if ((uint32_t)*pair == c) {
            buffer_add(b, (char[]){ '\\', pair[1] }, 2);
            return;
        }
    }
    char text[6] = {
        '\\', 'u', digits[c >> 12 & 15], digits[c >> 8 & 15], digits[c >> 4 & 15], digits[c & 15]
    };
    buffer_add(b, text, 6);
}

// One code point off the front of [*p, end) that is not plain ASCII.
static void json_special(struct buffer *b, const char **p, const char *end)
{
    char utf8[4];
    uint32_t c = utf8_next(p, end, NULL);
    if (c < 0xA0 || c == 0x2028 || c == 0x2029)
        json_escape(b, c);
    else
        buffer_add(b, utf8, utf8_put(utf8, c));
}

void json_text(struct buffer *b, struct span s)
{
    if (!s.p) {
        json_none(b);
        return;
    }
    char *at = json_room(b, s.n + 2);
    if (!at)
        return;
    *at++ = '"';
    const char *p = s.p, *end = s.p + s.n;
    while (at) {
        const char *stop = json_copy(at, p, end);
        json_wrote(b, at + (stop - p));
        p = stop;
        if (p == end)
            break;
        json_special(b, &p, end);
        at = buffer_reserve(b, (size_t)(end - p) + 1);
    }
    buffer_add_byte(b, '"');
}

// The longest number, and how a number is put together: backwards from the middle of a text, whose
// first half is then copied as a whole, which is quicker than as many bytes as it has.
enum { NUMBER = 24 };
struct json_number {
    char text[2 * NUMBER];
};

static const char json_pairs[] =
    "00010203040506070809101112131415161718192021222324252627282930313233"
    "34353637383940414243444546474849505152535455565758596061626364656667"
    "6869707172737475767778798081828384858687888990919293949596979899";

static inline char *json_pair(char *end, uint64_t v)
{
    memcpy(end - 2, json_pairs + 2 * v, 2);
    return end - 2;
}

// Writes `v` before `end`; returns where it starts.
static inline char *json_digits(char *end, uint64_t v)
{
    for (; v >= 100; v /= 100)
        end = json_pair(end, v % 100);
    if (v >= 10)
        return json_pair(end, v);
    *--end = (char)('0' + v);
    return end;
}

static inline void json_number(struct buffer *b, const struct json_number *number, const char *from)
{
    char *at = json_room(b, NUMBER);
    if (!at)
        return;
    memcpy(at, from, NUMBER);
    json_wrote(b, at + (number->text + NUMBER - from));
}

void json_uint(struct buffer *b, uint64_t v)
{
    struct json_number number = { 0 };
    json_number(b, &number, json_digits(number.text + NUMBER, v));
}

static uint64_t json_magnitude(int64_t v)
{
    return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

void json_int(struct buffer *b, int64_t v)
{
    struct json_number number = { 0 };
    char *at = json_digits(number.text + NUMBER, json_magnitude(v));
    if (v < 0)
        *--at = '-';
    json_number(b, &number, at);
}

void json_seconds_us(struct buffer *b, int64_t ns)
{
    struct json_number number = { 0 };
    uint64_t us = (json_magnitude(ns) + 500) / 1000, seconds = us / 1000000;
    unsigned rest = (unsigned)(us % 1000000);
    char *at = number.text + NUMBER;
    at = json_pair(at, rest % 100);
    at = json_pair(at, rest / 100 % 100);
    at = json_pair(at, rest / 10000);
    *--at = '.';
    at = json_digits(at, seconds);
    if (ns < 0 && us > 0)
        *--at = '-';
    json_number(b, &number, at);
}

static void json_two(char *at, unsigned v)
{
    json_pair(at + 2, v);
}

static void json_time_second(struct json_time *cache, int64_t second)
{
    struct civil c = civil_of(second);
    char *t = cache->text;
    memcpy(t, "0000-00-00T00:00:00", 20);
    json_two(t, (unsigned)c.year / 100);
    json_two(t + 2, (unsigned)c.year % 100);
    json_two(t + 5, c.month);
    json_two(t + 8, c.day);
    json_two(t + 11, c.hour);
    json_two(t + 14, c.minute);
    json_two(t + 17, c.second);
    cache->second = second;
}

void json_time(struct buffer *b, struct json_time *cache, int64_t wall, int digits)
{
    const int64_t billion = INT64_C(1000000000);
    int64_t second = wall / billion, rest = wall % billion;
    if (rest < 0) {
        second--;
        rest += billion;
    }
    unsigned us = (unsigned)(rest / 1000);
    char text[32] = "\"";
    size_t n = 20;
    if (second != cache->second || !cache->text[0])
        json_time_second(cache, second);
    memcpy(text + 1, cache->text, 19);
    if (digits > 0) {
        text[n++] = '.';
        json_two(text + n, us / 10000);
        json_two(text + n + 2, us / 100 % 100);
        json_two(text + n + 4, us % 100);
        n += (size_t)digits;
    }
    text[n++] = 'Z';
    text[n++] = '"';
    json_literal(b, text, n);
}
