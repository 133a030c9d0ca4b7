// SPDX-License-Identifier: MIT
#include "fetch/request.h"

struct span request_origin(const struct request *q)
{
    // An HTTP proxy's connections serve every host.
    if (q->proxy && strncmp(q->proxy->url, "http", 4) == 0 && strncmp(q->url, "http:", 5) == 0)
        return span_of(q->proxy->url);
    const char *host = strstr(q->url, "://");
    size_t n = host ? (size_t)(host + 3 - q->url) : 0;
    return (struct span){ q->url, n + strcspn(q->url + n, "/?#") };
}

bool request_is_head(const struct request *q)
{
    return q->head || (q->method && strcmp(q->method, "HEAD") == 0);
}

bool request_is_idempotent(const struct request *q)
{
    static const char *const methods[] = { "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE" };
    if (!q->method)
        return q->body.p == NULL || q->head;
    for (unsigned i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(q->method, methods[i]) == 0)
            return true;
    return false;
}
