// SPDX-License-Identifier: MIT
#include "web/address.h"
#include "web/percent.h"
#include <errno.h>
#include <stdio.h>

// Reads "1.2.3.4": four decimal numbers up to 255 without leading zeros.
static int address_quad(struct span text, uint8_t out[4])
{
    const char *p = text.p, *end = text.p + text.n;
    for (unsigned part = 0; part < 4; part++) {
        unsigned value = 0, digits = 0;
        if (part > 0 && (p == end || *p++ != '.'))
            return -EINVAL;
        for (; p < end && *p >= '0' && *p <= '9'; p++, digits++) {
            if (digits > 0 && value == 0)
                return -EINVAL;
            value = value * 10 + (unsigned)(*p - '0');
            if (value > 255)
                return -EINVAL;
        }
        if (digits == 0)
            return -EINVAL;
        out[part] = (uint8_t)value;
    }
    return p == end ? 0 : -EINVAL;
}

// One group of up to four hexadecimal digits off the front of [p, end). Returns where it ends.
static const char *address_group(const char *p, const char *end, unsigned *value)
{
    const char *most = end - p > 4 ? p + 4 : end;
    for (*value = 0; p < most && percent_hex(*p) >= 0; p++)
        *value = *value << 4 | (unsigned)percent_hex(*p);
    return p;
}

// RFC 4291 §2.2, and the URL standard's IPv6 parser (§3.5): eight groups, one run of zero groups
// may be "::", the last two may be a dotted quad.
static int address_parse6(struct span text, uint8_t out[16])
{
    const char *p = text.p, *end = text.p + text.n;
    uint8_t bytes[16] = { 0 };
    size_t at = 0, gap = SIZE_MAX;
    if (text.n < 2 || (*p == ':' && p[1] != ':'))
        return -EINVAL;
    p += *p == ':'; // "::" is met below as an empty group
    while (p < end) {
        if (*p == ':') {
            if (gap != SIZE_MAX)
                return -EINVAL;
            gap = at;
            p++;
            continue;
        }
        unsigned value;
        const char *next = address_group(p, end, &value);
        if (next < end && *next == '.') {
            if (at > 12 || address_quad((struct span){ p, (size_t)(end - p) }, bytes + at) < 0)
                return -EINVAL;
            at += 4;
            break;
        }
        if (next == p || at == 16)
            return -EINVAL;
        bytes[at++] = (uint8_t)(value >> 8);
        bytes[at++] = (uint8_t)value;
        p = next;
        if (p < end && (*p != ':' || ++p == end))
            return -EINVAL;
    }
    if (gap == SIZE_MAX ? at != 16 : at > 14) // "::" stands for one group at least
        return -EINVAL;
    if (gap == SIZE_MAX)
        gap = at;
    memset(out, 0, 16);
    memcpy(out, bytes, gap);
    memcpy(out + 16 - (at - gap), bytes + gap, at - gap);
    return 0;
}

int address_parse(struct address *out, struct span text)
{
    struct address a = { 0 };
    if (text.n == 0)
        return -EINVAL;
    bool six = memchr(text.p, ':', text.n);
    int rc = six ? address_parse6(text, a.bytes) : address_quad(text, a.bytes);
    if (rc < 0)
        return rc;
    a.family = six ? 6 : 4;
    *out = a;
    return 0;
}

// By hand, for each record has one.
static size_t address_quad_text(const uint8_t *bytes, char *out)
{
    char *at = out;
    for (unsigned i = 0; i < 4; i++) {
        unsigned b = bytes[i];
        if (b >= 100)
            *at++ = (char)('0' + b / 100);
        if (b >= 10)
            *at++ = (char)('0' + b / 10 % 10);
        *at++ = (char)('0' + b % 10);
        *at++ = '.';
    }
    *--at = '\0';
    return (size_t)(at - out);
}

size_t address_text_hex(const struct address *a, char out[ADDRESS_TEXT_ROOM])
{
    unsigned group[8], from = 8, run = 1; // the longest run of zero groups, of two at least
    out[0] = '\0';
    if (a->family == 4)
        return address_quad_text(a->bytes, out);
    if (a->family != 6)
        return 0;
    for (unsigned i = 0; i < 8; i++)
        group[i] = (unsigned)a->bytes[2 * i] << 8 | a->bytes[2 * i + 1];
    for (unsigned i = 0, n; i < 8; i += n ? n : 1) {
        for (n = 0; i + n < 8 && group[i + n] == 0;)
            n++;
        if (n > run) {
            from = i;
            run = n;
        }
    }
    char *at = out;
    for (unsigned i = 0; i < 8; i++) {
        if (i == from) {
            at += sprintf(at, "::");
            i += run - 1;
            continue;
        }
        bool colon = i > 0 && i != from + run;
        at += sprintf(at, colon ? ":%x" : "%x", group[i]);
    }
    return (size_t)(at - out);
}

size_t address_text(const struct address *a, char out[ADDRESS_TEXT_ROOM])
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (a->family != 6 || memcmp(a->bytes, mapped, 12) != 0)
        return address_text_hex(a, out);
    memcpy(out, "::ffff:", 7);
    return 7 + address_quad_text(a->bytes + 12, out + 7);
}
