// SPDX-License-Identifier: MIT
#include "input/position.h"

void position_write(struct buffer *out, const struct source_position *p)
{
    pack_uint(out, p->arguments);
    pack_uint(out, p->line);
    pack_uint(out, p->offset);
    pack_word(out, p->mark.chain);
    pack_word(out, p->mark.hash);
    pack_uint(out, p->ended);
    pack_uint(out, p->compressed);
    pack_uint(out, p->device);
    pack_uint(out, p->inode);
    pack_uint(out, p->size);
    pack_int(out, p->modified);
    pack_uint(out, p->spooled);
    pack_uint(out, p->spooled_all);
}

void position_read(struct unpack *u, struct source_position *out)
{
    struct source_position p = { 0 };
    p.arguments = unpack_uint(u);
    p.line = unpack_uint(u);
    p.offset = unpack_uint_to(u, INT64_MAX);
    p.mark.chain = unpack_word(u);
    p.mark.hash = unpack_word(u);
    p.ended = unpack_uint_to(u, 1);
    p.compressed = unpack_uint_to(u, 1);
    p.device = unpack_uint(u);
    p.inode = unpack_uint(u);
    p.size = unpack_uint_to(u, INT64_MAX);
    p.modified = unpack_int(u);
    p.spooled = unpack_uint_to(u, INT64_MAX);
    p.spooled_all = unpack_uint_to(u, 1);
    *out = p;
}
