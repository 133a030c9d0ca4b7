// SPDX-License-Identifier: MIT
#include "fetch/request.h"

struct span request_origin(const struct request *q)
{
    const char *host = strstr(q->url, "://");
    size_t n = host ? (size_t)(host + 3 - q->url) : 0;
    return (struct span){ q->url, n + strcspn(q->url + n, "/?#") };
}

bool request_is_head(const struct request *q)
{
    return q->head || (q->method && strcmp(q->method, "HEAD") == 0);
}
