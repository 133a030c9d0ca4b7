// SPDX-License-Identifier: MIT
#include "resolve/answer.h"

enum {
    ANSWER_HEADER = 12,
    ANSWER_NAME_BYTES = 255, // of a name on the wire
    ANSWER_CNAME = 5,
    ANSWER_SOA = 6,
    ANSWER_OPT = 41,
    ANSWER_IN = 1,
    ANSWER_NOERROR = 0,
    ANSWER_NXDOMAIN = 3,
};

struct packet {
    const uint8_t *p;
    size_t n;
};

struct record {
    size_t owner; // where its name stands
    unsigned type, class;
    uint32_t ttl;
    size_t data, end; // its data, and where the next record begins
};

static unsigned answer_two(const struct packet *k, size_t at)
{
    return (unsigned)k->p[at] << 8 | k->p[at + 1];
}

static uint32_t answer_four(const struct packet *k, size_t at)
{
    return (uint32_t)answer_two(k, at) << 16 | answer_two(k, at + 2);
}

static uint8_t answer_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

// Where the name at `at` ends in place (behind its zero or its pointer); 0 when it runs out of the
// packet.
static size_t answer_skip_name(const struct packet *k, size_t at)
{
    while (at < k->n) {
        uint8_t c = k->p[at];
        if (!c)
            return at + 1;
        if ((c & 0xc0) == 0xc0)
            return at + 2 <= k->n ? at + 2 : 0;
        if (c & 0xc0)
            return 0;
        at += 1u + c;
    }
    return 0;
}

// A walk along the labels of a compressed name. Pointers must go backwards, each before where the
// one before it led, so that a walk ends.
struct walk {
    size_t at, floor;
    size_t bytes; // so far
};

// Goes to the next label: returns its length and leaves its first byte in `*label`; 0 at the end of
// the name, -1 when it is damaged.
static int answer_label(const struct packet *k, struct walk *w, size_t *label)
{
    while (w->at + 1 < k->n && (k->p[w->at] & 0xc0) == 0xc0) {
        size_t to = answer_two(k, w->at) & 0x3fff;
        if (to >= w->floor)
            return -1;
        w->at = w->floor = to;
    }
    if (w->at >= k->n || k->p[w->at] & 0xc0)
        return -1;
    unsigned length = k->p[w->at];
    w->bytes += length + 1;
    if (w->at + 1 + length > k->n || w->bytes > ANSWER_NAME_BYTES)
        return -1;
    *label = w->at + 1;
    w->at += 1 + length;
    return (int)length;
}

static bool answer_same_label(const struct packet *k, size_t a, size_t b, int length)
{
    for (int i = 0; i < length; i++)
        if (answer_lower(k->p[a + (size_t)i]) != answer_lower(k->p[b + (size_t)i]))
            return false;
    return true;
}

// Whether the names at `a` and `b` are the same one, whatever their case and compression.
static bool answer_same_name(const struct packet *k, size_t a, size_t b)
{
    struct walk wa = { .at = a, .floor = a }, wb = { .at = b, .floor = b };
    for (;;) {
        size_t la = 0, lb = 0;
        int na = answer_label(k, &wa, &la), nb = answer_label(k, &wb, &lb);
        if (na < 0 || na != nb)
            return false;
        if (!na || la == lb)
            return true;
        if (!answer_same_label(k, la, lb, na))
            return false;
    }
}

static bool answer_whole_name(const struct packet *k, size_t at)
{
    struct walk w = { .at = at, .floor = at };
    size_t label;
    int n;
    while ((n = answer_label(k, &w, &label)) > 0)
        ;
    return n == 0;
}

// Whether the uncompressed name at `at` is the dotted `name`.
static bool answer_is_name(const struct packet *k, size_t at, struct span name)
{
    struct walk w = { .at = at, .floor = 0 };
    size_t label, i = 0;
    int n;
    while ((n = answer_label(k, &w, &label)) > 0) {
        if (i && (i >= name.n || name.p[i++] != '.'))
            return false;
        if ((size_t)n > name.n - i)
            return false;
        for (int j = 0; j < n; j++, i++)
            if (name.p[i] == '.' ||
                answer_lower(k->p[label + (size_t)j]) != answer_lower((uint8_t)name.p[i]))
                return false;
    }
    return n == 0 && i == name.n;
}

// Reads the record at `at`. Returns false when the packet ends within it.
static bool answer_record(const struct packet *k, size_t at, struct record *r)
{
    size_t head = answer_skip_name(k, at);
    if (!head || head + 10 > k->n)
        return false;
    r->owner = at;
    r->type = answer_two(k, head);
    r->class = answer_two(k, head + 2);
    r->ttl = answer_four(k, head + 4);
    if (r->ttl & 0x80000000)
        r->ttl = 0; // RFC 2181 §8
    r->data = head + 10;
    r->end = r->data + answer_two(k, head + 8);
    return r->end <= k->n;
}

// What is being read: the section of answers, and how far along the chain we are.
struct reading {
    struct packet k;
    struct answer *out;
    unsigned type;
    size_t from;    // the first record of the answer section
    unsigned count; // of its records
    size_t current; // the name that the chain has led to
    unsigned chain; // CNAMEs followed
    uint32_t ttl;   // the least so far
};

static void answer_bound_ttl(struct reading *g, uint32_t ttl)
{
    if (ttl < g->ttl)
        g->ttl = ttl;
}

// Where the answer section ends, 0 when it cannot be read. One that was cut ends at its last whole
// record.
static size_t answer_end_of_section(struct reading *g, bool cut)
{
    struct record r;
    size_t at = g->from;
    for (unsigned i = 0; i < g->count; i++, at = r.end) {
        if (answer_record(&g->k, at, &r))
            continue;
        g->count = i;
        return cut ? at : 0;
    }
    return at;
}

static bool answer_take_cname(struct reading *g, const struct record *r)
{
    if (++g->chain > ANSWER_CHAIN || answer_skip_name(&g->k, r->data) != r->end ||
        !answer_whole_name(&g->k, r->data))
        return false;
    g->current = r->data;
    answer_bound_ttl(g, r->ttl);
    return true;
}

// Follows the chain to its end. Records mostly stand in the order of the chain, but need not: as
// long as a pass over them got further, there is another. False for a loop or a damaged link.
static bool answer_follow(struct reading *g)
{
    unsigned before;
    do {
        before = g->chain;
        size_t at = g->from;
        struct record r = { 0 };
        for (unsigned i = 0; i < g->count; i++, at = r.end) {
            answer_record(&g->k, at, &r);
            if (r.type == ANSWER_CNAME && r.class == ANSWER_IN &&
                answer_same_name(&g->k, r.owner, g->current) && !answer_take_cname(g, &r))
                return false;
        }
    } while (g->chain != before);
    return true;
}

// Takes the addresses of the name at the chain's end. False when one has a wrong size.
static bool answer_collect(struct reading *g)
{
    size_t size = g->type == QUERY_A ? 4 : 16, at = g->from;
    struct record r = { 0 };
    for (unsigned i = 0; i < g->count; i++, at = r.end) {
        answer_record(&g->k, at, &r);
        if (r.type != g->type || r.class != ANSWER_IN ||
            !answer_same_name(&g->k, r.owner, g->current))
            continue;
        if (r.end - r.data != size)
            return false;
        if (g->out->count == RESOLVE_ADDRESSES)
            break;
        struct address *a = &g->out->address[g->out->count++];
        *a = (struct address){ .family = size == 4 ? 4 : 6 };
        memcpy(a->bytes, g->k.p + r.data, size);
        answer_bound_ttl(g, r.ttl);
    }
    return true;
}

// How long nothing is to be believed: the lesser of the SOA's TTL and its MINIMUM (RFC 2308 §5).
static void answer_read_soa(struct reading *g, size_t at, unsigned count)
{
    struct record r;
    for (; count-- && answer_record(&g->k, at, &r); at = r.end) {
        if (r.type != ANSWER_SOA || r.class != ANSWER_IN)
            continue;
        size_t names = answer_skip_name(&g->k, r.data);
        names = names ? answer_skip_name(&g->k, names) : 0;
        if (!names || names + 20 != r.end)
            return;
        answer_bound_ttl(g, r.ttl);
        answer_bound_ttl(g, answer_four(&g->k, names + 16));
        g->out->timed = true;
        return;
    }
}

static bool answer_has_opt(const struct packet *k, size_t at, unsigned count)
{
    struct record r;
    for (; count-- && answer_record(k, at, &r); at = r.end)
        if (r.type == ANSWER_OPT)
            return true;
    return false;
}

static void answer_read_nothing(struct reading *g, size_t authority)
{
    struct answer *out = g->out;
    const uint8_t *head = g->k.p;
    answer_read_soa(g, authority, answer_two(&g->k, 8));
    if (out->rcode == ANSWER_NXDOMAIN)
        out->kind = ANSWER_NO_NAME;
    else if (!out->timed && !g->chain && !(head[2] & 4) && !(head[3] & 0x80))
        out->kind = ANSWER_REFUSED; // neither authoritative nor recursive: a referral
    else
        out->kind = ANSWER_EMPTY;
    if (g->ttl > ANSWER_NEGATIVE_MOST)
        g->ttl = ANSWER_NEGATIVE_MOST;
    out->ttl = out->timed ? g->ttl : 0;
}

// Everything behind the header and the question, which were found right.
static void answer_read_sections(struct reading *g)
{
    struct answer *out = g->out;
    bool cut = g->k.p[2] & 2;
    size_t authority = answer_end_of_section(g, cut);
    if (!authority || !answer_follow(g) || (out->rcode == ANSWER_NOERROR && !answer_collect(g))) {
        out->count = 0;
    } else if (cut) {
        out->kind = ANSWER_CUT;
        out->ttl = out->count ? g->ttl : 0;
    } else if (out->count) {
        out->kind = ANSWER_ADDRESSES;
        out->timed = true;
        out->ttl = g->ttl;
    } else {
        answer_read_nothing(g, authority);
    }
}

// Whether this is a response with just our question.
static bool answer_to_question(struct reading *g, struct span name)
{
    const struct packet *k = &g->k;
    if (k->n < ANSWER_HEADER || !(k->p[2] & 0x80) || k->p[2] & 0x78 || answer_two(k, 4) != 1 ||
        !answer_is_name(k, ANSWER_HEADER, name))
        return false;
    size_t end = answer_skip_name(k, ANSWER_HEADER);
    if (!end || end + 4 > k->n || answer_two(k, end) != g->type ||
        answer_two(k, end + 2) != ANSWER_IN)
        return false;
    g->from = end + 4;
    g->count = answer_two(k, 6);
    g->current = ANSWER_HEADER;
    return true;
}

void answer_read(struct answer *out, const uint8_t *packet, size_t n, struct span name,
                 enum query_type type)
{
    struct reading g = { { packet, n }, out, type, .ttl = ANSWER_TTL_MOST };
    *out = (struct answer){ .kind = ANSWER_DAMAGED };
    if (!answer_to_question(&g, name))
        return;
    out->rcode = packet[3] & 15;
    if (out->rcode == ANSWER_NOERROR || out->rcode == ANSWER_NXDOMAIN) {
        answer_read_sections(&g);
        return;
    }
    out->kind = ANSWER_REFUSED;
    unsigned records = answer_two(&g.k, 6) + answer_two(&g.k, 8) + answer_two(&g.k, 10);
    out->edns = answer_has_opt(&g.k, g.from, records);
}

const char *answer_rcode_name(unsigned rcode)
{
    static const char *const name[] = { "a referral", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                        "NOTIMP",     "REFUSED", "YXDOMAIN", "YXRRSET",
                                        "NXRRSET",    "NOTAUTH", "NOTZONE" };
    return rcode < sizeof name / sizeof *name ? name[rcode] : "an unknown code";
}
