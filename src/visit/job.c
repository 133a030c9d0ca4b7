// SPDX-License-Identifier: MIT
#include "visit/job.h"
#include <errno.h>

static size_t job_size(const struct job_parts *p)
{
    size_t n = sizeof(struct job) + p->addresses * sizeof(struct address);
    n += message_text_size(p->url) + message_text_size(p->host) + message_text_size(p->method);
    n += message_text_size(p->credentials) + message_text_size(p->body);
    n += message_text_size(p->path) + message_text_size(p->proxy);
    n += message_text_size(p->proxy_credentials) + message_text_size(p->agent);
    n += message_text_size(p->known_digest) + message_text_size(p->via);
    return message_round(n + message_text_size(p->headers));
}

int job_build(struct buffer *out, const struct job_parts *parts)
{
    if (parts->url.n == 0 || parts->host.n == 0 || parts->addresses == 0 ||
        parts->addresses > JOB_ADDRESSES)
        return -EINVAL;
    if (parts->headers.n && parts->headers.p[parts->headers.n - 1] != '\0')
        return -EINVAL;
    if (parts->proxy.p && !parts->head.proxy_port)
        return -EINVAL;
    size_t size = job_size(parts);
    if (size > MESSAGE_MOST)
        return -EMSGSIZE;
    buffer_clear(out);
    char *p = buffer_reserve(out, size);
    if (!p)
        return -ENOMEM;
    memset(p + size - 8, 0, 8);
    struct job *j = (struct job *)(void *)p;
    *j = parts->head;
    j->size = (uint32_t)size;
    j->kind = MESSAGE_JOB;
    j->addresses = parts->addresses;
    size_t at = sizeof *j;
    j->address_at = (uint32_t)at;
    memcpy(p + at, parts->address, parts->addresses * sizeof *parts->address);
    at += parts->addresses * sizeof *parts->address;
    j->url = message_put(p, &at, parts->url);
    j->host = message_put(p, &at, parts->host);
    j->method = message_put(p, &at, parts->method);
    j->credentials = message_put(p, &at, parts->credentials);
    j->body = message_put(p, &at, parts->body);
    j->headers = message_put(p, &at, parts->headers);
    j->path = message_put(p, &at, parts->path);
    j->proxy = message_put(p, &at, parts->proxy);
    j->proxy_credentials = message_put(p, &at, parts->proxy_credentials);
    j->agent = message_put(p, &at, parts->agent);
    j->known_digest = message_put(p, &at, parts->known_digest);
    j->via = message_put(p, &at, parts->via);
    out->n = size;
    return 0;
}

static bool job_addresses_valid(const struct job *j)
{
    if (j->addresses == 0 || j->addresses > JOB_ADDRESSES)
        return false;
    size_t n = j->addresses * sizeof(struct address);
    return j->address_at >= sizeof *j && j->address_at < j->size && n <= j->size - j->address_at;
}

static bool job_proxy_valid(const struct job *j)
{
    return !j->proxy.at || (j->proxy.n && j->proxy_port && j->proxy_port <= UINT16_MAX);
}

static bool job_headers_valid(const struct job *j)
{
    struct span h = message_span(j, j->headers);
    return h.n == 0 || h.p[h.n - 1] == '\0';
}

bool job_valid(const void *p, size_t n)
{
    const struct job *j = p;
    if ((uintptr_t)p % 8 || n < sizeof *j || n > MESSAGE_MOST)
        return false;
    if (j->size != n || n % 8 || j->kind != MESSAGE_JOB || !job_addresses_valid(j))
        return false;
    const struct message_text texts[] = { j->url,         j->host,         j->method,
                                          j->credentials, j->body,         j->headers,
                                          j->path,        j->proxy,        j->proxy_credentials,
                                          j->agent,       j->known_digest, j->via };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!message_text_valid(p, sizeof *j, n, texts[i]))
            return false;
    return j->url.n && j->host.n && job_headers_valid(j) && job_proxy_valid(j);
}

const struct address *job_addresses(const struct job *j)
{
    return (const struct address *)((const char *)j + j->address_at);
}
