// SPDX-License-Identifier: MIT
#include "web/punycode.h"
#include <errno.h>

// The parameters of RFC 3492 §5.
enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST = 128 };

// §6.1: how the thresholds follow the size of the last delta.
static uint32_t punycode_bias(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t punycode_threshold(uint32_t k, uint32_t bias)
{
    return k <= bias + TMIN ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
}

// One delta as a generalized variable-length integer.
static void punycode_put(struct buffer *out, uint32_t delta, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = punycode_threshold(k, bias);
        if (delta < t)
            break;
        buffer_add_byte(out, digits[t + (delta - t) % (BASE - t)]);
        delta = (delta - t) / (BASE - t);
    }
    buffer_add_byte(out, digits[delta]);
}

static uint32_t punycode_smallest(const uint32_t *cp, size_t n, uint32_t from)
{
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < n; i++)
        if (cp[i] >= from && cp[i] < least)
            least = cp[i];
    return least;
}

int punycode_encode(struct buffer *out, const uint32_t *cp, size_t n)
{
    uint32_t basic = 0, done, delta = 0, bias = FIRST_BIAS, reached = FIRST;
    for (size_t i = 0; i < n; i++) {
        if (cp[i] >= FIRST)
            continue;
        buffer_add_byte(out, (char)cp[i]);
        basic++;
    }
    if (basic)
        buffer_add_byte(out, '-');
    for (done = basic; done < n; delta++, reached++) {
        uint32_t next = punycode_smallest(cp, n, reached);
        if ((uint64_t)(next - reached) * (done + 1) > UINT32_MAX - delta - n)
            return -EOVERFLOW;
        delta += (next - reached) * (done + 1);
        reached = next;
        for (size_t i = 0; i < n; i++) {
            delta += cp[i] < reached;
            if (cp[i] != reached)
                continue;
            punycode_put(out, delta, bias);
            bias = punycode_bias(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
    }
    return 0;
}

static uint32_t punycode_digit(char c)
{
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a');
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    return c >= '0' && c <= '9' ? (uint32_t)(c - '0') + 26 : BASE;
}

// Reads one delta off the front of `text`, adding it to `i`. Errors: -EINVAL.
static int punycode_take(struct span *text, uint32_t bias, uint32_t *i)
{
    uint64_t weight = 1, sum = *i;
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t digit = text->n ? punycode_digit(*text->p) : BASE;
        if (digit == BASE)
            return -EINVAL;
        text->p++;
        text->n--;
        sum += digit * weight;
        if (sum > UINT32_MAX)
            return -EINVAL;
        uint32_t t = punycode_threshold(k, bias);
        if (digit < t)
            break;
        weight *= BASE - t;
        if (weight > UINT32_MAX)
            return -EINVAL;
    }
    *i = (uint32_t)sum;
    return 0;
}

int punycode_decode(struct span text, uint32_t *cp, size_t *n)
{
    uint32_t count = 0, i = 0, bias = FIRST_BIAS;
    uint64_t point = FIRST;
    const char *dash = text.n ? memrchr(text.p, '-', text.n) : NULL;
    size_t basic = dash ? (size_t)(dash - text.p) : 0;
    if (basic > *n)
        return -EINVAL;
    for (; count < basic; count++) {
        cp[count] = (unsigned char)text.p[count];
        if (cp[count] >= FIRST)
            return -EINVAL;
    }
    if (dash)
        text = (struct span){ dash + 1, text.n - basic - 1 };
    while (text.n) {
        uint32_t from = i;
        if (count == *n || punycode_take(&text, bias, &i) < 0)
            return -EINVAL;
        bias = punycode_bias(i - from, count + 1, from == 0);
        point += i / (count + 1);
        i %= count + 1;
        if (point > 0x10FFFF)
            return -EINVAL;
        memmove(cp + i + 1, cp + i, (count - i) * sizeof *cp);
        cp[i++] = (uint32_t)point;
        count++;
    }
    *n = count;
    return 0;
}
