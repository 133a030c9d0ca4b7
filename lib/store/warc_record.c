// SPDX-License-Identifier: MIT
#include "store/warc_record.h"
#include "data/civil.h"

static const char *const warc_types[WARC_TYPES] = { "warcinfo", "response", "request", "metadata",
                                                    "revisit" };
static const char *const warc_cuts[WARC_CUTS] = { "", "length", "time", "disconnect",
                                                  "unspecified" };

const char *warc_type_word(enum warc_type t)
{
    return warc_types[t];
}

const char *warc_cut_word(enum warc_cut c)
{
    return warc_cuts[c];
}

static char *warc_digits(char *at, uint64_t v, int n)
{
    for (int i = n; i-- > 0; v /= 10)
        at[i] = (char)('0' + v % 10);
    return at + n;
}

void warc_date_write(struct buffer *out, int64_t wall)
{
    int64_t second = wall / 1000000000, rest = wall % 1000000000;
    if (rest < 0) {
        rest += 1000000000;
        second--;
    }
    struct civil c = civil_of(second);
    char *at = buffer_reserve(out, 32);
    if (!at || c.year < 0 || c.year > 9999)
        return;
    char *begun = at;
    at = warc_digits(at, (uint64_t)c.year, 4);
    const unsigned part[] = { c.month, c.day, c.hour, c.minute, c.second };
    for (int i = 0; i < 5; i++) {
        *at++ = "--T::"[i];
        at = warc_digits(at, part[i], 2);
    }
    *at++ = '.';
    at = warc_digits(at, (uint64_t)rest / 1000, 6);
    *at++ = 'Z';
    out->n += (size_t)(at - begun);
}

// Blanks what ends a line, or is no text: it would end up as a field of its own. Eight bytes at a
// time are looked at: one that is below 0x20, or DEL, makes a high bit where there was none.
static void warc_tame(char *p, size_t n)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    size_t i = 0;
    for (uint64_t v; i + 8 <= n; i += 8) {
        memcpy(&v, p + i, 8);
        if ((((v - ones * 0x20) | ((v ^ (ones * 0x7f)) - ones)) & ~v & high) != 0)
            break;
    }
    for (; i < n; i++)
        if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
            p[i] = ' ';
}

static void warc_text(struct buffer *out, const char *name, struct span value)
{
    size_t n = strlen(name);
    char *at = value.p ? buffer_reserve(out, n + value.n + 4) : NULL;
    if (!at)
        return;
    memcpy(at, name, n);
    at[n] = ':';
    at[n + 1] = ' ';
    memcpy(at + n + 2, value.p, value.n);
    warc_tame(at + n + 2, value.n);
    memcpy(at + n + 2 + value.n, "\r\n", 2);
    out->n += n + value.n + 4;
}

static void warc_id(struct buffer *out, const char *name, const struct warc_id *id)
{
    if (warc_id_is_none(id))
        return;
    buffer_add_string(out, name);
    buffer_add(out, ": ", 2);
    warc_id_write(out, id);
    buffer_add(out, "\r\n", 2);
}

static void warc_date(struct buffer *out, const char *name, int64_t wall)
{
    if (!wall)
        return;
    buffer_add_string(out, name);
    buffer_add(out, ": ", 2);
    warc_date_write(out, wall);
    buffer_add(out, "\r\n", 2);
}

static void warc_digest(struct buffer *out, const char *name, const struct digest *d)
{
    char text[DIGEST_TEXT_ROOM];
    if (!d)
        return;
    size_t n = digest_text(d, text);
    warc_text(out, name, (struct span){ text, n });
}

static void warc_revisit(struct buffer *out, const struct warc_record *r)
{
    static const char *const profiles[] = {
        NULL, "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
    };
    warc_text(out, "WARC-Profile", span_of(profiles[r->profile]));
    warc_id(out, "WARC-Refers-To", &r->refers_to);
    warc_text(out, "WARC-Refers-To-Target-URI", r->refers_to_uri);
    warc_date(out, "WARC-Refers-To-Date", r->refers_to_date);
}

void warc_record_write(struct buffer *out, const struct warc_record *r)
{
    buffer_add(out, "WARC/1.1\r\n", 10);
    warc_text(out, "WARC-Type", span_of(warc_types[r->type]));
    warc_id(out, "WARC-Record-ID", &r->id);
    warc_date(out, "WARC-Date", r->date);
    warc_text(out, "WARC-Filename", r->filename);
    warc_text(out, "WARC-Target-URI", r->target_uri);
    warc_id(out, "WARC-Concurrent-To", &r->concurrent_to);
    warc_text(out, "WARC-IP-Address", r->address);
    for (int i = 0; i < WARC_PROTOCOLS; i++)
        warc_text(out, "WARC-Protocol", r->protocol[i]);
    warc_revisit(out, r);
    if (r->cut)
        warc_text(out, "WARC-Truncated", span_of(warc_cuts[r->cut]));
    warc_digest(out, "WARC-Block-Digest", r->block);
    warc_digest(out, "WARC-Payload-Digest", r->payload);
    warc_text(out, "Content-Type", span_of(r->content_type));
    buffer_add(out, "Content-Length: ", 16);
    buffer_add_uint(out, r->length);
    buffer_add(out, "\r\n\r\n", 4);
}
