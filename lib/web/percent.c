// SPDX-License-Identifier: MIT
#include "web/percent.h"
#include "data/utf8.h"

// What a set encodes among the printable ASCII characters; controls, DEL and everything beyond
// ASCII are in every set. One bit a character, from bit 0 of the first word for U+0000.
struct percent_bits {
    uint64_t low, high;
};
#define LOW(c) (UINT64_C(1) << (c))
#define HIGH(c) (UINT64_C(1) << ((c)-64))
#define CONTROLS UINT64_C(0xFFFFFFFF)

#define FRAGMENT_LOW (CONTROLS | LOW(' ') | LOW('"') | LOW('<') | LOW('>'))
#define QUERY_LOW (FRAGMENT_LOW | LOW('#') | LOW('\''))
#define PATH_LOW (FRAGMENT_LOW | LOW('#') | LOW('?'))
#define PATH_HIGH (HIGH('^') | HIGH('`') | HIGH('{') | HIGH('}') | HIGH(127))

static const struct percent_bits percent_bits[PERCENT_SETS] = {
    [PERCENT_FRAGMENT] = { FRAGMENT_LOW, HIGH('`') | HIGH(127) },
    [PERCENT_QUERY] = { QUERY_LOW, HIGH(127) },
    [PERCENT_PATH] = { PATH_LOW, PATH_HIGH },
    [PERCENT_USERINFO] = { PATH_LOW | LOW('/') | LOW(':') | LOW(';') | LOW('='),
                           PATH_HIGH | HIGH('@') | HIGH('[') | HIGH('\\') | HIGH(']') | HIGH('|') },
};

bool percent_plain(enum percent_set set, unsigned char c)
{
    const struct percent_bits *bits = &percent_bits[set];
    return c < 64 ? !(bits->low >> c & 1) : c < 128 && !(bits->high >> (c - 64) & 1);
}

static void percent_escape(struct buffer *out, const char *p, size_t n)
{
    static const char digits[] = "0123456789ABCDEF";
    char *at = buffer_reserve(out, 3 * n);
    if (!at)
        return;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        *at++ = '%';
        *at++ = digits[c >> 4];
        *at++ = digits[c & 15];
    }
    out->n += 3 * n;
}

void percent_encode(struct buffer *out, struct span text, enum percent_set set)
{
    const char *p = text.p, *end = text.p + text.n;
    while (p < end) {
        const char *run = p;
        while (p < end && percent_plain(set, (unsigned char)*p))
            p++;
        buffer_add(out, run, (size_t)(p - run));
        if (p == end)
            break;
        char utf8[4];
        size_t n = utf8_put(utf8, utf8_next(&p, end, NULL));
        percent_escape(out, utf8, n);
    }
}

int percent_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

void percent_decode(struct buffer *out, struct span text)
{
    char *at = buffer_reserve(out, text.n);
    if (!at)
        return;
    for (size_t i = 0; i < text.n; i++) {
        bool escape = text.p[i] == '%' && text.n - i > 2 && percent_hex(text.p[i + 1]) >= 0 &&
                      percent_hex(text.p[i + 2]) >= 0;
        if (escape) {
            *at++ = (char)(percent_hex(text.p[i + 1]) << 4 | percent_hex(text.p[i + 2]));
            i += 2;
        } else {
            *at++ = text.p[i];
        }
    }
    out->n = (size_t)(at - out->p);
}
