// SPDX-License-Identifier: MIT
#include "ledger/host_entry.h"
#include "data/pack.h"
#include <errno.h>

enum { HOST_ENTRY_VERSION = 3 };

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

static void write_health(struct buffer *out, const struct host_entry *h)
{
    pack_uint(out, h->failures);
    if (h->failures == 0)
        return;
    pack_uint(out, h->pauses);
    pack_int(out, h->failed);
    pack_int(out, h->failing);
    pack_int(out, h->blamed);
    pack_int(out, h->aside);
    pack_uint(out, h->given_up + 2u * h->given_up_robots);
    pack_span(out, h->why);
}

static void read_health(struct unpack *u, struct host_entry *h)
{
    h->failures = (unsigned)unpack_uint_to(u, UINT16_MAX);
    if (h->failures == 0)
        return;
    h->pauses = (unsigned)unpack_uint_to(u, UINT16_MAX);
    h->failed = unpack_int(u);
    h->failing = unpack_int(u);
    h->blamed = unpack_int(u);
    h->aside = unpack_int(u);
    uint64_t given_up = unpack_uint_to(u, 3);
    h->given_up = given_up & 1;
    h->given_up_robots = given_up & 2;
    h->why = unpack_span(u);
    u->bad |= h->failing < 0 || h->blamed < 0;
}

void host_entry_write(struct buffer *out, const struct host_entry *h)
{
    unsigned n = h->addresses < HOST_ENTRY_ADDRESSES ? h->addresses : HOST_ENTRY_ADDRESSES;
    buffer_add_byte(out, HOST_ENTRY_VERSION);
    pack_span(out, h->origin);
    pack_int(out, h->until);
    pack_uint(out, h->held);
    pack_int(out, h->delay);
    pack_int(out, h->learnt);
    pack_int(out, h->latency);
    pack_int(out, h->interval);
    pack_uint(out, h->exchanges);
    pack_int(out, h->spent);
    pack_int(out, h->expires);
    pack_uint(out, n);
    for (unsigned i = 0; i < n; i++)
        write_address(out, &h->address[i]);
    write_health(out, h);
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
    h.learnt = unpack_int(&u);
    h.latency = unpack_int(&u);
    h.interval = unpack_int(&u);
    h.exchanges = unpack_uint(&u);
    h.spent = unpack_int(&u);
    h.expires = unpack_int(&u);
    h.addresses = (unsigned)unpack_uint_to(&u, HOST_ENTRY_ADDRESSES);
    for (unsigned i = 0; i < h.addresses; i++)
        read_address(&u, &h.address[i]);
    read_health(&u, &h);
    if (!unpack_ended(&u) || !h.origin.n)
        return -EUCLEAN;
    *out = h;
    return 0;
}
