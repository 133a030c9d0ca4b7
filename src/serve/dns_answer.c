// SPDX-License-Identifier: MIT
#include "serve/dns_answer.h"
#include <strings.h>

enum {
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_AAAA = 28,
    TYPE_OPT = 41,
    TYPE_ANY = 255,
    CLASS_IN = 1
};
enum {
    CODE_FINE = 0,
    CODE_FORMAT = 1,
    CODE_SERVFAIL = 2,
    CODE_NAME = 3,
    CODE_NOT_DONE = 4,
    CODE_REFUSED = 5
};
enum { HEADER = 12, NAME_MAX_TEXT = 254, SLOW_MS = 2000, MANY = 16, CHAIN_MAX = 32 };

// The flags word of the header (RFC 1035 §4.1.1).
enum {
    FLAG_ANSWER = 0x8000,
    FLAG_OPCODE = 0x7800,
    FLAG_AUTHORITY = 0x0400,
    FLAG_TRUNCATED = 0x0200,
    FLAG_RECURSE = 0x0100
};

const struct dns_fault_help dns_answer_faults[] = {
    { "nx", "the name does not exist" },
    { "nodata", "the name exists but has no address" },
    { "servfail", "SERVFAIL" },
    { "refused", "REFUSED" },
    { "slow", "the answer takes 2 s; slow-MS: that many milliseconds" },
    { "drop", "no answer at all" },
    { "trunc", "UDP answers are cut (TC), the whole one comes over TCP" },
    { "garbage", "the answer ends in the middle of a record" },
    { "cname", "an alias of the rest of the name; cname-N: a chain of N" },
    { "loop", "an alias of itself" },
    { "many", "16 addresses, the right one last" },
    { "ttl", "the record holds for 1 s; ttl-N: N seconds" },
    { NULL, NULL },
};

// A question, and the answer as it grows.
struct dns_work {
    const struct dns_zone *zone;
    uint8_t *out;
    size_t n;                 // bytes of it
    char name[NAME_MAX_TEXT]; // what was asked, with dots
    size_t name_n, question_end;
    uint16_t type, class;
    uint16_t limit; // bytes that the asker takes over UDP
    bool edns;
    unsigned code, answers, authorities;
    uint32_t ttl, delay_ms, chain;
    bool nodata, drop, truncate, garbage, loop, many;
};

static uint16_t dns_get(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static void dns_set(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void dns_put16(struct dns_work *w, unsigned v)
{
    dns_set(w->out + w->n, v);
    w->n += 2;
}

static void dns_put32(struct dns_work *w, uint32_t v)
{
    dns_put16(w, v >> 16);
    dns_put16(w, v & 0xffff);
}

static void dns_put(struct dns_work *w, const void *p, size_t n)
{
    memcpy(w->out + w->n, p, n);
    w->n += n;
}

// A name given as text, uncompressed. Its labels are known to be of legal length.
static void dns_put_name(struct dns_work *w, const char *name, size_t n)
{
    while (n > 0) {
        const char *dot = memchr(name, '.', n);
        size_t label = dot ? (size_t)(dot - name) : n;
        w->out[w->n++] = (uint8_t)label;
        dns_put(w, name, label);
        name += label + (dot != NULL);
        n -= label + (dot != NULL);
    }
    w->out[w->n++] = 0;
}

// The head of a record whose owner is the name that starts at `owner` in the message.
static void dns_put_record(struct dns_work *w, size_t owner, unsigned type, uint32_t ttl,
                           size_t length)
{
    dns_put16(w, 0xc000 | (unsigned)owner); // a pointer (RFC 1035 §4.1.4)
    dns_put16(w, type);
    dns_put16(w, CLASS_IN);
    dns_put32(w, ttl);
    dns_put16(w, (unsigned)length);
}

// The zone's SOA, whose minimum is how long a negative answer holds (RFC 2308 §5).
static void dns_put_soa(struct dns_work *w, bool inside)
{
    const char *zone = inside ? w->zone->suffix : "";
    dns_put_name(w, zone, strlen(zone));
    dns_put16(w, TYPE_SOA);
    dns_put16(w, CLASS_IN);
    dns_put32(w, w->zone->negative_ttl);
    size_t length_at = w->n;
    dns_put16(w, 0);
    dns_put_name(w, zone, strlen(zone));
    dns_put_name(w, zone, strlen(zone));
    for (int i = 0; i < 5; i++) // serial, refresh, retry, expire, minimum
        dns_put32(w, i == 0 ? 1 : i == 4 ? w->zone->negative_ttl : 3600);
    dns_set(w->out + length_at, (unsigned)(w->n - length_at - 2));
    w->authorities++;
}

static void dns_put_address(struct dns_work *w, size_t owner, const struct dns_address *a)
{
    size_t length = a->family == 4 ? 4 : 16;
    if (w->type != TYPE_ANY && w->type != (a->family == 4 ? TYPE_A : TYPE_AAAA))
        return;
    dns_put_record(w, owner, a->family == 4 ? TYPE_A : TYPE_AAAA, w->ttl, length);
    dns_put(w, a->bytes, length);
    w->answers++;
}

static struct dns_address dns_loopback(uint32_t low24)
{
    return (struct dns_address){
        4, { 127, (uint8_t)(low24 >> 16), (uint8_t)(low24 >> 8), (uint8_t)low24 }
    };
}

// Where a name of the zone leads. Returns false when there is no such name.
static bool dns_locate(const struct dns_zone *z, struct span label, struct dns_address *out)
{
    uint32_t host;
    if (web_host_number(label, &host) && host < WEB_HOSTS_MAX) {
        if (z->web && (host >= z->web->hosts || web_host_fault(z->web, host) == WEB_LOST))
            return false;
        *out = dns_loopback((1 << 16) + host);
    } else if (label.p) {
        uint64_t mixed = 0;
        for (size_t i = 0; i < label.n; i++)
            mixed = web_mix(mixed, (uint8_t)(label.p[i] | 0x20), 0, 0);
        uint32_t low =
            (uint32_t)(mixed % 0x7ffffe) + 0x800001; // neither the first nor the broadcast address
        *out = dns_loopback(low);
    } else {
        *out = dns_loopback(1);
    }
    if (z->only.family)
        *out = z->only;
    return true;
}

// Reads the number behind "word-"; `otherwise` when there is none.
static uint32_t dns_number(struct span label, size_t word, uint32_t otherwise)
{
    uint32_t v = 0;
    for (size_t i = word + 1; i < label.n; i++)
        v = v * 10 + (uint32_t)(label.p[i] - '0');
    return label.n > word + 1 ? v : otherwise;
}

// Whether `label` is `word` or "word-digits" (eight digits at most).
static bool dns_is(struct span label, const char *word)
{
    size_t n = strlen(word);
    if (label.n < n || strncasecmp(label.p, word, n) != 0)
        return false;
    if (label.n > n && (label.p[n] != '-' || label.n < n + 2 || label.n > n + 9))
        return false;
    for (size_t i = n + 1; i < label.n; i++)
        if (label.p[i] < '0' || label.p[i] > '9')
            return false;
    return true;
}

// Takes notice of what a label asks for. Returns false when it is an ordinary one.
static bool dns_ask(struct dns_work *w, struct span label)
{
    if (dns_is(label, "nx"))
        w->code = CODE_NAME;
    else if (dns_is(label, "nodata"))
        w->nodata = true;
    else if (dns_is(label, "servfail"))
        w->code = CODE_SERVFAIL;
    else if (dns_is(label, "refused"))
        w->code = CODE_REFUSED;
    else if (dns_is(label, "slow"))
        w->delay_ms = dns_number(label, 4, SLOW_MS);
    else if (dns_is(label, "drop"))
        w->drop = true;
    else if (dns_is(label, "trunc"))
        w->truncate = true;
    else if (dns_is(label, "garbage"))
        w->garbage = true;
    else if (dns_is(label, "cname"))
        w->chain += dns_number(label, 5, 1);
    else if (dns_is(label, "loop"))
        w->loop = true;
    else if (dns_is(label, "many"))
        w->many = true;
    else if (dns_is(label, "ttl"))
        w->ttl = dns_number(label, 3, 1);
    else
        return false;
    return true;
}

// Reads the question. Returns 0, or the code to answer. A name that is longer than names are is a
// format error.
static int dns_question(struct dns_work *w, const uint8_t *p, size_t n)
{
    size_t at = HEADER;
    while (at < n && p[at] != 0) {
        size_t label = p[at];
        if (label > 63 || at + 1 + label >= n || w->name_n + label + 1 > sizeof w->name)
            return CODE_FORMAT;
        if (w->name_n > 0)
            w->name[w->name_n++] = '.';
        for (size_t i = 1; i <= label; i++) // a dot inside a label is no dot
            w->name[w->name_n++] = (char)(p[at + i] == '.' ? '\\' : p[at + i]);
        at += label + 1;
    }
    if (at + 5 > n)
        return CODE_FORMAT;
    w->type = dns_get(p + at + 1);
    w->class = dns_get(p + at + 3);
    w->question_end = at + 5;
    return 0;
}

// Looks for the OPT record of EDNS (RFC 6891 §6.1.2), which stands first among the additional
// records of a query.
static void dns_edns(struct dns_work *w, const uint8_t *p, size_t n)
{
    size_t at = w->question_end;
    if (dns_get(p + 10) == 0 || dns_get(p + 6) != 0 || dns_get(p + 8) != 0 || at + 11 > n)
        return;
    if (p[at] != 0 || dns_get(p + at + 1) != TYPE_OPT)
        return;
    w->edns = true;
    w->limit = dns_get(p + at + 3);
    if (w->limit < DNS_UDP_PLAIN)
        w->limit = DNS_UDP_PLAIN;
    if (w->limit > 1232)
        w->limit = 1232;
}

// The chain of aliases ("cname-3.h1" is "cname-2.h1", that is "cname-1.h1", that is "h1"), or the
// alias of itself. `rest` is where the name without its asking labels stands in the message.
// Returns where the name stands that has the addresses.
static size_t dns_aliases(struct dns_work *w, size_t rest)
{
    size_t owner = HEADER;
    uint32_t left = w->loop ? 1 : w->chain < CHAIN_MAX ? w->chain : CHAIN_MAX;
    for (; left > 0; left--) {
        char label[] = "\10cname-00";
        label[7] = (char)('0' + (left - 1) / 10);
        label[8] = (char)('0' + (left - 1) % 10);
        size_t label_n = left > 1 ? sizeof label - 1 : 0;
        dns_put_record(w, owner, TYPE_CNAME, w->ttl, label_n + 2);
        owner = w->n;
        dns_put(w, label, label_n);
        dns_put16(w, 0xc000 | (unsigned)(w->loop ? HEADER : rest));
        w->answers++;
        if (w->type == TYPE_CNAME)
            break;
    }
    return owner;
}

// Fills in the answer to a question about a name of the zone; `label` is what stands before the
// suffix.
static void dns_inside(struct dns_work *w, struct span label)
{
    size_t rest = HEADER; // a name's text is as long as its labels in the message
    struct dns_address address;
    while (label.p) {
        const char *dot = memchr(label.p, '.', label.n);
        size_t first = dot ? (size_t)(dot - label.p) : label.n;
        if (!dns_ask(w, (struct span){ label.p, first }))
            break;
        rest += first + 1;
        label = dot ? (struct span){ dot + 1, label.n - first - 1 } : (struct span){ NULL, 0 };
    }
    if (w->code == CODE_FINE && !dns_locate(w->zone, label, &address))
        w->code = CODE_NAME;
    if (w->code == CODE_SERVFAIL || w->code == CODE_REFUSED)
        return;
    if (w->code == CODE_FINE && !w->nodata) {
        size_t owner = dns_aliases(w, rest);
        if (w->type == TYPE_CNAME || w->loop)
            return;
        for (uint32_t i = 1; w->many && i < MANY; i++)
            dns_put_address(w, owner, &(struct dns_address){ 4, { 127, 0, 0, (uint8_t)(i + 1) } });
        dns_put_address(w, owner, &address);
    }
    if (w->answers == 0 || w->code == CODE_NAME)
        dns_put_soa(w, true);
}

static void dns_fill(struct dns_work *w)
{
    struct span label;
    if (w->code != CODE_FINE)
        return;
    if (w->class != CLASS_IN) {
        w->code = CODE_REFUSED;
    } else if (web_under_suffix(w->zone->suffix, (struct span){ w->name, w->name_n }, &label)) {
        dns_inside(w, label);
    } else {
        w->code = CODE_NAME;
        dns_put_soa(w, false);
    }
}

// The header, and the OPT record where one was sent.
static size_t dns_finish(struct dns_work *w, bool cut)
{
    if (cut) {
        w->n = w->question_end;
        w->answers = w->authorities = 0;
    }
    if (w->garbage && w->answers > 0)
        return w->n - 3; // the header promises more than there is
    if (w->edns) {
        w->out[w->n++] = 0;
        dns_put16(w, TYPE_OPT);
        dns_put16(w, 1232);
        dns_put32(w, 0);
        dns_put16(w, 0);
    }
    return w->n;
}

struct dns_verdict dns_answer(const struct dns_zone *z, const uint8_t *p, size_t n, bool tcp,
                              uint8_t *out)
{
    struct dns_verdict verdict = { 0, 0 };
    struct dns_work w = {
        .zone = z, .out = out, .limit = DNS_UDP_PLAIN, .ttl = z->ttl, .question_end = HEADER
    };
    if (n < HEADER || dns_get(p + 2) & FLAG_ANSWER)
        return verdict;
    unsigned flags = dns_get(p + 2);
    if (flags & FLAG_OPCODE)
        w.code = CODE_NOT_DONE;
    else if (dns_get(p + 4) != 1 || dns_question(&w, p, n) != 0)
        w.code = CODE_FORMAT;
    else
        dns_edns(&w, p, n);
    if (w.code != CODE_FINE)
        w.question_end = HEADER;
    memcpy(out, p, w.question_end);
    w.n = w.question_end;
    dns_fill(&w);
    if (w.drop)
        return verdict;
    bool cut = !tcp && (w.truncate || w.n + (w.edns ? 11 : 0) > w.limit);
    verdict.size = dns_finish(&w, cut);
    verdict.delay_ms = w.delay_ms;
    flags = (flags & (FLAG_OPCODE | FLAG_RECURSE)) | FLAG_ANSWER | FLAG_AUTHORITY |
            (cut ? FLAG_TRUNCATED : 0) | w.code;
    dns_set(out + 2, flags);
    dns_set(out + 4, w.question_end > HEADER);
    dns_set(out + 6, w.answers);
    dns_set(out + 8, w.authorities);
    dns_set(out + 10, w.edns && !(w.garbage && w.answers > 0));
    return verdict;
}
