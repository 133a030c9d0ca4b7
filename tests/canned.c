// SPDX-License-Identifier: MIT
#include "canned.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

struct canned_connection {
    struct canned *origin;
    int fd;
    SSL *tls;
    char in[65536];
    size_t n;
};

static void canned_die(const char *what)
{
    perror(what);
    abort();
}

// Whether `fd` got readable (or closed) within `ms`; false as well when the origin is to stop.
static bool canned_wait(struct canned *o, int fd, int ms)
{
    struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = o->stop, .events = POLLIN } };
    return poll(p, 2, ms) > 0 && !(p[1].revents & POLLIN);
}

static size_t canned_body_length(const char *head)
{
    const char *at = strcasestr(head, "\r\nContent-Length:");
    return at ? strtoul(at + 17, NULL, 10) : 0;
}

static ssize_t canned_receive(struct canned_connection *c, char *p, size_t n)
{
    return c->tls ? SSL_read(c->tls, p, (int)n) : read(c->fd, p, n);
}

static bool canned_send(struct canned_connection *c, const char *p)
{
    size_t n = strlen(p);
    return c->tls ? SSL_write(c->tls, p, (int)n) > 0 : send(c->fd, p, n, MSG_NOSIGNAL) > 0;
}

// Reads one request. Returns its length in `in`, 0 when the client has gone.
static size_t canned_read(struct canned_connection *c, int patience)
{
    for (;;) {
        c->in[c->n] = '\0';
        char *end = strstr(c->in, "\r\n\r\n");
        if (end) {
            size_t all = (size_t)(end + 4 - c->in) + canned_body_length(c->in);
            if (c->n >= all)
                return all;
        }
        bool here = c->tls && SSL_pending(c->tls) > 0;
        if (c->n + 1 >= sizeof c->in || (!here && !canned_wait(c->origin, c->fd, patience)))
            return 0;
        ssize_t got = canned_receive(c, c->in + c->n, sizeof c->in - 1 - c->n);
        if (got <= 0)
            return 0;
        c->n += (size_t)got;
    }
}

static void canned_keep(struct canned *o, const char *request, size_t n)
{
    pthread_mutex_lock(&o->lock);
    if (n >= sizeof o->last)
        n = sizeof o->last - 1;
    memcpy(o->last, request, n);
    o->last[n] = '\0';
    pthread_mutex_unlock(&o->lock);
    __atomic_add_fetch(&o->requests, 1, __ATOMIC_SEQ_CST);
}

static bool canned_fits(const struct canned_step *first, const char *request, bool later)
{
    return (first->act != CANNED_IF || strstr(request, first->text)) &&
           (first->act != CANNED_LATER || later);
}

static const struct canned_answer *canned_find(const struct canned *o, const char *request,
                                               bool later)
{
    const char *path = strchr(request, ' ');
    if (!path)
        return NULL;
    size_t n = strcspn(++path, " ?");
    const struct canned_answer *a = o->answers;
    while (a->path && !(strlen(a->path) == n && memcmp(a->path, path, n) == 0 &&
                        canned_fits(&a->step[0], request, later)))
        a++;
    return a->path ? a : NULL;
}

static void canned_reset(int fd)
{
    struct linger l = { .l_onoff = 1, .l_linger = 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

// Returns how long to wait for the next request in ms, -1: forever, -2: the connection is over.
static int canned_answer(struct canned_connection *c, const struct canned_answer *a)
{
    int patience = -1;
    for (const struct canned_step *s = a->step; s->act != CANNED_END; s++) {
        switch (s->act) {
        case CANNED_SEND:
            for (unsigned i = 0; i < (s->times ? s->times : 1); i++) {
                if (!canned_send(c, s->text))
                    return -2;
            }
            break;
        case CANNED_SLEEP:
            poll(&(struct pollfd){ .fd = c->origin->stop, .events = POLLIN }, 1, (int)s->times);
            break;
        case CANNED_RETIRE:
            patience = (int)s->times;
            break;
        case CANNED_RESET:
            canned_reset(c->fd);
            return -2;
        case CANNED_HANG:
            canned_wait(c->origin, c->fd, -1);
            return -2;
        case CANNED_CLOSE:
            if (c->tls)
                SSL_shutdown(c->tls);
            return -2;
        case CANNED_IF:
        case CANNED_LATER:
            break;
        case CANNED_CUT:
        case CANNED_END:
            return -2;
        }
    }
    return patience;
}

static void *canned_serve(void *arg)
{
    struct canned_connection *c = arg;
    size_t n;
    bool later = false;
    int patience = -1;
    sigset_t pipe; // OpenSSL writes without MSG_NOSIGNAL
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    if (c->origin->tls) {
        c->tls = SSL_new(c->origin->tls);
        SSL_set_fd(c->tls, c->fd);
        if (SSL_accept(c->tls) <= 0) {
            patience = -2;
            shutdown(c->fd, SHUT_WR); // no reset before our alert has been read
            while (canned_wait(c->origin, c->fd, 1000) && read(c->fd, c->in, sizeof c->in) > 0)
                ;
        }
    }
    while (patience != -2 && (n = canned_read(c, patience)) > 0) {
        canned_keep(c->origin, c->in, n);
        const struct canned_answer *a = canned_find(c->origin, c->in, later);
        if (!a) {
            fprintf(stderr, "no answer for %.60s\n", c->in);
            break;
        }
        memmove(c->in, c->in + n, c->n - n);
        c->n -= n;
        patience = canned_answer(c, a);
        later = true;
    }
    SSL_free(c->tls);
    close(c->fd);
    munmap(c, sizeof *c);
    return NULL;
}

// Threads of connections, joined at the end.
enum { CANNED_MOST = 4096 };

static void *canned_accept(void *arg)
{
    struct canned *o = arg;
    static pthread_t threads[CANNED_MOST];
    unsigned n = 0;
    while (canned_wait(o, o->fd, -1)) {
        // Not from malloc, which a test may have fail.
        struct canned_connection *c =
            mmap(NULL, sizeof *c, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (c == MAP_FAILED || n == CANNED_MOST)
            canned_die("too many connections");
        c->origin = o;
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        c->fd = accept(o->fd, (struct sockaddr *)&peer, &length);
        inet_ntop(AF_INET, &peer.sin_addr, o->peer, sizeof o->peer);
        if (c->fd < 0)
            canned_die("accept");
        __atomic_add_fetch(&o->connections, 1, __ATOMIC_SEQ_CST);
        if (pthread_create(&threads[n++], NULL, canned_serve, c))
            canned_die("pthread_create");
    }
    while (n)
        pthread_join(threads[--n], NULL);
    return NULL;
}

void canned_start(struct canned *o, const struct canned_answer *answers, SSL_CTX *tls)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof a;
    *o = (struct canned){ .answers = answers, .tls = tls, .stop = eventfd(0, EFD_CLOEXEC) };
    pthread_mutex_init(&o->lock, NULL);
    o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (o->fd < 0 || o->stop < 0 || bind(o->fd, (struct sockaddr *)&a, n) < 0 ||
        listen(o->fd, 1024) < 0 || getsockname(o->fd, (struct sockaddr *)&a, &n) < 0)
        canned_die("canned_start");
    o->port = ntohs(a.sin_port);
    if (pthread_create(&o->thread, NULL, canned_accept, o))
        canned_die("pthread_create");
}

void canned_stop(struct canned *o)
{
    uint64_t one = 1;
    if (write(o->stop, &one, sizeof one) < 0)
        canned_die("canned_stop");
    pthread_join(o->thread, NULL);
    close(o->fd);
    close(o->stop);
    pthread_mutex_destroy(&o->lock);
}

void canned_last(struct canned *o, char out[4096])
{
    pthread_mutex_lock(&o->lock);
    memcpy(out, o->last, sizeof o->last);
    pthread_mutex_unlock(&o->lock);
}
