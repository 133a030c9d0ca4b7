// SPDX-License-Identifier: MIT
#include "web/address.h"
#include <errno.h>
#include <netinet/in.h>

struct address_block {
    uint8_t prefix[16];
    uint8_t bits;
    uint8_t kind; // enum address_kind
};

// IANA IPv4 Special-Purpose Address Registry, the more specific blocks first.
static const struct address_block address_blocks4[] = {
    { { 192, 0, 0, 9 }, 32, ADDRESS_PUBLIC },  // port control protocol anycast
    { { 192, 0, 0, 10 }, 32, ADDRESS_PUBLIC }, // TURN anycast
    { { 255, 255, 255, 255 }, 32, ADDRESS_BROADCAST },
    { { 192, 0, 0 }, 24, ADDRESS_PROTOCOL },
    { { 192, 0, 2 }, 24, ADDRESS_DOCUMENTATION },
    { { 192, 88, 99 }, 24, ADDRESS_PROTOCOL }, // 6to4 relay anycast, deprecated
    { { 198, 51, 100 }, 24, ADDRESS_DOCUMENTATION },
    { { 203, 0, 113 }, 24, ADDRESS_DOCUMENTATION },
    { { 169, 254 }, 16, ADDRESS_LINK_LOCAL },
    { { 192, 168 }, 16, ADDRESS_PRIVATE },
    { { 198, 18 }, 15, ADDRESS_BENCHMARKING },
    { { 172, 16 }, 12, ADDRESS_PRIVATE },
    { { 100, 64 }, 10, ADDRESS_SHARED },
    { { 0 }, 8, ADDRESS_UNSPECIFIED },
    { { 10 }, 8, ADDRESS_PRIVATE },
    { { 127 }, 8, ADDRESS_LOOPBACK },
    { { 224 }, 4, ADDRESS_MULTICAST },
    { { 240 }, 4, ADDRESS_RESERVED },
    { { 0 }, 0, ADDRESS_PUBLIC },
};

// IANA IPv6 Special-Purpose Address Registry, likewise. Forms that carry an IPv4 address are taken
// out before.
static const struct address_block address_blocks6[] = {
    { { 0 }, 128, ADDRESS_UNSPECIFIED },
    { { [15] = 1 }, 128, ADDRESS_LOOPBACK },
    { { 0x20, 0x01, 0, 1, [15] = 1 }, 128, ADDRESS_PUBLIC }, // anycast: PCP, TURN, DNS-SD
    { { 0x20, 0x01, 0, 1, [15] = 2 }, 128, ADDRESS_PUBLIC },
    { { 0x20, 0x01, 0, 1, [15] = 3 }, 128, ADDRESS_PUBLIC },
    { { 0x01, 0x00 }, 64, ADDRESS_PROTOCOL },          // discard only
    { { 0x01, 0x00, [7] = 1 }, 64, ADDRESS_PROTOCOL }, // dummy prefix
    { { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 48, ADDRESS_PROTOCOL },
    { { 0x20, 0x01, 0, 2 }, 48, ADDRESS_BENCHMARKING },
    { { 0x20, 0x01, 0, 4, 0x01, 0x12 }, 48, ADDRESS_PUBLIC }, // AS112
    { { 0x20, 0x01, 0, 3 }, 32, ADDRESS_PUBLIC },             // AMT
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, ADDRESS_DOCUMENTATION },
    { { 0x20, 0x01, 0, 0x20 }, 28, ADDRESS_PUBLIC }, // ORCHIDv2
    { { 0x20, 0x01, 0, 0x30 }, 28, ADDRESS_PUBLIC }, // drone remote identification
    { { 0x20, 0x01 }, 23, ADDRESS_PROTOCOL },
    { { 0x3f, 0xff }, 20, ADDRESS_DOCUMENTATION },
    { { 0x5f, 0x00 }, 16, ADDRESS_PROTOCOL }, // segment routing
    { { 0xfe, 0x80 }, 10, ADDRESS_LINK_LOCAL },
    { { 0xfe, 0xc0 }, 10, ADDRESS_SITE_LOCAL },
    { { 0xff }, 8, ADDRESS_MULTICAST },
    { { 0xfc }, 7, ADDRESS_UNIQUE_LOCAL },
    { { 0x20 }, 3, ADDRESS_PUBLIC },
    { { 0 }, 0, ADDRESS_RESERVED },
};

static bool address_within(const uint8_t *bytes, const uint8_t *prefix, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    if (memcmp(bytes, prefix, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

// The tables end with a block that holds everything.
static enum address_kind address_look_up(const struct address_block *block, const uint8_t *bytes)
{
    while (!address_within(bytes, block->prefix, block->bits))
        block++;
    return block->kind;
}

static enum address_kind address_classify4(const uint8_t *bytes)
{
    return address_look_up(address_blocks4, bytes);
}

static enum address_kind address_classify_teredo(const uint8_t *bytes)
{
    uint8_t client[4]; // RFC 4380 §4: every bit inverted
    for (unsigned i = 0; i < 4; i++)
        client[i] = bytes[12 + i] ^ 0xff;
    enum address_kind kind = address_classify4(client);
    return kind == ADDRESS_PUBLIC ? address_classify4(bytes + 4) : kind;
}

static enum address_kind address_classify6(const uint8_t *bytes)
{
    static const struct embedding {
        uint8_t prefix[16], bits, at;
    } embeddings[] = {
        { { [10] = 0xff, [11] = 0xff }, 96, 12 },           // IPv4-mapped
        { { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },             // NAT64
        { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 96, 12 }, // NAT64, local use
        { { 0x20, 0x02 }, 16, 2 },                          // 6to4
        { { 0 }, 96, 12 },                                  // IPv4-compatible, deprecated
    };
    static const uint8_t teredo[4] = { 0x20, 0x01 }, none[15];
    if (address_within(bytes, teredo, 32))
        return address_classify_teredo(bytes);
    bool lone = memcmp(bytes, none, 15) == 0 && bytes[15] <= 1; // :: and ::1 carry nothing
    for (unsigned i = 0; !lone && i < sizeof embeddings / sizeof *embeddings; i++)
        if (address_within(bytes, embeddings[i].prefix, embeddings[i].bits))
            return address_classify4(bytes + embeddings[i].at);
    return address_look_up(address_blocks6, bytes);
}

enum address_kind address_classify(int family, const uint8_t *bytes)
{
    return family == 4   ? address_classify4(bytes)
           : family == 6 ? address_classify6(bytes)
                         : ADDRESS_RESERVED;
}

const char *address_kind_name(enum address_kind kind)
{
    static const char *const names[] = {
        [ADDRESS_PUBLIC] = "public",
        [ADDRESS_UNSPECIFIED] = "unspecified",
        [ADDRESS_LOOPBACK] = "loopback",
        [ADDRESS_PRIVATE] = "private",
        [ADDRESS_UNIQUE_LOCAL] = "unique-local",
        [ADDRESS_SITE_LOCAL] = "site-local",
        [ADDRESS_LINK_LOCAL] = "link-local",
        [ADDRESS_SHARED] = "shared by carrier-grade NAT",
        [ADDRESS_MULTICAST] = "multicast",
        [ADDRESS_BROADCAST] = "broadcast",
        [ADDRESS_DOCUMENTATION] = "for documentation",
        [ADDRESS_BENCHMARKING] = "for benchmarking",
        [ADDRESS_PROTOCOL] = "for protocols",
        [ADDRESS_RESERVED] = "reserved",
    };
    return names[kind];
}

bool address_is_special(const struct address *a)
{
    return address_classify(a->family, a->bytes) != ADDRESS_PUBLIC;
}

bool address_equal(const struct address *a, const struct address *b)
{
    return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

int address_from_sockaddr(struct address *out, const struct sockaddr *from)
{
    struct address a = { 0 };
    if (from->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, from, sizeof v4);
        a.family = 4;
        memcpy(a.bytes, &v4.sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, from, sizeof v6);
        a.family = 6;
        memcpy(a.bytes, &v6.sin6_addr, 16);
    } else {
        return -EAFNOSUPPORT;
    }
    *out = a;
    return 0;
}

socklen_t address_to_sockaddr(const struct address *a, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (a->family == 4) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)out;
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        memcpy(&v4->sin_addr, a->bytes, 4);
        return sizeof *v4;
    }
    if (a->family == 6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        memcpy(&v6->sin6_addr, a->bytes, 16);
        return sizeof *v6;
    }
    return 0;
}
