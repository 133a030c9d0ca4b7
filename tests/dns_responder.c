// SPDX-License-Identifier: MIT
#include "dns_responder.h"
#include "packets.h"
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { A = 1, AAAA = 28, LATER_MOST = 2048, MESSAGE = 4096, CONNECTIONS = 8 };

// A datagram to be sent when its time has come.
struct later {
    int64_t due;
    struct sockaddr_in to;
    size_t n;
    uint8_t p[256];
};

struct question {
    char name[256], label[64];
    unsigned type;
    bool edns, tcp;
    uint16_t id;
};

// What the thread alone knows.
struct state {
    struct dns_responder *r;
    struct packet_writer out;
    struct later *later;
    unsigned laters;
    int connection[CONNECTIONS];
    uint8_t met[65536]; // by a hash of what was asked for
    uint8_t port[65536];
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool read_question(struct question *q, const uint8_t *p, size_t n, bool tcp)
{
    size_t at = PACKET_QUESTION, to = 0;
    while (at < n && p[at] && at + 1 + p[at] < n && to + p[at] + 2 < sizeof q->name) {
        if (to)
            q->name[to++] = '.';
        memcpy(q->name + to, p + at + 1, p[at]);
        to += p[at];
        at += 1u + p[at];
    }
    if (at + 5 > n || p[at])
        return false;
    q->name[to] = 0;
    q->type = (unsigned)p[at + 1] << 8 | p[at + 2];
    q->id = (uint16_t)(p[0] << 8 | p[1]);
    q->edns = p[11];
    q->tcp = tcp;
    size_t label = strcspn(q->name, ".");
    while (label && q->name[label - 1] >= '0' && q->name[label - 1] <= '9' &&
           strncmp(q->name, "ttl", 3) != 0 && strncmp(q->name, "deaf6", 5) != 0 &&
           strncmp(q->name, "slow6", 5) != 0)
        label--;
    snprintf(q->label, sizeof q->label, "%.*s", (int)label, q->name);
    return true;
}

static bool is(const struct question *q, const char *label)
{
    return strcmp(q->label, label) == 0;
}

// Whether this question was never asked before.
static bool first_time(struct state *s, const struct question *q)
{
    uint32_t h = q->type;
    for (const char *c = q->name; *c; c++)
        h = h * 16777619 ^ (uint8_t)*c;
    return !s->met[h & 65535]++;
}

static void begin(struct state *s, const struct question *q, unsigned flags)
{
    packet_begin(&s->out, flags, q->name, q->type);
    s->out.p[0] = (uint8_t)(q->id >> 8);
    s->out.p[1] = (uint8_t)q->id;
}

static void say_code(struct state *s, const struct question *q, unsigned code)
{
    begin(s, q, PACKET_ANSWER | code);
}

static void say_nothing_there(struct state *s, const struct question *q, unsigned code)
{
    say_code(s, q, code);
    packet_count(&s->out, 2, 1);
    packet_soa(&s->out, "test", 300, 30);
}

static void say_ok(struct state *s, const struct question *q, const char *owner, uint32_t ttl)
{
    if (q->type == A)
        packet_address(&s->out, owner, "192.0.2.1", ttl);
    else
        packet_address(&s->out, owner, "2001:db8::1", ttl);
}

static void answer_cut(struct state *s, const struct question *q)
{
    if (!q->tcp) {
        begin(s, q, PACKET_CUT);
    } else if (q->type == AAAA) {
        say_nothing_there(s, q, 0);
    } else {
        begin(s, q, PACKET_ANSWER);
        packet_count(&s->out, 1, 40);
        for (int i = 0; i < 40; i++)
            packet_address(&s->out, NULL, "192.0.2.1", 60);
    }
}

static void answer_chain(struct state *s, const struct question *q)
{
    begin(s, q, PACKET_ANSWER);
    packet_count(&s->out, 1, 3);
    packet_cname(&s->out, NULL, "one.test", 60);
    packet_cname(&s->out, "one.test", "two.test", 60);
    say_ok(s, q, "two.test", 60);
}

static void answer_loop(struct state *s, const struct question *q)
{
    begin(s, q, PACKET_ANSWER);
    packet_count(&s->out, 1, 2);
    packet_cname(&s->out, NULL, "one.test", 60);
    packet_cname(&s->out, "one.test", q->name, 60);
}

static void answer_garbage(struct state *s, const struct question *q)
{
    begin(s, q, PACKET_ANSWER);
    packet_count(&s->out, 1, 1);
    size_t data = packet_record(&s->out, NULL, q->type, 60);
    s->out.p[data - 2] = 0xff;
}

static void answer_plainly(struct state *s, const struct question *q, const char *owner,
                           uint32_t ttl)
{
    begin(s, q, PACKET_ANSWER);
    packet_count(&s->out, 1, 1);
    say_ok(s, q, owner, ttl);
}

// Writes the answer. Returns how many milliseconds to wait before it is sent, -1: never.
static int answer(struct state *s, const struct question *q)
{
    bool six = q->type == AAAA;
    if (__atomic_load_n(&s->r->silent, __ATOMIC_ACQUIRE) || is(q, "silent") ||
        (six && is(q, "deaf6")) || (is(q, "lost") && first_time(s, q)))
        return -1;
    if (__atomic_load_n(&s->r->servfail, __ATOMIC_ACQUIRE) || is(q, "servfail"))
        say_code(s, q, 2);
    else if (is(q, "refused") || (is(q, "busy") && first_time(s, q)))
        say_code(s, q, 5);
    else if (is(q, "nx") || (is(q, "corp") && !strstr(q->name, ".search.test")))
        say_nothing_there(s, q, 3);
    else if (six && (is(q, "four") || strncmp(q->label, "ttl", 3) == 0))
        say_nothing_there(s, q, 0);
    else if (strncmp(q->label, "ttl", 3) == 0)
        answer_plainly(s, q, NULL, (uint32_t)atoi(q->label + 3));
    else if (is(q, "chain"))
        answer_chain(s, q);
    else if (is(q, "loop"))
        answer_loop(s, q);
    else if (is(q, "alien"))
        answer_plainly(s, q, "ok.test", 60);
    else if (is(q, "garbage"))
        answer_garbage(s, q);
    else if (is(q, "cut"))
        answer_cut(s, q);
    else if (is(q, "noedns") && q->edns)
        say_code(s, q, 1);
    else
        answer_plainly(s, q, NULL, 60);
    if (is(q, "cutoff") && !q->tcp)
        s->out.p[2] |= 2;
    return (six && is(q, "slow6")) ? 150 : is(q, "slow") || s->r->slow ? 100 : 0;
}

static void send_later(struct state *s, const struct sockaddr_in *to, int ms)
{
    struct later *l = &s->later[s->laters];
    if (s->laters == LATER_MOST || s->out.n > sizeof l->p)
        return;
    *l = (struct later){ .due = now_ms() + ms, .to = *to, .n = s->out.n };
    memcpy(l->p, s->out.p, s->out.n);
    s->laters++;
}

static void send_due(struct state *s)
{
    for (unsigned i = 0; i < s->laters;) {
        struct later *l = &s->later[i];
        if (l->due > now_ms()) {
            i++;
            continue;
        }
        sendto(s->r->udp, l->p, l->n, 0, (struct sockaddr *)&l->to, sizeof l->to);
        *l = s->later[--s->laters];
    }
}

static void forge(struct state *s, const struct question *q, const struct sockaddr_in *to)
{
    begin(s, q, PACKET_ANSWER);
    packet_count(&s->out, 1, 1);
    packet_address(&s->out, NULL, q->type == A ? "192.0.2.66" : "2001:db8::66", 60);
    s->out.p[0] ^= 0x55;
    sendto(s->r->udp, s->out.p, s->out.n, 0, (const struct sockaddr *)to, sizeof *to);
}

static void serve_udp(struct state *s)
{
    uint8_t p[MESSAGE];
    struct question q;
    struct sockaddr_in from;
    socklen_t n = sizeof from;
    ssize_t got = recvfrom(s->r->udp, p, sizeof p, 0, (struct sockaddr *)&from, &n);
    if (got <= 0 || !read_question(&q, p, (size_t)got, false))
        return;
    __atomic_add_fetch(&s->r->asked, 1, __ATOMIC_ACQ_REL);
    if (!s->port[ntohs(from.sin_port)]++)
        __atomic_add_fetch(&s->r->ports, 1, __ATOMIC_ACQ_REL);
    if (is(&q, "forged"))
        forge(s, &q, &from);
    int ms = answer(s, &q);
    if (ms > 0)
        send_later(s, &from, ms);
    else if (ms == 0)
        sendto(s->r->udp, s->out.p, s->out.n, 0, (struct sockaddr *)&from, n);
}

// Serves one message; a short one ends the connection. Returns whether it goes on.
static bool serve_tcp(struct state *s, int fd)
{
    uint8_t p[MESSAGE + 2];
    struct question q;
    ssize_t got = recv(fd, p, 2, MSG_WAITALL);
    size_t n = got == 2 ? (size_t)(p[0] << 8 | p[1]) : MESSAGE + 1;
    if (n > MESSAGE || recv(fd, p, n, MSG_WAITALL) != (ssize_t)n || !read_question(&q, p, n, true))
        return false;
    __atomic_add_fetch(&s->r->asked, 1, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&s->r->tcp_asked, 1, __ATOMIC_ACQ_REL);
    if (is(&q, "cutoff") || answer(s, &q) < 0)
        return false;
    uint8_t length[2] = { (uint8_t)(s->out.n >> 8), (uint8_t)s->out.n };
    send(fd, length, 2, MSG_NOSIGNAL | MSG_MORE);
    send(fd, s->out.p, s->out.n, MSG_NOSIGNAL);
    return true;
}

static void serve_connections(struct state *s, const struct pollfd *p)
{
    for (int i = 0; i < CONNECTIONS; i++) {
        if (s->connection[i] < 0 && p[2].revents) {
            s->connection[i] = accept4(s->r->tcp, NULL, NULL, SOCK_CLOEXEC);
            return;
        }
        if (s->connection[i] >= 0 && p[3 + i].revents && !serve_tcp(s, s->connection[i])) {
            close(s->connection[i]);
            s->connection[i] = -1;
        }
    }
}

static void *run(void *arg)
{
    struct state *s = calloc(1, sizeof *s);
    struct pollfd p[3 + CONNECTIONS];
    s->r = arg;
    s->later = calloc(LATER_MOST, sizeof *s->later);
    memset(s->connection, -1, sizeof s->connection);
    do {
        p[0] = (struct pollfd){ .fd = s->r->stop, .events = POLLIN };
        p[1] = (struct pollfd){ .fd = s->r->udp, .events = POLLIN };
        p[2] = (struct pollfd){ .fd = s->r->tcp, .events = POLLIN };
        for (int i = 0; i < CONNECTIONS; i++)
            p[3 + i] = (struct pollfd){ .fd = s->connection[i], .events = POLLIN };
        poll(p, 3 + CONNECTIONS, s->laters ? 5 : -1);
        if (p[1].revents)
            serve_udp(s);
        serve_connections(s, p);
        send_due(s);
    } while (!p[0].revents);
    for (int i = 0; i < CONNECTIONS; i++)
        if (s->connection[i] >= 0)
            close(s->connection[i]);
    free(s->later);
    free(s);
    return NULL;
}

static void die_unless(bool fine, const char *what)
{
    if (fine)
        return;
    perror(what);
    abort();
}

// Over TCP at a port that is free, over UDP at the same if that is free too: somebody else's socket
// may have it.
static bool have_port(struct dns_responder *r, struct sockaddr_in *a)
{
    socklen_t n = sizeof *a;
    *a = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    r->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    r->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    die_unless(bind(r->tcp, (struct sockaddr *)a, n) == 0 && listen(r->tcp, 8) == 0, "tcp");
    getsockname(r->tcp, (struct sockaddr *)a, &n);
    if (bind(r->udp, (struct sockaddr *)a, n) == 0)
        return true;
    die_unless(errno == EADDRINUSE, "udp");
    close(r->tcp);
    close(r->udp);
    return false;
}

void dns_responder_start(struct dns_responder *r)
{
    struct sockaddr_in a;
    int size = 1 << 20;
    *r = (struct dns_responder){ .stop = eventfd(0, EFD_CLOEXEC) };
    while (!have_port(r, &a))
        ;
    setsockopt(r->udp, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    r->port = ntohs(a.sin_port);
    snprintf(r->name, sizeof r->name, "127.0.0.1:%u", r->port);
    die_unless(pthread_create(&r->thread, NULL, run, r) == 0, "pthread_create");
}

void dns_responder_stop(struct dns_responder *r)
{
    die_unless(eventfd_write(r->stop, 1) == 0, "eventfd");
    pthread_join(r->thread, NULL);
    close(r->stop);
    close(r->udp);
    close(r->tcp);
}

unsigned dns_responder_asked(const struct dns_responder *r)
{
    return __atomic_load_n(&r->asked, __ATOMIC_ACQUIRE);
}
