// SPDX-License-Identifier: MIT
#include "html/entity.h"
#include "data/utf8.h"
#include "html/charset.h"

enum { ENTITY_NAME_MOST = 31 };

static const struct entity {
    char name[ENTITY_NAME_MOST + 1];
    bool bare; // also without a semicolon
    uint32_t first, second;
} entity_table[] = {
// clang-format off
#include "html/entity_table.def"
    // clang-format on
};

static const struct entity *entity_find(struct span name)
{
    size_t low = 0, high = sizeof entity_table / sizeof *entity_table;
    char key[ENTITY_NAME_MOST + 1];
    if (name.n == 0 || name.n > ENTITY_NAME_MOST)
        return NULL;
    memcpy(key, name.p, name.n);
    key[name.n] = '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(key, entity_table[middle].name);
        if (order == 0)
            return &entity_table[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void entity_put(struct buffer *out, uint32_t c)
{
    char bytes[4];
    buffer_add(out, bytes, utf8_put(bytes, c));
}

static bool entity_is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The value of a digit; 16 or more when it is none.
static unsigned entity_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    char lower = (char)(c | 32);
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

// What a number stands for (§13.2.5.84).
static uint32_t entity_of_number(uint32_t n)
{
    if (n == 0 || n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF))
        return UTF8_REPLACEMENT;
    return n >= 0x80 && n <= 0x9F ? charset_windows_1252((uint8_t)n) : n;
}

// "#38;" or "#x26;" at `p`. Returns what is behind it; `p` when it is none.
static const char *entity_number(struct buffer *out, const char *p, const char *end)
{
    const char *at = p + 1;
    unsigned base = 10;
    uint32_t n = 0;
    if (at < end && (*at | 32) == 'x') {
        base = 16;
        at++;
    }
    const char *digits = at;
    for (; at < end && entity_digit(*at) < base; at++)
        n = n > 0x10FFFF ? n : n * base + entity_digit(*at);
    if (at == digits)
        return p;
    entity_put(out, entity_of_number(n));
    return at < end && *at == ';' ? at + 1 : at;
}

// "amp;" at `p`. In an attribute what follows a name without a semicolon makes it text, so that no
// name need be looked for in the middle of letters.
static const char *entity_named(struct buffer *out, const char *p, const char *end)
{
    const char *at = p;
    while (at < end && entity_is_alphanumeric(*at))
        at++;
    const struct entity *e = entity_find((struct span){ p, (size_t)(at - p) });
    bool semicolon = at < end && *at == ';';
    if (!e || (!semicolon && (!e->bare || (at < end && *at == '='))))
        return p;
    entity_put(out, e->first);
    if (e->second)
        entity_put(out, e->second);
    return at + semicolon;
}

void entity_decode(struct buffer *out, struct span value)
{
    const char *p = value.p, *end = p + value.n;
    while (p < end) {
        const char *from = p;
        while (p < end && *p != '&' && *p != '\0')
            p++;
        buffer_add(out, from, (size_t)(p - from));
        if (p == end)
            return;
        if (*p++ == '\0') {
            entity_put(out, UTF8_REPLACEMENT);
            continue;
        }
        from = p;
        if (p < end)
            p = *p == '#' ? entity_number(out, p, end) : entity_named(out, p, end);
        if (p == from)
            buffer_add_byte(out, '&');
    }
}

bool entity_stands_in(struct span value)
{
    return value.n &&
           (memchr(value.p, '&', value.n) != NULL || memchr(value.p, '\0', value.n) != NULL);
}
