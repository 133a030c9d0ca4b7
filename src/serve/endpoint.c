// SPDX-License-Identifier: MIT
#include "serve/endpoint.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int endpoint_of(struct endpoint *out, const char *address, uint16_t port)
{
    struct endpoint e = { .n = 0 };
    char text[INET6_ADDRSTRLEN + 2];
    size_t n = strlen(address);
    if (n >= sizeof text)
        return -EINVAL;
    bool brackets = n > 2 && address[0] == '[' && address[n - 1] == ']';
    memcpy(text, address + brackets, n - 2 * brackets);
    text[n - 2 * brackets] = '\0';
    if (!brackets && inet_pton(AF_INET, text, &e.v4.sin_addr) == 1) {
        e.v4.sin_family = AF_INET;
        e.n = sizeof e.v4;
    } else if (inet_pton(AF_INET6, text, &e.v6.sin6_addr) == 1) {
        e.v6.sin6_family = AF_INET6;
        e.n = sizeof e.v6;
    } else {
        return -EINVAL;
    }
    endpoint_set_port(&e, port);
    *out = e;
    return 0;
}

int endpoint_parse(struct endpoint *out, const char *text)
{
    const char *colon = strrchr(text, ':'), *digits = colon ? colon + 1 : text;
    char address[INET6_ADDRSTRLEN + 2] = "127.0.0.1", *end;
    size_t n = colon ? (size_t)(colon - text) : 0;
    unsigned long port = strtoul(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end || port > 65535 || n >= sizeof address)
        return -EINVAL;
    if (colon) {
        memcpy(address, text, n);
        address[n] = '\0';
    }
    return endpoint_of(out, address, (uint16_t)port);
}

uint16_t endpoint_port(const struct endpoint *e)
{
    return ntohs(e->any.sa_family == AF_INET ? e->v4.sin_port : e->v6.sin6_port);
}

void endpoint_set_port(struct endpoint *e, uint16_t port)
{
    if (e->any.sa_family == AF_INET)
        e->v4.sin_port = htons(port);
    else
        e->v6.sin6_port = htons(port);
}

bool endpoint_is_loopback(const struct endpoint *e)
{
    if (e->any.sa_family == AF_INET)
        return ntohl(e->v4.sin_addr.s_addr) >> 24 == 127;
    const struct in6_addr *v6 = &e->v6.sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(v6) || (IN6_IS_ADDR_V4MAPPED(v6) && v6->s6_addr[12] == 127);
}

bool endpoint_is_any(const struct endpoint *e)
{
    if (e->any.sa_family == AF_INET)
        return e->v4.sin_addr.s_addr == htonl(INADDR_ANY);
    return IN6_IS_ADDR_UNSPECIFIED(&e->v6.sin6_addr);
}

const char *endpoint_text(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
    char address[INET6_ADDRSTRLEN] = "";
    bool v4 = e->any.sa_family == AF_INET;
    inet_ntop(e->any.sa_family, v4 ? (const void *)&e->v4.sin_addr : (const void *)&e->v6.sin6_addr,
              address, sizeof address);
    snprintf(out, ENDPOINT_TEXT, v4 ? "%s:%u" : "[%s]:%u", address, endpoint_port(e));
    return out;
}

int endpoint_open(struct endpoint *e, int type)
{
    int on = 1, r = 0;
    struct endpoint got = { .n = sizeof got - sizeof got.n };
    int fd = socket(e->any.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    if (type == SOCK_STREAM) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
                   sizeof on); // accepted connections have it from here
    }
    if (bind(fd, &e->any, e->n) < 0 || (type == SOCK_STREAM && listen(fd, 65535) < 0) ||
        getsockname(fd, &got.any, &got.n) < 0)
        r = -errno;
    if (r < 0) {
        close(fd);
        return r;
    }
    *e = got;
    return fd;
}
