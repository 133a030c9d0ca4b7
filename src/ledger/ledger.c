// SPDX-License-Identifier: MIT
#include "ledger/ledger.h"
#include "data/pack.h"
#include <errno.h>

enum { LEDGER_VERSION = 2 };

void ledger_add_archive(struct ledger *l, const struct ledger_archive *a)
{
    pack_span(&l->archives, a->name);
    pack_uint(&l->archives, a->length);
}

void ledger_add_rename(struct ledger *l, const struct ledger_rename *r)
{
    pack_span(&l->renames, r->from);
    pack_span(&l->renames, r->to);
}

bool ledger_next_archive(struct span *rest, struct ledger_archive *out)
{
    struct unpack u = unpack_of(*rest);
    out->name = unpack_span(&u);
    out->length = unpack_uint(&u);
    *rest = (struct span){ u.p, u.n };
    return !u.bad && out->name.n > 0;
}

bool ledger_next_rename(struct span *rest, struct ledger_rename *out)
{
    struct unpack u = unpack_of(*rest);
    out->from = unpack_span(&u);
    out->to = unpack_span(&u);
    *rest = (struct span){ u.p, u.n };
    return !u.bad && out->from.n > 0 && out->to.n > 0;
}

void ledger_fini(struct ledger *l)
{
    buffer_fini(&l->archives);
    buffer_fini(&l->renames);
    *l = (struct ledger){ 0 };
}

void ledger_write(struct buffer *out, const struct ledger *l)
{
    buffer_add_byte(out, LEDGER_VERSION);
    pack_int(out, l->when);
    pack_int(out, l->spent);
    pack_uint(out, l->finished);
    pack_uint(out, l->enough);
    pack_uint(out, l->fed);
    pack_uint(out, l->refresh);
    position_write(out, &l->source);
    pack_uint(out, l->records);
    pack_uint(out, l->failed);
    pack_uint(out, l->index);
    pack_uint(out, l->rejected);
    pack_uint(out, l->held);
    pack_int(out, l->save_since);
    pack_span(out, l->stats);
    pack_span(out, buffer_span(&l->archives));
    pack_span(out, buffer_span(&l->renames));
    if (l->archives.failed || l->renames.failed)
        out->failed = true;
}

static bool is_whole(const struct ledger *l)
{
    struct ledger_archive a;
    struct ledger_rename r;
    struct span archives = buffer_span(&l->archives), renames = buffer_span(&l->renames);
    while (archives.n > 0)
        if (!ledger_next_archive(&archives, &a))
            return false;
    while (renames.n > 0)
        if (!ledger_next_rename(&renames, &r))
            return false;
    return true;
}

int ledger_read(struct ledger *out, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct ledger l = { 0 };
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != LEDGER_VERSION)
        return -EPROTO;
    l.when = unpack_int(&u);
    l.spent = unpack_int(&u);
    l.finished = unpack_uint_to(&u, 1);
    l.enough = unpack_uint_to(&u, 1);
    l.fed = unpack_uint_to(&u, 1);
    l.refresh = unpack_uint(&u);
    position_read(&u, &l.source);
    l.records = unpack_uint_to(&u, INT64_MAX);
    l.failed = unpack_uint_to(&u, INT64_MAX);
    l.index = unpack_uint_to(&u, INT64_MAX);
    l.rejected = unpack_uint_to(&u, INT64_MAX);
    l.held = unpack_uint(&u);
    l.save_since = unpack_int(&u);
    l.stats = unpack_span(&u);
    struct span archives = unpack_span(&u), renames = unpack_span(&u);
    if (!unpack_ended(&u))
        return -EUCLEAN;
    buffer_add(&l.archives, archives.p, archives.n);
    buffer_add(&l.renames, renames.p, renames.n);
    int r = l.archives.failed || l.renames.failed ? -ENOMEM : is_whole(&l) ? 0 : -EUCLEAN;
    if (r < 0)
        ledger_fini(&l);
    else
        *out = l;
    return r;
}
