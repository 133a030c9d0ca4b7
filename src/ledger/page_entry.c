// SPDX-License-Identifier: MIT
#include "ledger/page_entry.h"
#include "data/pack.h"
#include <errno.h>

enum { PAGE_VERSION = 1, VALIDATOR_MOST = 512 };

enum {
    PAGE_ASKED = 1 << 0,
    PAGE_DIGEST = 1 << 1,
    PAGE_ETAG = 1 << 2,
    PAGE_MODIFIED = 1 << 3,
    PAGE_URL = 1 << 4,
    PAGE_PARTS = (1 << 5) - 1,
};

static unsigned parts_of(const struct page_entry *p)
{
    return (p->asked ? PAGE_ASKED : 0u) | (p->digested ? PAGE_DIGEST : 0u) |
           (p->etag.n && p->etag.n <= VALIDATOR_MOST ? PAGE_ETAG : 0u) |
           (p->last_modified.n && p->last_modified.n <= VALIDATOR_MOST ? PAGE_MODIFIED : 0u) |
           (p->url.p ? PAGE_URL : 0u);
}

void page_entry_write(struct buffer *out, const struct page_entry *p)
{
    unsigned parts = parts_of(p);
    buffer_add_byte(out, PAGE_VERSION);
    pack_uint(out, parts);
    pack_int(out, p->when / 1000000); // ms are enough
    pack_uint(out, (uint64_t)p->error);
    pack_uint(out, (uint64_t)p->status);
    if (parts & PAGE_DIGEST)
        buffer_add(out, p->digest, sizeof p->digest);
    if (parts & PAGE_ETAG)
        pack_span(out, p->etag);
    if (parts & PAGE_MODIFIED)
        pack_span(out, p->last_modified);
    if (parts & PAGE_URL)
        pack_span(out, p->url);
}

int page_entry_read(struct page_entry *out, struct span bytes)
{
    struct unpack u = unpack_of(bytes);
    struct page_entry p = { 0 };
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != PAGE_VERSION)
        return -EPROTO;
    unsigned parts = (unsigned)unpack_uint_to(&u, PAGE_PARTS);
    int64_t ms = unpack_int(&u);
    if (ms < INT64_MIN / 1000000 || ms > INT64_MAX / 1000000)
        return -EUCLEAN;
    p.when = ms * 1000000;
    p.error = (enum fetch_error)unpack_uint_to(&u, FETCH_ERROR_COUNT - 1);
    p.status = (int)unpack_uint_to(&u, UINT16_MAX);
    p.asked = parts & PAGE_ASKED;
    p.digested = parts & PAGE_DIGEST;
    if (parts & PAGE_DIGEST)
        unpack_bytes(&u, p.digest, sizeof p.digest);
    if (parts & PAGE_ETAG)
        p.etag = unpack_span(&u);
    if (parts & PAGE_MODIFIED)
        p.last_modified = unpack_span(&u);
    if (parts & PAGE_URL)
        p.url = unpack_span(&u);
    if (!unpack_ended(&u))
        return -EUCLEAN;
    *out = p;
    return 0;
}
