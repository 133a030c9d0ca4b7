// SPDX-License-Identifier: MIT
#include "frontier/challenge.h"
#include <errno.h>
#include <openssl/evp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CHALLENGE_TEXT = 1024, CHALLENGE_HEX = 2 * EVP_MAX_MD_SIZE + 1 };

// Texts as they came, without their quotes.
struct challenge {
    char realm[CHALLENGE_TEXT], nonce[CHALLENGE_TEXT], opaque[CHALLENGE_TEXT], algorithm[24];
    const EVP_MD *hash;
    bool session, qop, opaque_given, algorithm_given, stale, user_hash;
    bool unanswerable; // a qop that is not ours, a text that is too long
    uint32_t count;    // of requests with this nonce
};

// ---- reading

static void skip(struct span *s, const char *what)
{
    while (s->n && strchr(what, *s->p)) {
        s->p++;
        s->n--;
    }
}

static struct span take_token(struct span *s)
{
    struct span t = { s->p, 0 };
    while (t.n < s->n && !strchr(" \t,=\"", t.p[t.n]))
        t.n++;
    s->p += t.n;
    s->n -= t.n;
    return t;
}

// A token or a quoted string into `out`, which keeps its escapes undone. Whether there was room.
static bool take_value(struct span *s, char *out, size_t room)
{
    size_t n = 0;
    bool quoted = s->n && *s->p == '"';
    if (quoted) {
        s->p++;
        s->n--;
    }
    while (s->n && (quoted ? *s->p != '"' : !strchr(" \t,", *s->p))) {
        if (quoted && *s->p == '\\' && s->n > 1) {
            s->p++;
            s->n--;
        }
        if (n + 1 < room)
            out[n] = *s->p;
        n++;
        s->p++;
        s->n--;
    }
    if (quoted && s->n) {
        s->p++;
        s->n--;
    }
    out[n < room ? n : room - 1] = '\0';
    return n < room;
}

static bool has_auth(const char *list)
{
    struct span rest = { list, strlen(list) }, one;
    do {
        skip(&rest, " \t,");
        one = take_token(&rest);
        if (one.n == 4 && strncasecmp(one.p, "auth", 4) == 0)
            return true;
    } while (one.n);
    return false;
}

static void note(struct challenge *c, struct span name, const char *value)
{
    struct {
        const char *name;
        char *to;
        size_t room;
    } texts[] = { { "realm", c->realm, sizeof c->realm },
                  { "nonce", c->nonce, sizeof c->nonce },
                  { "opaque", c->opaque, sizeof c->opaque },
                  { "algorithm", c->algorithm, sizeof c->algorithm } };
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
        if (name.n == strlen(texts[k].name) && strncasecmp(name.p, texts[k].name, name.n) == 0) {
            size_t n = strlen(value);
            c->unanswerable |= n >= texts[k].room;
            memcpy(texts[k].to, value, n < texts[k].room ? n + 1 : 0);
            c->opaque_given |= k == 2;
            c->algorithm_given |= k == 3;
        }
    if (name.n == 5 && strncasecmp(name.p, "stale", 5) == 0)
        c->stale = strcasecmp(value, "true") == 0;
    if (name.n == 8 && strncasecmp(name.p, "userhash", 8) == 0)
        c->user_hash = strcasecmp(value, "true") == 0;
    if (name.n == 3 && strncasecmp(name.p, "qop", 3) == 0) {
        c->qop = has_auth(value);
        c->unanswerable |= !c->qop;
    }
}

static bool settle(struct challenge *c)
{
    static const struct {
        const char *name;
        const EVP_MD *(*hash)(void);
    } known[] = { { "MD5", EVP_md5 },
                  { "SHA-256", EVP_sha256 },
                  { "SHA-512-256", EVP_sha512_256 } };
    size_t n = strlen(c->algorithm);
    c->session = n > 5 && strcasecmp(c->algorithm + n - 5, "-sess") == 0;
    n -= c->session ? 5 : 0;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (n == 0 ||
            (n == strlen(known[k].name) && strncasecmp(c->algorithm, known[k].name, n) == 0)) {
            c->hash = known[k].hash();
            return c->nonce[0] && !c->unanswerable;
        }
    return false;
}

// The parameters up to the next scheme, whose name has then been taken off into `scheme`.
static void read_parameters(struct challenge *c, struct span *rest, struct span *scheme)
{
    char value[2 * CHALLENGE_TEXT];
    for (;;) {
        skip(rest, " \t,");
        struct span name = take_token(rest), before = *rest;
        skip(rest, " \t");
        if (!rest->n || *rest->p != '=') {
            *scheme = name;
            *rest = before;
            if (!name.n) // neither a name nor a value: what cannot be read ends it
                rest->n = 0;
            return;
        }
        skip(rest, "=");
        skip(rest, " \t");
        c->unanswerable |= !take_value(rest, value, sizeof value);
        note(c, name, value);
    }
}

int challenge_new(struct challenge **out, struct span values)
{
    struct challenge *c = calloc(1, sizeof *c);
    struct span rest = values, scheme = { NULL, 0 };
    if (!c)
        return -ENOMEM;
    skip(&rest, " \t,");
    if (rest.n)
        scheme = take_token(&rest);
    while (scheme.n) {
        bool digest = scheme.n == 6 && strncasecmp(scheme.p, "Digest", 6) == 0;
        *c = (struct challenge){ .count = 0 };
        read_parameters(c, &rest, &scheme);
        if (digest && settle(c)) {
            *out = c;
            return 0;
        }
    }
    free(c);
    return -ENOENT;
}

void challenge_free(struct challenge *c)
{
    free(c);
}

bool challenge_is_stale(const struct challenge *c)
{
    return c->stale;
}

// ---- answering

// The hash of the spans with colons between them, in hexadecimal. False: OpenSSL cannot.
static bool hash(const struct challenge *c, const struct span *part, size_t n,
                 char out[CHALLENGE_HEX])
{
    static const char digit[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_MD_CTX *x = EVP_MD_CTX_new();
    bool good = x && EVP_DigestInit_ex(x, c->hash, NULL) == 1;
    for (size_t k = 0; good && k < n; k++)
        good = (k == 0 || EVP_DigestUpdate(x, ":", 1) == 1) &&
               EVP_DigestUpdate(x, part[k].n ? part[k].p : "", part[k].n) == 1;
    good = good && EVP_DigestFinal_ex(x, sum, &size) == 1;
    EVP_MD_CTX_free(x);
    for (unsigned k = 0; good && k < size; k++) {
        out[2 * k] = digit[sum[k] >> 4];
        out[2 * k + 1] = digit[sum[k] & 15];
    }
    out[2 * size] = '\0';
    return good;
}

static void add_quoted(struct buffer *out, const char *name, struct span text)
{
    buffer_add_format(out, "%s=\"", name);
    for (size_t k = 0; k < text.n; k++) {
        if (text.p[k] == '"' || text.p[k] == '\\')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, text.p[k]);
    }
    buffer_add_byte(out, '"');
}

struct sums {
    char secret[CHALLENGE_HEX], asked[CHALLENGE_HEX], response[CHALLENGE_HEX], user[CHALLENGE_HEX];
};

static bool sum_up(const struct challenge *c, const struct challenge_answer *a, struct span user,
                   struct span password, const char *count, struct sums *s)
{
    struct span realm = span_of(c->realm), nonce = span_of(c->nonce);
    bool good = hash(c, (struct span[]){ user, realm, password }, 3, s->secret);
    if (good && c->session) {
        char first[CHALLENGE_HEX];
        memcpy(first, s->secret, sizeof first);
        good = hash(c, (struct span[]){ span_of(first), nonce, a->nonce }, 3, s->secret);
    }
    good = good && hash(c, (struct span[]){ a->method, a->target }, 2, s->asked) &&
           hash(c, (struct span[]){ user, realm }, 2, s->user);
    if (!good)
        return false;
    if (!c->qop)
        return hash(c, (struct span[]){ span_of(s->secret), nonce, span_of(s->asked) }, 3,
                    s->response);
    return hash(c,
                (struct span[]){ span_of(s->secret), nonce, span_of(count), a->nonce,
                                 span_of("auth"), span_of(s->asked) },
                6, s->response);
}

int challenge_answer(struct challenge *c, const struct challenge_answer *a, struct buffer *out)
{
    const char *colon = a->credentials.n ? memchr(a->credentials.p, ':', a->credentials.n) : NULL;
    size_t n = colon ? (size_t)(colon - a->credentials.p) : a->credentials.n;
    struct span user = { a->credentials.p, n }, password = { NULL, 0 };
    struct sums s;
    char count[9];
    if (colon)
        password = (struct span){ colon + 1, a->credentials.n - n - 1 };
    snprintf(count, sizeof count, "%08x", ++c->count);
    if (!sum_up(c, a, user, password, count, &s))
        return -EIO;
    buffer_add_string(out, "Authorization: Digest ");
    add_quoted(out, "username", c->user_hash ? span_of(s.user) : user);
    add_quoted(out, ", realm", span_of(c->realm));
    add_quoted(out, ", nonce", span_of(c->nonce));
    add_quoted(out, ", uri", a->target);
    buffer_add_format(out, ", response=\"%s\"", s.response);
    if (c->algorithm_given)
        buffer_add_format(out, ", algorithm=%s", c->algorithm);
    if (c->opaque_given)
        add_quoted(out, ", opaque", span_of(c->opaque));
    if (c->qop)
        buffer_add_format(out, ", qop=auth, nc=%s, cnonce=\"%.*s\"", count, (int)a->nonce.n,
                          a->nonce.p);
    if (c->user_hash)
        buffer_add_string(out, ", userhash=true");
    return out->failed ? -ENOMEM : 0;
}
