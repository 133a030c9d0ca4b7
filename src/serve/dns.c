// SPDX-License-Identifier: MIT
#include "serve/dns.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "sched/watch.h"
#include "serve/dns_answer.h"
#include "serve/listener.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    DNS_BATCH = 32,
    DNS_QUERY_MAX = 1500,
    DNS_LATE_MAX = 4096,  // delayed answers at a time; what is asked beyond them gets none
    DNS_BUFFER = 4 << 20, // bytes of the socket's receive buffer
    DNS_PORT_TRIES = 16,  // for a port that is free for both UDP and TCP
};

struct dns_slot {
    struct endpoint from;
    struct iovec in, out;
    uint8_t query[DNS_QUERY_MAX], answer[DNS_ANSWER_MAX];
};

struct dns {
    struct server *server;
    struct dns_zone zone;
    struct watch watch;
    struct listener *listener;
    int fd;
    unsigned late;
    struct mmsghdr in[DNS_BATCH], out[DNS_BATCH];
    struct dns_slot slot[DNS_BATCH];
};

// An answer that is sent later.
struct dns_late {
    struct dns *dns;
    struct endpoint to;
    int64_t at;
    size_t n;
    uint8_t answer[];
};

// ---- UDP

static int dns_late_fiber(void *arg)
{
    struct dns_late *late = arg;
    if (sleep_until(late->at) == 0)
        sendto(late->dns->fd, late->answer, late->n, 0, &late->to.any, late->to.n);
    late->dns->late--;
    free(late);
    return 0;
}

// Answers `slot` after a while. What cannot be kept is lost, as datagrams may be.
static void dns_delay(struct dns *d, const struct dns_slot *slot, struct dns_verdict v)
{
    struct dns_late *late = d->late < DNS_LATE_MAX ? malloc(sizeof *late + v.size) : NULL;
    if (!late)
        return;
    *late = (struct dns_late){ .dns = d, .to = slot->from, .n = v.size };
    late->at = loop_now(loop_current()) + v.delay_ms * CLOCK_MS;
    memcpy(late->answer, slot->answer, v.size);
    d->late++;
    if (nursery_spawn(&d->server->fibers, "late answer", dns_late_fiber, late) < 0) {
        d->late--;
        free(late);
    }
}

static void dns_send(struct dns *d, unsigned n)
{
    for (unsigned sent = 0; sent < n;) {
        int r = sendmmsg(d->fd, d->out + sent, n - sent, 0);
        sent += r > 0 ? (unsigned)r : 1; // one that cannot be sent is lost
    }
}

static void dns_answer_batch(struct dns *d, unsigned n)
{
    unsigned ready = 0;
    for (unsigned i = 0; i < n; i++) {
        struct dns_slot *slot = &d->slot[i];
        struct dns_verdict v =
            dns_answer(&d->zone, slot->query, d->in[i].msg_len, false, slot->answer);
        slot->from.n = d->in[i].msg_hdr.msg_namelen;
        d->server->counts.dns_queries++;
        if (v.size == 0)
            continue;
        if (v.delay_ms > 0) {
            dns_delay(d, slot, v);
            continue;
        }
        slot->out.iov_len = v.size;
        d->out[ready++].msg_hdr = (struct msghdr){ .msg_name = &slot->from.any,
                                                   .msg_namelen = slot->from.n,
                                                   .msg_iov = &slot->out,
                                                   .msg_iovlen = 1 };
    }
    dns_send(d, ready);
}

static int dns_udp_fiber(void *arg)
{
    struct dns *d = arg;
    for (;;) {
        for (unsigned i = 0; i < DNS_BATCH; i++) {
            struct dns_slot *slot = &d->slot[i];
            slot->in = (struct iovec){ slot->query, sizeof slot->query };
            slot->out = (struct iovec){ slot->answer, 0 };
            d->in[i].msg_hdr =
                (struct msghdr){ .msg_name = &slot->from.any,
                                 .msg_namelen = sizeof slot->from - sizeof slot->from.n,
                                 .msg_iov = &slot->in,
                                 .msg_iovlen = 1 };
        }
        int n = recvmmsg(d->fd, d->in, DNS_BATCH, MSG_DONTWAIT, NULL);
        if (n > 0)
            dns_answer_batch(d, (unsigned)n);
        if (watch_readable(&d->watch, CLOCK_NEVER) < 0) // more may be there already
            return 0;
    }
}

// ---- TCP (RFC 7766): each message has its length in two bytes before it

struct dns_stream {
    struct dns *dns;
    struct watch watch;
    int fd;
    uint8_t query[2 + DNS_QUERY_MAX], answer[2 + DNS_ANSWER_MAX];
};

static int dns_stream_read(struct dns_stream *t, uint8_t *to, size_t n, int64_t deadline)
{
    while (n > 0) {
        ssize_t got = recv(t->fd, to, n, 0);
        if (got == 0)
            return -ECONNRESET;
        if (got > 0) {
            to += got;
            n -= (size_t)got;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        int r = watch_readable(&t->watch, deadline);
        if (r < 0)
            return r;
    }
    return 0;
}

static int dns_stream_write(struct dns_stream *t, const uint8_t *p, size_t n, int64_t deadline)
{
    while (n > 0) {
        ssize_t sent = send(t->fd, p, n, MSG_NOSIGNAL);
        if (sent >= 0) {
            p += sent;
            n -= (size_t)sent;
            continue;
        }
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
        int r = watch_writable(&t->watch, deadline);
        if (r < 0)
            return r;
    }
    return 0;
}

// One query and its answer. Returns 0 or what ends the connection.
static int dns_stream_turn(struct dns_stream *t)
{
    struct dns *d = t->dns;
    int64_t deadline = clock_after(loop_now(loop_current()), d->server->settings.idle_timeout);
    int r = dns_stream_read(t, t->query, 2, deadline);
    size_t n = (size_t)(t->query[0] << 8 | t->query[1]);
    if (r == 0 && n > DNS_QUERY_MAX)
        return -EMSGSIZE;
    if (r == 0)
        r = dns_stream_read(t, t->query + 2, n, deadline);
    if (r < 0)
        return r;
    d->server->counts.dns_queries++;
    struct dns_verdict v = dns_answer(&d->zone, t->query + 2, n, true, t->answer + 2);
    if (v.delay_ms > 0)
        r = sleep_until(loop_now(loop_current()) + v.delay_ms * CLOCK_MS);
    if (r < 0 || v.size == 0)
        return r;
    t->answer[0] = (uint8_t)(v.size >> 8);
    t->answer[1] = (uint8_t)v.size;
    return dns_stream_write(t, t->answer, v.size + 2, deadline);
}

static int dns_stream_fiber(void *arg)
{
    struct dns_stream *t = arg;
    watch_init(&t->watch, t->fd);
    while (dns_stream_turn(t) == 0)
        ;
    watch_fini(&t->watch);
    close(t->fd);
    wake_one(&t->dns->server->room, 0);
    free(t);
    return 0;
}

static int dns_stream_take(struct listener *l, int fd)
{
    struct dns_stream *t = malloc(sizeof *t);
    if (!t)
        return -ENOMEM;
    t->dns = l->server->dns;
    t->fd = fd;
    int r = nursery_spawn(&l->server->fibers, "DNS over TCP", dns_stream_fiber, t);
    if (r < 0)
        free(t);
    return r;
}

// ---- both

static struct dns_address dns_address_of(const struct endpoint *e)
{
    struct dns_address a = { .family = e->any.sa_family == AF_INET ? 4 : 6 };
    if (a.family == 4)
        memcpy(a.bytes, &e->v4.sin_addr, 4);
    else
        memcpy(a.bytes, &e->v6.sin6_addr, 16);
    return a;
}

// Opens UDP and TCP at the same port; a port that was picked as free for the one need not be so for
// the other.
static int dns_open_sockets(struct dns *d, struct endpoint *at)
{
    bool any = endpoint_port(at) == 0;
    for (int i = 0;; i++) {
        struct endpoint try = *at;
        int r = d->fd = endpoint_open(&try, SOCK_DGRAM);
        if (r < 0)
            return r;
        r = listener_open(&d->listener, d->server, &try, false, dns_stream_take);
        if (r == 0) {
            *at = try;
            return 0;
        }
        close(d->fd);
        if (r != -EADDRINUSE || !any || i == DNS_PORT_TRIES)
            return r;
    }
}

int dns_open(struct dns **out, struct server *s, struct endpoint *at, const struct endpoint *only)
{
    int size = DNS_BUFFER;
    struct dns *d = calloc(1, sizeof *d);
    if (!d)
        return -ENOMEM;
    d->server = s;
    d->zone = (struct dns_zone){ .suffix = s->settings.suffix,
                                 .web = s->web.pages ? &s->web : NULL,
                                 .ttl = s->settings.dns_ttl,
                                 .negative_ttl = s->settings.dns_ttl };
    if (only)
        d->zone.only = dns_address_of(only);
    int r = dns_open_sockets(d, at);
    if (r < 0) {
        free(d);
        return r;
    }
    setsockopt(d->fd, SOL_SOCKET, SO_RCVBUF, &size,
               sizeof size); // as far as net.core.rmem_max lets
    watch_init(&d->watch, d->fd);
    *out = d;
    return nursery_spawn(&s->fibers, "DNS over UDP", dns_udp_fiber,
                         d); // on failure serve_stop closes it
}

void dns_close(struct dns *d)
{
    if (!d)
        return;
    watch_fini(&d->watch);
    listener_close(d->listener);
    close(d->fd);
    free(d);
}
