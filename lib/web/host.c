// SPDX-License-Identifier: MIT
#include "web/host.h"
#include "data/utf8.h"
#include "web/idna.h"
#include "web/percent.h"
#include <errno.h>

static const bool host_forbidden[128] = {
    [0 ... ' '] = true, ['#'] = true, ['%'] = true, ['/'] = true, [':'] = true,
    ['<'] = true,       ['>'] = true, ['?'] = true, ['@'] = true, ['['] = true,
    ['\\'] = true,      [']'] = true, ['^'] = true, ['|'] = true, [0x7F] = true,
};

bool host_forbids(unsigned char c)
{
    return c < 128 && host_forbidden[c];
}

// An IPv4 number (decimal, octal after "0", hexadecimal after "0x") as long ago in inet_aton.
// Numbers beyond 2^32 are held there. False: it is none.
static bool host_number(struct span part, uint64_t *value)
{
    unsigned base = 10;
    if (part.n == 0)
        return false;
    if (part.n >= 2 && part.p[0] == '0') {
        bool hex = part.p[1] == 'x' || part.p[1] == 'X';
        base = hex ? 16 : 8;
        part.p += hex ? 2 : 1;
        part.n -= hex ? 2 : 1;
    }
    for (*value = 0; part.n; part.p++, part.n--) {
        int digit = percent_hex(*part.p);
        if (digit < 0 || digit >= (int)base)
            return false;
        *value = *value * base + (unsigned)digit;
        if (*value > UINT64_C(1) << 32)
            *value = UINT64_C(1) << 32;
    }
    return true;
}

// The part after the last dot of `host`.
static struct span host_last(struct span host)
{
    const char *dot = host.n ? memrchr(host.p, '.', host.n) : NULL;
    size_t skip = dot ? (size_t)(dot - host.p) + 1 : 0;
    return (struct span){ host.p + skip, host.n - skip };
}

static struct span host_without_final_dot(struct span host)
{
    host.n -= host.n > 0 && host.p[host.n - 1] == '.';
    return host;
}

// The standard's "ends in a number": then a host is an IPv4 address or wrong.
static bool host_ends_in_number(struct span host)
{
    uint64_t value;
    struct span last = host_last(host_without_final_dot(host));
    if (last.n == 0 || *last.p < '0' || *last.p > '9')
        return false;
    size_t digits = 0;
    while (digits < last.n && last.p[digits] >= '0' && last.p[digits] <= '9')
        digits++;
    return digits == last.n || host_number(last, &value);
}

// The standard's IPv4 parser: up to four numbers, of which the last fills what is left.
static int host_ipv4(struct span host, struct address *address)
{
    uint64_t value, sum = 0;
    struct span rest = host_without_final_dot(host);
    for (unsigned part = 0; part < 4; part++) {
        const char *dot = rest.n ? memchr(rest.p, '.', rest.n) : NULL;
        struct span number = { rest.p, dot ? (size_t)(dot - rest.p) : rest.n };
        if (!host_number(number, &value))
            return -EINVAL;
        if (!dot) {
            if (value >> (8 * (4 - part)))
                return -EINVAL;
            sum += value;
            *address = (struct address){ .family = 4 };
            for (unsigned i = 0; i < 4; i++)
                address->bytes[i] = (uint8_t)(sum >> (24 - 8 * i));
            return 0;
        }
        if (value > 255)
            return -EINVAL;
        sum |= value << (24 - 8 * part);
        rest.p = dot + 1;
        rest.n -= number.n + 1;
    }
    return -EINVAL;
}

static void host_put_address(struct buffer *out, const struct address *address)
{
    char text[ADDRESS_TEXT_ROOM];
    size_t n = address_text_hex(address, text);
    if (address->family == 6)
        buffer_add_byte(out, '[');
    buffer_add(out, text, n);
    if (address->family == 6)
        buffer_add_byte(out, ']');
}

static int host_ipv6(struct buffer *out, struct span host, struct address *address)
{
    struct span inside = { host.p + 1, host.n - 2 };
    if (host.n < 2 || host.p[host.n - 1] != ']' || !memchr(inside.p, ':', inside.n))
        return -EINVAL;
    if (address_parse(address, inside) < 0)
        return -EINVAL;
    host_put_address(out, address);
    return out->failed ? -ENOMEM : 0;
}

// Appends the domain in ASCII, out of its percent escapes.
static int host_domain(struct buffer *out, struct span host, enum url_error *why)
{
    if (!memchr(host.p, '%', host.n)) {
        *why = URL_BAD_IDNA;
        return idna_to_ascii(out, host);
    }
    struct buffer plain = { 0 };
    percent_decode(&plain, host);
    *why = utf8_valid(buffer_span(&plain)) ? URL_BAD_IDNA : URL_BAD_PERCENT;
    int rc = plain.failed ? -ENOMEM : idna_to_ascii(out, buffer_span(&plain));
    buffer_fini(&plain);
    return rc;
}

int host_parse(struct buffer *out, struct span host, enum url_host_kind *kind,
               struct address *address, enum url_error *why)
{
    size_t start = out->n;
    if (host.n && host.p[0] == '[') {
        *why = URL_BAD_IPV6;
        *kind = URL_IPV6;
        return host_ipv6(out, host, address);
    }
    int rc = host_domain(out, host, why);
    if (rc < 0)
        return rc;
    struct span domain = { out->p + start, out->n - start };
    *why = domain.n ? URL_BAD_HOST : URL_NO_HOST;
    for (size_t i = 0; i < domain.n; i++)
        if (host_forbids((unsigned char)domain.p[i]))
            return -EINVAL;
    *kind = URL_DOMAIN;
    if (domain.n == 0)
        return -EINVAL;
    if (!host_ends_in_number(domain))
        return 0;
    *why = URL_BAD_IPV4;
    *kind = URL_IPV4;
    rc = host_ipv4(domain, address);
    if (rc < 0)
        return rc;
    out->n = start;
    host_put_address(out, address);
    return out->failed ? -ENOMEM : 0;
}
