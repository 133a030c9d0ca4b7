// SPDX-License-Identifier: MIT
#include "visit/sink_decode.h"
#include "web/coding.h"
#include <errno.h>

static enum sink_answer sink_decode_fail(struct sink_decode *d, enum fetch_error error,
                                         const char *why)
{
    if (d->error == FETCH_OK) {
        d->error = error;
        d->why = why;
    }
    return SINK_STOP;
}

static enum sink_answer sink_decode_failed(struct sink_decode *d, int code)
{
    switch (code) {
    case -EFBIG:
        return sink_decode_fail(d, FETCH_TOO_LARGE, "the decoded body is larger than allowed");
    case -ENOMEM:
        return sink_decode_fail(d, FETCH_NO_RESOURCES, "no memory to decode the body");
    case -ENODATA:
        return sink_decode_fail(d, FETCH_DECODE, "the encoded body ends too soon");
    default:
        return sink_decode_fail(d, FETCH_DECODE, "the encoded body is damaged");
    }
}

// What the coding gives out. Answers 0, or 1 when the next sink has had enough.
static int sink_decode_pass(void *arg, const char *p, size_t n)
{
    struct sink_decode *d = arg;
    return d->next->write(d->next, p, n) == SINK_STOP;
}

// Several fields are one list (RFC 9110 §5.3).
static int sink_decode_prepare(struct sink_decode *d, const struct head *head)
{
    struct buffer list = { 0 };
    head_join(head, "content-encoding", &list);
    int e = list.failed
                ? -ENOMEM
                : coding_new(&d->coding, buffer_span(&list), d->most ? d->most : UINT64_MAX);
    buffer_fini(&list);
    return e;
}

static enum sink_answer sink_decode_head(struct sink *s, const struct head *head)
{
    struct sink_decode *d = (struct sink_decode *)s;
    coding_free(d->coding);
    d->coding = NULL;
    if (head_find(head, "content-encoding").n) {
        int e = sink_decode_prepare(d, head);
        if (e < 0 && e != -EOPNOTSUPP)
            return sink_decode_failed(d, e);
    }
    return d->next->head ? d->next->head(d->next, head) : SINK_GO;
}

static enum sink_answer sink_decode_write(struct sink *s, const char *p, size_t n)
{
    struct sink_decode *d = (struct sink_decode *)s;
    if (d->coding) {
        int e = coding_write(d->coding, (struct span){ p, n }, sink_decode_pass, d);
        return e < 0 ? sink_decode_failed(d, e) : e ? SINK_STOP : SINK_GO;
    }
    d->given += n;
    if (d->most && d->given > d->most)
        return sink_decode_failed(d, -EFBIG);
    return d->next->write(d->next, p, n);
}

void sink_decode_begin(struct sink_decode *d, struct sink *next, uint64_t most)
{
    coding_free(d->coding);
    *d = (struct sink_decode){ .sink = { sink_decode_head, sink_decode_write, NULL },
                               .next = next,
                               .most = most };
}

void sink_decode_end(struct sink_decode *d, bool whole)
{
    if (d->coding && whole && d->error == FETCH_OK) {
        int e = coding_finish(d->coding);
        if (e < 0)
            sink_decode_failed(d, e);
    }
    coding_free(d->coding);
    d->coding = NULL;
}
