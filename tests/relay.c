// SPDX-License-Identifier: MIT
#include "relay.h"
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

struct relay_client {
    struct relay *relay;
    int fd;
};

static bool relay_read(int fd, void *p, size_t n)
{
    return recv(fd, p, n, MSG_WAITALL) == (ssize_t)n;
}

static bool relay_say(int fd, const void *p, size_t n)
{
    return send(fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool relay_greet_connect(struct relay *r, int fd)
{
    static const char yes[] = "HTTP/1.1 200 Connected\r\n\r\n";
    size_t n = 1; // the first byte is there already
    char *p = r->head;
    while (n < sizeof r->head - 1 && (n < 4 || memcmp(p + n - 4, "\r\n\r\n", 4) != 0)) {
        if (!relay_read(fd, p + n, 1))
            return false;
        n++;
    }
    p[n] = '\0';
    snprintf(r->asked, sizeof r->asked, "%.*s", (int)(strcspn(p + 8, " ") + 8), p);
    return relay_say(fd, yes, sizeof yes - 1);
}

static bool relay_take_password(struct relay *r, int fd)
{
    unsigned char n[2];
    char user[256] = "", password[256] = "";
    if (!relay_read(fd, n, 2) || !relay_read(fd, user, n[1]) || !relay_read(fd, n, 1) ||
        !relay_read(fd, password, n[0]))
        return false;
    snprintf(r->password, sizeof r->password, "%.40s:%.40s", user, password);
    return relay_say(fd, "\1\0", 2);
}

static bool relay_greet_socks(struct relay *r, int fd)
{
    unsigned char methods[257], ask[5], port[2];
    char host[257] = "";
    if (!relay_read(fd, methods, 1) || !relay_read(fd, methods + 1, methods[0]))
        return false;
    bool password = memchr(methods + 1, 2, methods[0]) != NULL;
    if (!relay_say(fd, password ? "\5\2" : "\5\0", 2) || (password && !relay_take_password(r, fd)))
        return false;
    if (!relay_read(fd, ask, 5) || ask[3] != 3 || !relay_read(fd, host, ask[4]) ||
        !relay_read(fd, port, 2))
        return false;
    snprintf(r->asked, sizeof r->asked, "SOCKS %s:%d", host, port[0] << 8 | port[1]);
    return relay_say(fd, "\5\0\0\1\0\0\0\0\0\0", 10);
}

static bool relay_pump(int from, int to)
{
    char block[4096];
    ssize_t n = recv(from, block, sizeof block, 0);
    return n > 0 && relay_say(to, block, (size_t)n);
}

static void relay_pass(struct relay *r, int a, int b)
{
    struct pollfd p[3] = { { a, POLLIN, 0 }, { b, POLLIN, 0 }, { r->stop, POLLIN, 0 } };
    while (poll(p, 3, -1) > 0 && !p[2].revents) {
        if ((p[0].revents && !relay_pump(a, b)) || (p[1].revents && !relay_pump(b, a)))
            return;
    }
}

static void *relay_serve(void *arg)
{
    struct relay_client *c = arg;
    struct relay *r = c->relay;
    struct sockaddr_in to = { .sin_family = AF_INET,
                              .sin_port = htons(r->target),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (relay_read(c->fd, r->head, 1) &&
        (r->head[0] == 5 ? relay_greet_socks(r, c->fd) : relay_greet_connect(r, c->fd)) &&
        connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        relay_pass(r, c->fd, fd);
    close(fd);
    close(c->fd);
    free(c);
    return NULL;
}

static void *relay_accept(void *arg)
{
    struct relay *r = arg;
    pthread_t threads[64];
    unsigned n = 0;
    struct pollfd p[2] = { { r->fd, POLLIN, 0 }, { r->stop, POLLIN, 0 } };
    while (poll(p, 2, -1) > 0 && !p[1].revents && n < 64) {
        struct relay_client *c = calloc(1, sizeof *c);
        if (!c)
            abort();
        *c = (struct relay_client){ r, accept(r->fd, NULL, NULL) };
        if (pthread_create(&threads[n++], NULL, relay_serve, c))
            abort();
    }
    while (n)
        pthread_join(threads[--n], NULL);
    return NULL;
}

void relay_start(struct relay *r, uint16_t target)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    *r = (struct relay){ .target = target, .stop = eventfd(0, EFD_CLOEXEC) };
    r->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(r->fd, (struct sockaddr *)&a, n) < 0 || listen(r->fd, 64) < 0 ||
        getsockname(r->fd, (struct sockaddr *)&a, &n) < 0) {
        perror("relay_start");
        abort();
    }
    r->port = ntohs(a.sin_port);
    if (pthread_create(&r->thread, NULL, relay_accept, r))
        abort();
}

void relay_stop(struct relay *r)
{
    uint64_t one = 1;
    if (write(r->stop, &one, sizeof one) < 0)
        abort();
    pthread_join(r->thread, NULL);
    close(r->fd);
    close(r->stop);
}
