// SPDX-License-Identifier: MIT
#include "visit/outcome.h"
#include <errno.h>

enum {
    OUTCOME_SHORT_MOST = 255, // bytes of a file's name or a digest
    OUTCOME_CHALLENGE_MOST = 4096,
};

_Static_assert(sizeof(struct outcome) + 7 * (OUTCOME_TEXT_MOST + 1) + sizeof(struct tls_facts) +
                       2 * (OUTCOME_SHORT_MOST + 1) + OUTCOME_COOKIES_MOST + 1 +
                       OUTCOME_CHALLENGE_MOST + 1 + 9 <=
                   MESSAGE_MOST,
               "the largest outcome is a message");

static struct span outcome_cut(struct span s)
{
    if (s.n > OUTCOME_TEXT_MOST)
        s.n = OUTCOME_TEXT_MOST;
    return s;
}

// What is never long.
static struct span outcome_short(struct span s)
{
    if (s.n > OUTCOME_SHORT_MOST)
        s.n = OUTCOME_SHORT_MOST;
    return s;
}

int outcome_build(struct buffer *out, const struct outcome_parts *parts)
{
    const struct span texts[] = {
        outcome_cut(parts->message),
        outcome_cut(parts->content_type),
        outcome_cut(parts->location),
        outcome_cut(parts->retry_after),
        outcome_cut(parts->etag),
        outcome_cut(parts->last_modified),
        outcome_cut(parts->saved),
        { (const char *)parts->tls, parts->tls ? sizeof *parts->tls : 0 },
        outcome_short(parts->warc),
        outcome_short(parts->warc_digest),
        parts->cookies,
        parts->challenge.n > OUTCOME_CHALLENGE_MOST ? (struct span){ NULL, 0 } : parts->challenge,
    };
    size_t size = sizeof(struct outcome);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        size += message_text_size(texts[i]);
    size = message_round(size);
    buffer_clear(out);
    char *p = buffer_reserve(out, size);
    if (!p)
        return -ENOMEM;
    memset(p + size - 8, 0, 8);
    struct outcome *o = (struct outcome *)(void *)p;
    *o = parts->head;
    o->size = (uint32_t)size;
    o->kind = MESSAGE_OUTCOME;
    size_t at = sizeof *o;
    o->message = message_put(p, &at, texts[0]);
    o->content_type = message_put(p, &at, texts[1]);
    o->location = message_put(p, &at, texts[2]);
    o->retry_after = message_put(p, &at, texts[3]);
    o->etag = message_put(p, &at, texts[4]);
    o->last_modified = message_put(p, &at, texts[5]);
    o->saved = message_put(p, &at, texts[6]);
    o->tls = message_put(p, &at, texts[7]);
    o->warc = message_put(p, &at, texts[8]);
    o->warc_digest = message_put(p, &at, texts[9]);
    o->cookies = message_put(p, &at, texts[10]);
    o->challenge = message_put(p, &at, texts[11]);
    out->n = size;
    return 0;
}

int outcome_build_somehow(struct buffer *out, const struct outcome_parts *parts)
{
    int e = outcome_build(out, parts);
    if (e == 0)
        return 0;
    struct outcome_parts bare = { .head = parts->head };
    bare.head.error = FETCH_NO_RESOURCES;
    bare.head.flags |= OUTCOME_LACK;
    return outcome_build(out, &bare);
}

int outcome_reserve(struct buffer *out)
{
    buffer_clear(out);
    return buffer_reserve(out, sizeof(struct outcome)) ? 0 : -ENOMEM;
}

int outcome_add_findings(struct buffer *out, struct span findings)
{
    if (findings.n > OUTCOME_FINDINGS_MOST)
        return -EMSGSIZE;
    if (!buffer_reserve(out, findings.n)) { // before the head is pointed at: it may move
        out->failed = false;
        return -ENOMEM;
    }
    buffer_add(out, findings.p, findings.n);
    ((struct outcome *)(void *)out->p)->tail = (uint32_t)findings.n;
    return 0;
}

struct span outcome_findings(const struct outcome *o)
{
    if (o->tail == 0)
        return (struct span){ NULL, 0 };
    return (struct span){ (const char *)o + o->size, o->tail };
}

bool outcome_valid(const void *p, size_t n)
{
    const struct outcome *o = p;
    if ((uintptr_t)p % 8 || n < sizeof *o || o->tail > OUTCOME_FINDINGS_MOST ||
        n != (size_t)o->size + o->tail || o->size < sizeof *o)
        return false;
    n = o->size;
    if (n > MESSAGE_MOST || n % 8 || o->kind != MESSAGE_OUTCOME || o->error >= FETCH_ERROR_COUNT)
        return false;
    const struct message_text texts[] = { o->message, o->content_type,  o->location, o->retry_after,
                                          o->etag,    o->last_modified, o->saved,    o->tls,
                                          o->warc,    o->warc_digest,   o->cookies,  o->challenge };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!message_text_valid(p, sizeof *o, n, texts[i]))
            return false;
    return true;
}

bool outcome_tls(const struct outcome *o, struct tls_facts *out)
{
    struct span s = message_span(o, o->tls);
    if (s.n != sizeof *out)
        return false;
    memcpy(out, s.p, s.n);
    out->version[sizeof out->version - 1] = out->cipher[sizeof out->cipher - 1] = '\0';
    out->issuer[sizeof out->issuer - 1] = out->subject[sizeof out->subject - 1] = '\0';
    return true;
}
