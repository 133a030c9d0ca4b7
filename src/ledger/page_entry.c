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
    PAGE_FOUND = 1 << 5,
    PAGE_RUN = 1 << 6,
    PAGE_CAPTURED = 1 << 7,
    PAGE_PARTS = (1 << 8) - 1,
};

static unsigned parts_of(const struct page_entry *p)
{
    return (p->asked ? PAGE_ASKED : 0u) | (p->digested ? PAGE_DIGEST : 0u) |
           (p->etag.n && p->etag.n <= VALIDATOR_MOST ? PAGE_ETAG : 0u) |
           (p->last_modified.n && p->last_modified.n <= VALIDATOR_MOST ? PAGE_MODIFIED : 0u) |
           (p->url.p ? PAGE_URL : 0u) | (p->found ? PAGE_FOUND : 0u) | (p->run ? PAGE_RUN : 0u) |
           (p->captured ? PAGE_CAPTURED : 0u);
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
    if (parts & PAGE_FOUND) {
        pack_uint(out, p->depth);
        pack_uint(out, p->mark);
    }
    if (parts & PAGE_RUN)
        pack_uint(out, p->run);
    if (parts & PAGE_CAPTURED) {
        pack_int(out, p->captured / 1000);
        pack_span(out, p->payload);
    }
}

static int64_t unpack_time(struct unpack *u, int64_t unit)
{
    int64_t t = unpack_int(u);
    u->bad |= t < INT64_MIN / unit || t > INT64_MAX / unit;
    return u->bad ? 0 : t * unit;
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
    p.when = unpack_time(&u, 1000000);
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
    if (parts & PAGE_FOUND) {
        p.found = true;
        p.depth = (uint16_t)unpack_uint_to(&u, UINT16_MAX);
        p.mark = (uint8_t)unpack_uint_to(&u, UINT8_MAX);
    }
    if (parts & PAGE_RUN)
        p.run = unpack_uint(&u);
    if (parts & PAGE_CAPTURED) {
        p.captured = unpack_time(&u, 1000);
        p.payload = unpack_span(&u);
    }
    if (!unpack_ended(&u))
        return -EUCLEAN;
    *out = p;
    return 0;
}
