// SPDX-License-Identifier: MIT
#include "raw_origin.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum { ORIGIN_REQUEST = 64 * 1024, ORIGIN_BIG = 1024 * 1024 };

struct raw_connection {
    struct raw_origin *origin;
    pthread_t thread;
    struct raw_connection *next;
    int fd;
    char request[ORIGIN_REQUEST];
    size_t n;
};

static void origin_die(const char *what)
{
    perror(what);
    abort();
}

// Whether the origin goes on: false once it is told to stop. Waits `ms` for `fd` (-1: for nothing
// else).
static int origin_wait(const struct raw_origin *o, int fd, int ms, int *readable)
{
    struct pollfd p[2] = { { .fd = o->stop, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    while (poll(p, 2, ms) < 0)
        if (errno != EINTR)
            origin_die("poll");
    *readable = p[1].revents != 0;
    return p[0].revents == 0;
}

static void origin_send(int fd, const void *p, size_t n)
{
    for (size_t sent = 0; sent < n;) {
        ssize_t k = send(fd, (const char *)p + sent, n - sent, MSG_NOSIGNAL);
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return;
        sent += (size_t)k;
    }
}

static void origin_answer(int fd, int status, const char *headers, const void *body, size_t n,
                          size_t length)
{
    char head[512];
    int k = snprintf(head, sizeof head, "HTTP/1.1 %d Word\r\nContent-Length: %zu\r\n%s\r\n", status,
                     length, headers);
    origin_send(fd, head, (size_t)k);
    origin_send(fd, body, n);
}

static size_t origin_gzip(char *out, size_t room, const char *in, size_t n)
{
    z_stream z = { 0 };
    if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        abort();
    z.next_in = (Bytef *)(uintptr_t)in;
    z.avail_in = (uInt)n;
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)room;
    if (deflate(&z, Z_FINISH) != Z_STREAM_END)
        abort();
    size_t given = z.total_out;
    deflateEnd(&z);
    return given;
}

static void origin_answer_gzip(int fd, const char *body, size_t n, int halves)
{
    static const char headers[] = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";
    char packed[4096];
    size_t size = origin_gzip(packed, sizeof packed, body, n) * (size_t)halves / 2;
    origin_answer(fd, 200, headers, packed, size, size);
}

static void origin_reset(int fd)
{
    struct linger l = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

// Answers one request. Returns whether the connection goes on.
static int origin_serve(struct raw_connection *c, const char *path, int head)
{
    static const char ok[] = "Content-Type: text/plain\r\nETag: \"tag\"\r\n"
                             "Last-Modified: Mon, 01 Jan 2024 00:00:00 GMT\r\n";
    static const char big[ORIGIN_BIG];
    int readable;
    if (strcmp(path, "/slow") == 0 && !origin_wait(c->origin, -1, 100, &readable))
        return 0;
    if (strcmp(path, "/hang") == 0)
        return origin_wait(c->origin, c->fd, -1, &readable) && 0;
    if (strcmp(path, "/empty") == 0)
        return 0;
    if (strcmp(path, "/reset") == 0)
        return origin_reset(c->fd), 0;
    if (strcmp(path, "/redirect") == 0)
        origin_answer(c->fd, 302, "Location: /ok?redirected\r\n", "", 0, 0);
    else if (strcmp(path, "/busy") == 0)
        origin_answer(c->fd, 503, "Retry-After: 7\r\n", "busy", 4, 4);
    else if (strcmp(path, "/gzip") == 0)
        origin_answer_gzip(c->fd, "hello\n", 6, 2);
    else if (strcmp(path, "/gzip-cut") == 0)
        origin_answer_gzip(c->fd, "hello\n", 6, 1);
    else if (strcmp(path, "/gzip-bomb") == 0)
        origin_answer_gzip(c->fd, big, sizeof big, 2);
    else if (strcmp(path, "/big") == 0)
        origin_answer(c->fd, 200, "", big, head ? 0 : sizeof big, sizeof big);
    else if (strcmp(path, "/short") == 0)
        return origin_answer(c->fd, 200, "", "0123456789", 10, 100), 0;
    else if (strncmp(path, "/ok", 3) == 0 || strcmp(path, "/slow") == 0 ||
             strcmp(path, "/once") == 0)
        origin_answer(c->fd, 200, ok, "hello\n", head ? 0 : 6, 6);
    else
        origin_answer(c->fd, 404, "", "no\n", head ? 0 : 3, 3);
    return strcmp(path, "/once") != 0;
}

// Reads one request without a body. Returns 0 when there is none.
static int origin_read(struct raw_connection *c, char path[256], int *head)
{
    char *end, method[16];
    while (!(end = memmem(c->request, c->n, "\r\n\r\n", 4))) {
        int readable;
        if (c->n == sizeof c->request || !origin_wait(c->origin, c->fd, -1, &readable))
            return 0;
        ssize_t k = recv(c->fd, c->request + c->n, sizeof c->request - c->n, 0);
        if (k <= 0)
            return 0;
        c->n += (size_t)k;
    }
    *end = '\0';
    if (sscanf(c->request, "%15s %255s", method, path) != 2)
        return 0;
    *head = strcmp(method, "HEAD") == 0;
    size_t used = (size_t)(end - c->request) + 4;
    c->n -= used;
    memmove(c->request, c->request + used, c->n);
    return 1;
}

static void *origin_connection(void *arg)
{
    struct raw_connection *c = arg;
    char path[256];
    int head;
    while (origin_read(c, path, &head)) {
        __atomic_fetch_add(&c->origin->requests, 1, __ATOMIC_RELAXED);
        if (!origin_serve(c, path, head))
            break;
    }
    close(c->fd);
    return NULL;
}

static void *origin_accept(void *arg)
{
    struct raw_origin *o = arg;
    struct raw_connection *all = NULL;
    int readable;
    while (origin_wait(o, o->fd, -1, &readable)) {
        int fd = accept4(o->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        int now = 1; // or what is sent in two pieces waits for an acknowledgement, 40 ms
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &now, sizeof now);
        // Not from malloc, which a test may have fail.
        struct raw_connection *c =
            mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (c == MAP_FAILED)
            origin_die("mmap");
        c->origin = o;
        c->fd = fd;
        c->next = all;
        all = c;
        if (pthread_create(&c->thread, NULL, origin_connection, c))
            origin_die("pthread_create");
    }
    while (all) {
        struct raw_connection *next = all->next;
        pthread_join(all->thread, NULL);
        munmap(all, sizeof *all);
        all = next;
    }
    return NULL;
}

void raw_origin_start(struct raw_origin *o)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    o->requests = 0;
    o->stop = eventfd(0, EFD_CLOEXEC);
    o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (o->stop < 0 || o->fd < 0 || bind(o->fd, (struct sockaddr *)&a, n) < 0 ||
        listen(o->fd, 1024) < 0 || getsockname(o->fd, (struct sockaddr *)&a, &n) < 0)
        origin_die("origin");
    o->port = ntohs(a.sin_port);
    if (pthread_create(&o->thread, NULL, origin_accept, o))
        origin_die("pthread_create");
}

void raw_origin_stop(struct raw_origin *o)
{
    uint64_t one = 1;
    if (write(o->stop, &one, sizeof one) != sizeof one)
        origin_die("eventfd");
    pthread_join(o->thread, NULL);
    close(o->fd);
    close(o->stop);
}
