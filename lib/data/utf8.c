// SPDX-License-Identifier: MIT
#include "data/utf8.h"

// How many bytes follow `lead`, and the range that the first of them must be in so that the form is
// neither overlong, nor a surrogate, nor beyond U+10FFFF. 0: not a lead byte.
static unsigned utf8_follow(unsigned char lead, unsigned char *low, unsigned char *high)
{
    *low = 0x80;
    *high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 1;
    if (lead >= 0xE0 && lead <= 0xEF) {
        if (lead == 0xE0)
            *low = 0xA0;
        if (lead == 0xED)
            *high = 0x9F;
        return 2;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        if (lead == 0xF0)
            *low = 0x90;
        if (lead == 0xF4)
            *high = 0x8F;
        return 3;
    }
    return 0;
}

uint32_t utf8_next(const char **p, const char *end, bool *valid)
{
    unsigned char lead = (unsigned char)*(*p)++, low, high;
    if (valid)
        *valid = true;
    if (lead < 0x80)
        return lead;
    unsigned follow = utf8_follow(lead, &low, &high);
    uint32_t c = lead & (0x3Fu >> follow);
    for (unsigned i = 0; i < follow; i++) {
        unsigned char next = *p < end ? (unsigned char)**p : 0;
        if (next < low || next > high) {
            follow = 0;
            break;
        }
        low = 0x80;
        high = 0xBF;
        c = c << 6 | (next & 0x3Fu);
        ++*p;
    }
    if (follow)
        return c;
    if (valid)
        *valid = false;
    return UTF8_REPLACEMENT;
}

size_t utf8_put(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

bool utf8_valid(struct span s)
{
    bool valid = true;
    if (s.n == 0)
        return true;
    for (const char *end = s.p + s.n; s.p < end && valid;)
        utf8_next(&s.p, end, &valid);
    return valid;
}
