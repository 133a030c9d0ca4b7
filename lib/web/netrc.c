// SPDX-License-Identifier: MIT
#include "web/netrc.h"
#include "data/buffer.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

// An entry, as offsets into the text of the whole.
struct netrc_entry {
    size_t host, login_length, pair; // "USER:PASSWORD" at `pair`
    bool any;                        // the `default`
};

struct netrc {
    struct buffer text, entries;
};

struct netrc_reader {
    const char *p, *end, *why;
    unsigned line;
    struct buffer word;
};

// What has been read of an entry.
struct netrc_draft {
    struct buffer host, login, password;
    bool open, any;
};

static bool netrc_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static void netrc_step(struct netrc_reader *r)
{
    r->line += *r->p == '\n';
    r->p++;
}

static void netrc_skip_line(struct netrc_reader *r)
{
    while (r->p < r->end && *r->p != '\n')
        r->p++;
}

static void netrc_skip_space(struct netrc_reader *r)
{
    while (r->p < r->end && netrc_is_space(*r->p))
        netrc_step(r);
}

// Up to an empty line.
static void netrc_skip_macro(struct netrc_reader *r)
{
    bool empty = false;
    while (r->p < r->end && !empty) {
        netrc_skip_line(r);
        if (r->p < r->end)
            netrc_step(r);
        const char *p = r->p;
        while (p < r->end && (*p == ' ' || *p == '\t' || *p == '\r'))
            p++;
        empty = p < r->end && *p == '\n';
    }
}

static char netrc_unescape(char c)
{
    return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

static int netrc_quoted(struct netrc_reader *r)
{
    for (r->p++; r->p < r->end && *r->p != '"'; netrc_step(r)) {
        bool escape = *r->p == '\\' && r->end - r->p > 1;
        if (escape)
            r->p++;
        buffer_add_byte(&r->word, escape ? netrc_unescape(*r->p) : *r->p);
    }
    if (r->p == r->end) {
        r->why = "has a quote that does not end";
        return -EINVAL;
    }
    r->p++;
    return 0;
}

// Takes the next word; -ENOENT at the end.
static int netrc_word(struct netrc_reader *r)
{
    int e = 0;
    buffer_clear(&r->word);
    netrc_skip_space(r);
    if (r->p == r->end)
        return -ENOENT;
    if (*r->p == '"')
        e = netrc_quoted(r);
    else
        while (r->p < r->end && !netrc_is_space(*r->p))
            buffer_add_byte(&r->word, *r->p++);
    if (e == 0 && !buffer_string(&r->word))
        return -ENOMEM;
    if (e == 0 && r->word.n > NETRC_WORD_MOST) {
        r->why = "has a word that is too long";
        return -EINVAL;
    }
    if (e == 0 && memchr(r->word.p, '\0', r->word.n)) {
        r->why = "has a NUL in it: this is no .netrc";
        return -EINVAL;
    }
    return e;
}

// Takes the word that must follow, into `to`.
static int netrc_value(struct netrc_reader *r, struct buffer *to)
{
    int e = netrc_word(r);
    if (e == -ENOENT) {
        r->why = "ends where a word should follow";
        return -EINVAL;
    }
    if (e < 0)
        return e;
    buffer_clear(to);
    buffer_add(to, r->word.p, r->word.n);
    return buffer_string(to) ? 0 : -ENOMEM;
}

// Adds what was drafted, if there is anything to show in it.
static int netrc_add(struct netrc *n, struct netrc_draft *d)
{
    if (!d->open || (d->login.n == 0 && d->password.n == 0))
        return 0;
    struct netrc_entry e = { .host = n->text.n, .login_length = d->login.n, .any = d->any };
    buffer_add(&n->text, d->host.p, d->host.n);
    buffer_add_byte(&n->text, '\0');
    e.pair = n->text.n;
    buffer_add(&n->text, d->login.p, d->login.n);
    buffer_add_byte(&n->text, ':');
    buffer_add(&n->text, d->password.p, d->password.n);
    buffer_add_byte(&n->text, '\0');
    buffer_add(&n->entries, &e, sizeof e);
    return n->text.failed || n->entries.failed ? -ENOMEM : 0;
}

static void netrc_begin(struct netrc_draft *d, bool any)
{
    buffer_clear(&d->host);
    buffer_clear(&d->login);
    buffer_clear(&d->password);
    d->open = true;
    d->any = any;
}

// Does what the word that was read says.
static int netrc_obey(struct netrc *n, struct netrc_reader *r, struct netrc_draft *d)
{
    struct span word = buffer_span(&r->word);
    int e = 0;
    if (span_is(word, "machine") || span_is(word, "default")) {
        bool any = word.p[0] == 'd';
        e = netrc_add(n, d);
        netrc_begin(d, any);
        return e < 0 || any ? e : netrc_value(r, &d->host);
    }
    if (span_is(word, "login"))
        return netrc_value(r, &d->login);
    if (span_is(word, "password"))
        return netrc_value(r, &d->password);
    if (span_is(word, "account")) {
        e = netrc_word(r);
        return e == -ENOENT ? 0 : e;
    }
    if (span_is(word, "macdef"))
        netrc_skip_macro(r);
    return 0;
}

static void netrc_wipe(struct buffer *b)
{
    if (b->p)
        explicit_bzero(b->p, b->room);
    buffer_fini(b);
}

static int netrc_read(struct netrc *n, struct netrc_reader *r)
{
    struct netrc_draft d = { 0 };
    int e = 0;
    while (e == 0) {
        netrc_skip_space(r);
        if (r->p < r->end && *r->p == '#') {
            netrc_skip_line(r);
            continue;
        }
        e = netrc_word(r);
        if (e == 0)
            e = netrc_obey(n, r, &d);
    }
    if (e == -ENOENT)
        e = netrc_add(n, &d);
    buffer_fini(&d.host);
    netrc_wipe(&d.login);
    netrc_wipe(&d.password);
    return e;
}

int netrc_parse(struct netrc **out, struct span text, unsigned *line, const char **why)
{
    struct netrc_reader r = { .p = text.p, .end = text.p + text.n, .line = 1 };
    if (text.n > NETRC_MOST)
        return -E2BIG;
    struct netrc *n = calloc(1, sizeof *n);
    if (!n)
        return -ENOMEM;
    int e = netrc_read(n, &r);
    netrc_wipe(&r.word);
    if (e == 0) {
        *out = n;
        return 0;
    }
    netrc_free(n);
    *line = r.line;
    *why = r.why;
    return e;
}

void netrc_free(struct netrc *n)
{
    if (!n)
        return;
    netrc_wipe(&n->text);
    buffer_fini(&n->entries);
    free(n);
}

static bool netrc_suits(const struct netrc *n, const struct netrc_entry *e, struct span host,
                        struct span login)
{
    const char *name = n->text.p + e->host, *pair = n->text.p + e->pair;
    if (!e->any && (strlen(name) != host.n || strncasecmp(name, host.p, host.n) != 0))
        return false;
    return !login.p || span_equal(login, (struct span){ pair, e->login_length });
}

const char *netrc_find(const struct netrc *n, struct span host, struct span login, bool or_default)
{
    const struct netrc_entry *e = (const struct netrc_entry *)(const void *)n->entries.p;
    const struct netrc_entry *end = e ? e + n->entries.n / sizeof *e : NULL;
    for (; e < end && !(e->any && !or_default); e++)
        if (netrc_suits(n, e, host, login))
            return n->text.p + e->pair;
    return NULL;
}
