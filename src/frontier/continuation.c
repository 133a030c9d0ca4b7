// SPDX-License-Identifier: MIT
#include "frontier/continuation.h"
#include "data/pack.h"
#include "frontier/host.h"
#include "store/json_read.h"
#include <errno.h>
#include <stdlib.h>

//     version | which parts | href | parts, in the order of their bits
enum part {
    PART_GIVEN = 1 << 0,
    PART_CREDENTIALS = 1 << 1,
    PART_MEMBERS = 1 << 2,
    PART_TRAIL = 1 << 3,
    PART_VIA = 1 << 4,
    PART_TRIED = 1 << 5, // it was begun: what has come of it so far
    PART_WAITS = 1 << 6, // since when, and until when
    PART_DEPTH = 1 << 7,
    PART_ARCHIVED = 1 << 8,
    PARTS = (1 << 9) - 1,
};

// What the bytes say. Views.
struct parts {
    unsigned which;
    struct span href, given, credentials, members, trail, via, archived;
    uint64_t attempts, tries, redirects, engine, method, depth, mark;
    bool became_get;
    int64_t queued, lookup, started, entered, not_before; // wall
};

static void write_parts(struct buffer *out, const struct parts *p)
{
    buffer_add_byte(out, CONTINUATION_VERSION);
    pack_uint(out, p->which);
    pack_span(out, p->href);
    const struct span text[] = { p->given, p->credentials, p->members, p->trail, p->via };
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++)
        if (p->which & 1u << i)
            pack_span(out, text[i]);
    if (p->which & PART_TRIED) {
        pack_uint(out, p->attempts);
        pack_uint(out, p->tries);
        pack_uint(out, p->redirects);
        pack_uint(out, p->engine);
        pack_uint(out, p->method);
        pack_uint(out, p->became_get);
        pack_int(out, p->queued);
        pack_int(out, p->lookup);
        pack_int(out, p->started);
    }
    if (p->which & PART_WAITS) {
        pack_int(out, p->entered);
        pack_int(out, p->not_before);
    }
    if (p->which & PART_DEPTH) {
        pack_uint(out, p->depth);
        pack_uint(out, p->mark);
    }
    if (p->which & PART_ARCHIVED)
        pack_span(out, p->archived);
}

static void read_tried(struct unpack *u, struct parts *p)
{
    p->attempts = unpack_uint_to(u, UINT16_MAX);
    p->tries = unpack_uint_to(u, UINT16_MAX);
    p->redirects = unpack_uint_to(u, UINT16_MAX);
    p->engine = unpack_uint_to(u, UINT8_MAX);
    p->method = unpack_uint_to(u, UINT8_MAX);
    p->became_get = unpack_uint_to(u, 1);
    p->queued = unpack_int(u);
    p->lookup = unpack_int(u);
    p->started = unpack_int(u);
}

static int read_parts(struct span bytes, struct parts *p)
{
    struct unpack u = unpack_of(bytes);
    *p = (struct parts){ 0 };
    unsigned char version = 0;
    unpack_bytes(&u, &version, 1);
    if (!u.bad && version != CONTINUATION_VERSION)
        return -EPROTO;
    p->which = (unsigned)unpack_uint_to(&u, PARTS);
    p->href = unpack_span(&u);
    struct span *text[] = { &p->given, &p->credentials, &p->members, &p->trail, &p->via };
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++)
        if (p->which & 1u << i) {
            *text[i] = unpack_span(&u);
            u.bad |= !text[i]->p;
        }
    if (p->which & PART_TRIED)
        read_tried(&u, p);
    if (p->which & PART_WAITS) {
        p->entered = unpack_int(&u);
        p->not_before = unpack_int(&u);
    }
    if (p->which & PART_DEPTH) {
        p->depth = unpack_uint_to(&u, UINT16_MAX);
        p->mark = unpack_uint_to(&u, UINT8_MAX);
    }
    if (p->which & PART_ARCHIVED) {
        p->archived = unpack_span(&u);
        u.bad |= !p->archived.p;
    }
    return unpack_ended(&u) && p->href.n ? 0 : -EUCLEAN;
}

// ---- writing

static int64_t to_wall(int64_t mono, struct continuation_time now)
{
    return mono ? now.wall + (mono - now.mono) : 0;
}

void continuation_write(struct buffer *out, const struct item *i, int64_t not_before,
                        struct continuation_time now)
{
    struct parts p = {
        .href = url_href(&i->url),
        .given = { i->given, i->given_length },
        .credentials = span_of(i->credentials),
        .members = item_members(i),
        .trail = buffer_span(&i->trail),
        .via = span_of(i->via),
        .archived = buffer_span(&i->archived),
        .attempts = i->attempts,
        .tries = i->tries,
        .redirects = i->redirects,
        .engine = i->engine,
        .method = i->method,
        .became_get = i->became_get,
        .queued = i->queued,
        .lookup = i->lookup,
        .started = i->started,
        .entered = to_wall(i->entered, now),
        .not_before = to_wall(not_before, now),
        .depth = i->depth,
        .mark = i->mark,
    };
    p.which = (p.given.p ? PART_GIVEN : 0u) | (p.credentials.p ? PART_CREDENTIALS : 0u) |
              (p.members.p ? PART_MEMBERS : 0u) | (p.trail.n ? PART_TRAIL : 0u) |
              (p.via.p ? PART_VIA : 0u) |
              (i->first || i->attempts || i->tries || i->redirects ? PART_TRIED : 0u) |
              (i->entered || not_before ? PART_WAITS : 0u) |
              (i->depth || i->mark ? PART_DEPTH : 0u) | (p.archived.n ? PART_ARCHIVED : 0u);
    write_parts(out, &p);
}

void continuation_of_url(struct buffer *out, const struct continuation_url *u)
{
    struct parts p = { .href = u->href, .via = u->via, .depth = u->depth, .mark = u->mark };
    p.which = (p.via.p ? PART_VIA : 0u) | (p.depth || p.mark ? PART_DEPTH : 0u);
    write_parts(out, &p);
}

// ---- reading

static int check_json(struct span text)
{
    struct json_read_fault fault;
    return json_read_check(text, &fault) < 0 ? -EUCLEAN : 0;
}

// Trails are what stands in an array.
static int check_trail(struct span trail)
{
    struct buffer whole = { 0 };
    buffer_add_byte(&whole, '[');
    buffer_add(&whole, trail.p, trail.n);
    buffer_add_byte(&whole, ']');
    int r = whole.failed ? -ENOMEM : check_json(buffer_span(&whole));
    buffer_fini(&whole);
    return r;
}

static int check(const struct parts *p)
{
    int r = 0;
    if (p->members.p)
        r = p->members.n && p->members.p[0] == '{' ? check_json(p->members) : -EUCLEAN;
    if (r == 0 && p->trail.p)
        r = check_trail(p->trail);
    if (r == 0 && p->archived.p)
        r = check_trail(p->archived);
    if (p->redirects && !p->given.p) // a redirect always leaves it behind
        r = -EUCLEAN;
    return r;
}

static int copy_text(char **out, struct span text)
{
    if (!text.p)
        return 0;
    char *p = malloc(text.n + 1);
    if (!p)
        return -ENOMEM;
    memcpy(p, text.p, text.n);
    p[text.n] = '\0';
    free(*out);
    *out = p;
    return 0;
}

// Turns an item of the first hop to the one it had come to.
static int turn(struct item *i, const struct parts *p)
{
    struct url now;
    if (span_equal(url_href(&i->url), p->href))
        return 0;
    int r = url_parse(&now, p->href, NULL, NULL);
    if (r < 0)
        return r == -ENOMEM ? r : -EUCLEAN;
    if (!span_equal(url_href(&now), p->href)) {
        url_fini(&now);
        return -EUCLEAN;
    }
    url_fini(&i->url);
    i->url = now;
    return 0;
}

static int fill_texts(struct item *i, const struct parts *p, size_t *held)
{
    int r = copy_text(&i->credentials, p->credentials);
    if (r == 0)
        r = copy_text(&i->via, p->via);
    if (r == 0)
        r = copy_text(&i->given, p->given);
    if (r < 0)
        return r;
    if (p->given.p)
        i->given_length = (uint32_t)p->given.n;
    buffer_add(&i->trail, p->trail.p, p->trail.n);
    buffer_add(&i->archived, p->archived.p, p->archived.n);
    if (i->trail.failed || i->archived.failed)
        return -ENOMEM;
    return p->members.p ? item_keep_members(i, p->members, held) : 0;
}

// The monotonic time of a wall time; never 0, which means none.
static int64_t to_mono(int64_t wall, struct continuation_time now)
{
    int64_t at = 0;
    if (__builtin_sub_overflow(wall, now.wall, &at) || __builtin_add_overflow(now.mono, at, &at))
        return now.mono;
    return at ? at : 1;
}

static void fill_numbers(struct item *i, const struct parts *p, struct continuation_time now)
{
    int64_t waited = 0;
    i->attempts = (uint16_t)p->attempts;
    i->tries = (uint16_t)p->tries;
    i->redirects = (uint16_t)p->redirects;
    i->engine = (uint8_t)p->engine;
    i->method = (uint8_t)p->method;
    i->became_get = p->became_get;
    i->depth = (uint16_t)p->depth;
    i->mark = (uint8_t)p->mark;
    i->queued = p->queued;
    i->lookup = p->lookup;
    i->started = p->started;
    if (i->started)
        i->first = i->started <= now.wall ? to_mono(i->started, now) : now.mono;
    if (p->entered && !__builtin_sub_overflow(now.left, p->entered, &waited) && waited > 0)
        i->queued += waited;
    i->entered = now.mono;
}

int continuation_read(struct item **out, struct span bytes, uint64_t number,
                      struct continuation_time now, size_t *held, int64_t *not_before)
{
    struct parts p;
    struct item *i;
    int r = read_parts(bytes, &p);
    if (r == 0)
        r = check(&p);
    if (r == 0)
        r = item_new(&i, p.given.p ? p.given : p.href, number, NULL);
    if (r)
        return r == -ENOMEM || r == -EPROTO ? r : -EUCLEAN;
    r = turn(i, &p);
    if (r == 0)
        r = fill_texts(i, &p, held);
    if (r < 0) {
        item_free(i);
        return r;
    }
    fill_numbers(i, &p, now);
    *out = i;
    *not_before = p.not_before ? to_mono(p.not_before, now) : 0;
    return 0;
}

int continuation_look(struct span bytes, struct span *given, struct span *href,
                      int64_t *not_before_wall)
{
    struct parts p;
    int r = read_parts(bytes, &p);
    if (r < 0)
        return r;
    *given = p.given.p ? p.given : p.href;
    *href = p.href;
    *not_before_wall = p.not_before;
    return 0;
}
