// SPDX-License-Identifier: MIT
#include "ledger/host_entry.h"
#include "data/pack.h"
#include <errno.h>

enum { HOST_ENTRY_VERSION = 1 };

static void write_address(struct buffer *out, const struct address *a)
{
    buffer_add_byte(out, (char)a->family);
    buffer_add(out, a->bytes, a->family == 4 ? 4 : 16);
}

static void read_address(struct unpack *u, struct address *a)
{
    unsigned char family = 0;
    unpack_bytes(u, &family, 1);
    *a = (struct address){ .family = family };
    if (family != 4 && family != 6)
        u->bad = true;
    unpack_bytes(u, a->bytes, family == 4 ? 4 : 16);
}

void host_entry_write(struct buffer *out, const struct host_entry *h)
{
    unsigned n = h->addresses < HOST_ENTRY_ADDRESSES ? h->addresses : HOST_ENTRY_ADDRESSES;
    buffer_add_byte(out, HOST_ENTRY_VERSION);
    pack_span(out, h->origin);
    pack_int(out, h->until);
    pack_uint(out, h->held);
    pack_int(out, h->delay);
    pack_uint(out, h->exchanges);
    pack_int(out, h->spent);
    pack_uint(out, h->failures);
    pack_int(out, h->expires);
    pack_uint(out, n);
    for (unsigned i = 0; i < n; i++)
        write_address(out, &h->address[i]);
    pack_span(out, h->robots);
    if (h->robots.p)
        pack_int(out, h->robots_until);
}

int host_entry_read(struct host_entry *out, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct host_entry h = { 0 };
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != HOST_ENTRY_VERSION)
        return -EPROTO;
    h.origin = unpack_span(&u);
    h.until = unpack_int(&u);
    h.held = unpack_uint_to(&u, 1);
    h.delay = unpack_int(&u);
    h.exchanges = unpack_uint(&u);
    h.spent = unpack_int(&u);
    h.failures = (unsigned)unpack_uint_to(&u, UINT32_MAX);
    h.expires = unpack_int(&u);
    h.addresses = (unsigned)unpack_uint_to(&u, HOST_ENTRY_ADDRESSES);
    for (unsigned i = 0; i < h.addresses; i++)
        read_address(&u, &h.address[i]);
    h.robots = unpack_span(&u);
    if (h.robots.p)
        h.robots_until = unpack_int(&u);
    if (!unpack_ended(&u) || !h.origin.n)
        return -EUCLEAN;
    *out = h;
    return 0;
}
