// SPDX-License-Identifier: MIT
#include "visit/sink_digest.h"
#include <errno.h>

static enum sink_answer sink_digest_write(struct sink *s, const char *p, size_t n)
{
    struct sink_digest *d = (struct sink_digest *)s;
    if (!EVP_DigestUpdate(d->context, p, n))
        d->failed = true;
    if (d->failed)
        return SINK_STOP;
    return d->next ? d->next->write(d->next, p, n) : SINK_GO;
}

int sink_digest_begin(struct sink_digest *d, struct sink *next)
{
    // With no type given, a context that has one begins anew without looking the algorithm up.
    const EVP_MD *type = NULL;
    if (!d->context) {
        d->context = EVP_MD_CTX_new();
        if (!d->context)
            return -ENOMEM;
        type = EVP_sha256();
    }
    d->sink = (struct sink){ NULL, sink_digest_write, NULL };
    d->next = next;
    d->failed = false;
    if (EVP_DigestInit_ex(d->context, type, NULL))
        return 0;
    sink_digest_fini(d);
    return -ENOMEM;
}

bool sink_digest_end(struct sink_digest *d, uint8_t out[SINK_DIGEST_SIZE])
{
    unsigned n = 0;
    return !d->failed && EVP_DigestFinal_ex(d->context, out, &n) && n == SINK_DIGEST_SIZE;
}

void sink_digest_fini(struct sink_digest *d)
{
    EVP_MD_CTX_free(d->context);
    d->context = NULL;
}
