// SPDX-License-Identifier: MIT
// References become URLs: decoded, completed, and each told once.
#include "data/map.h"
#include "data/utf8.h"
#include "html/entity.h"
#include "html/links_page.h"
#include "web/url_canonical.h"

// Keeps the hashes of links with rel=nofollow apart from those without.
#define NOFOLLOW_BIT UINT64_C(0x9e3779b97f4a7c15)

static bool links_is_ascii(struct span s)
{
    unsigned char any = 0;
    for (size_t k = 0; k < s.n; k++)
        any |= (unsigned char)s.p[k];
    return any < 0x80;
}

// Settles what a value is encoded in, which is returned, and what its query will be.
static enum charset links_settle_charset(struct links *l, struct span value, bool ascii)
{
    l->query_charset = l->charset;
    if (l->charset == CHARSET_UNKNOWN)
        l->query_charset = ascii || utf8_valid(value) ? CHARSET_UTF_8 : CHARSET_WINDOWS_1252;
    return charset_is_opaque(l->charset) ? CHARSET_UTF_8 : l->query_charset; // converted as a whole
}

struct span links_decode(struct links *l, struct span value)
{
    if (value.n == 0)
        return (struct span){ "", 0 };
    bool ascii = links_is_ascii(value);
    enum charset c = links_settle_charset(l, value, ascii);
    if (!ascii && c != CHARSET_UTF_8) {
        charset_use(&l->coder, c);
        buffer_clear(&l->value);
        charset_decode(&l->coder, value, &l->value);
        l->failed |= l->value.failed;
        value = buffer_span(&l->value);
    }
    if (entity_stands_in(value)) {
        buffer_clear(&l->decoded);
        entity_decode(&l->decoded, value);
        l->failed |= l->decoded.failed;
        value = buffer_span(&l->decoded);
    }
    return value.p ? value : (struct span){ "", 0 };
}

// Replaces what is not ASCII in the query of `value` by what goes into a URL in a page of this
// encoding.
static struct span links_encode_query(struct links *l, struct span value)
{
    const char *query = value.n ? memchr(value.p, '?', value.n) : NULL;
    if (!query || charset_query_is_utf8(l->query_charset) || links_is_ascii(value))
        return value;
    size_t before = (size_t)(query - value.p) + 1;
    buffer_clear(&l->query);
    buffer_add(&l->query, value.p, before);
    charset_use(&l->coder, l->query_charset);
    charset_encode_query(&l->coder, (struct span){ query + 1, value.n - before }, &l->query);
    l->failed |= l->query.failed;
    return buffer_span(&l->query);
}

static struct span links_trim(struct span s)
{
    while (s.n && (unsigned char)*s.p <= ' ') {
        s.p++;
        s.n--;
    }
    const char *hash = s.n ? memchr(s.p, '#', s.n) : NULL;
    if (hash)
        s.n = (size_t)(hash - s.p);
    while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

// Whether it has a scheme that is none of ours: javascript, mailto, data.
static bool links_is_foreign(struct span s)
{
    if (s.n == 0 || ((*s.p | 32) < 'a' || (*s.p | 32) > 'z') || (*s.p | 32) == 'h')
        return false;
    for (size_t k = 1; k < s.n; k++) {
        char c = s.p[k], lower = (char)(c | 32);
        if (c == ':')
            return true;
        bool scheme = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                      c == '-' || c == '.';
        if (!scheme)
            return false;
    }
    return false;
}

static bool links_parse(struct links *l, struct span value, struct url *out)
{
    const struct url *base = l->base.href ? &l->base : &l->url;
    enum url_error why;
    int r = url_parse(out, links_encode_query(l, value), base, &why);
    if (r < 0) {
        l->failed |= why == URL_NO_MEMORY;
        return false;
    }
    if (l->options.canonical) {
        url_canonical(out);
    } else {
        out->length = out->fragment;
        out->href[out->length] = '\0';
    }
    return true;
}

static void links_give(struct links *l, const struct url *u, enum links_tag tag, bool nofollow)
{
    struct links_found found = { url_href(u), tag, nofollow };
    uint64_t hash = map_hash(found.href);
    if (nofollow && l->options.canonical)
        hash ^= NOFOLLOW_BIT;
    if (!marks_add(&l->seen, hash))
        return;
    if (l->given == LINKS_MOST) {
        l->cut = true;
        return;
    }
    l->given++;
    l->listener.found(l->listener.arg, &found);
}

static void links_resolve(struct links *l, struct span value, unsigned tag, bool nofollow)
{
    struct url u;
    if (!links_parse(l, value, &u))
        return;
    if (tag != LINKS_CANONICAL)
        links_give(l, &u, (enum links_tag)tag, nofollow);
    else if (l->canonical.n == 0)
        buffer_add(&l->canonical, u.href, u.length);
    url_fini(&u);
}

// What stands in `pending` before each value.
struct links_pending {
    uint32_t length;
    uint8_t tag, charset; // of its query
    bool nofollow;
};

static void links_wait(struct links *l, struct span value, unsigned tag, bool nofollow)
{
    struct links_pending p = { (uint32_t)value.n, (uint8_t)tag, (uint8_t)l->query_charset,
                               nofollow };
    buffer_add(&l->pending, &p, sizeof p);
    buffer_add(&l->pending, value.p, value.n);
    if (l->pending.n > LINKS_PENDING_MOST)
        links_stop_waiting(l);
}

static bool links_is_repeated(struct links *l, struct span value, bool nofollow)
{
    uint64_t hash = map_hash(value);
    return !marks_add(&l->raw, nofollow ? hash ^ NOFOLLOW_BIT : hash);
}

void links_add(struct links *l, struct span value, unsigned tag, bool nofollow)
{
    if (tag != LINKS_CANONICAL && !(l->options.tags & 1U << tag))
        return;
    value = links_trim(value);
    if (value.n > URL_MAX || links_is_foreign(value))
        return;
    if (tag != LINKS_CANONICAL && links_is_repeated(l, value, nofollow))
        return;
    if (l->waits)
        links_wait(l, value, tag, nofollow);
    else
        links_resolve(l, value, tag, nofollow);
}

void links_stop_waiting(struct links *l)
{
    struct links_pending p;
    enum charset query_charset = l->query_charset;
    if (!l->waits)
        return;
    l->waits = false;
    for (size_t at = 0; at + sizeof p <= l->pending.n; at += p.length) {
        memcpy(&p, l->pending.p + at, sizeof p);
        at += sizeof p;
        l->query_charset = (enum charset)p.charset;
        links_resolve(l, (struct span){ l->pending.p + at, p.length }, p.tag, p.nofollow);
    }
    l->query_charset = query_charset;
    l->failed |= l->pending.failed;
    buffer_clear(&l->pending);
}

void links_set_base(struct links *l, struct span value)
{
    struct url base;
    enum url_error why;
    if (l->has_base)
        return;
    l->has_base = true;
    bool late = !l->waits;
    int r = url_parse(&base, links_decode(l, value), &l->url, &why);
    if (r == 0)
        l->base = base;
    l->failed |= r < 0 && why == URL_NO_MEMORY;
    links_stop_waiting(l);
    if (late)
        marks_clear(&l->raw, LINKS_KEEP); // what they say leads elsewhere from now on
}
