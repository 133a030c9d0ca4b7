// SPDX-License-Identifier: MIT
#include "hostile/hostile_secure.h"

const struct hostile_secure *hostile_secure_at(unsigned i)
{
    if (i < hostile_tls_count)
        return &hostile_tls_rows[i];
    i -= hostile_tls_count;
    return i < hostile_http2_count ? &hostile_http2_rows[i] : NULL;
}

const struct hostile_secure *hostile_secure_find(struct span name)
{
    const struct hostile_secure *h;
    for (unsigned i = 0; (h = hostile_secure_at(i)); i++)
        if (span_is(name, h->row.name))
            return h;
    return NULL;
}
