// SPDX-License-Identifier: MIT
#include "ledger/robots_entry.h"
#include "data/pack.h"
#include <errno.h>

enum { ROBOTS_ENTRY_VERSION = 1 };

void robots_entry_write(struct buffer *out, const struct robots_entry *e)
{
    buffer_add_byte(out, ROBOTS_ENTRY_VERSION);
    pack_span(out, e->agent);
    pack_int(out, e->until);
    pack_span(out, e->rules);
}

int robots_entry_read(struct robots_entry *out, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct robots_entry e;
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != ROBOTS_ENTRY_VERSION)
        return -EPROTO;
    e.agent = unpack_span(&u);
    e.until = unpack_int(&u);
    e.rules = unpack_span(&u);
    if (!unpack_ended(&u))
        return -EUCLEAN;
    *out = e;
    return 0;
}
