// SPDX-License-Identifier: MIT
#include "resolve/channel.h"
#include "sched/loop.h"
#include "sys/clock.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CHANNEL_BUFFERS = 1 << 20, // bytes of a socket's kernel buffers: a burst must fit
    CHANNEL_DATAGRAM = 4096,   // of an answer over UDP at most: as much as c-ares reads
    CHANNEL_ARES_FLAGS = ARES_FLAG_STAYOPEN | ARES_FLAG_NOCHECKRESP | ARES_FLAG_IGNTC |
                         ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
    // All that c-ares would look up in files and the environment otherwise is given.
    CHANNEL_ARES_OPTIONS = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_NDOTS |
                           ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS |
                           ARES_OPT_SORTLIST | ARES_OPT_SOCK_STATE_CB | ARES_OPT_EDNSPSZ |
                           ARES_OPT_NOROTATE,
};

static int channel_fail(struct channel *c)
{
    c->error = errno;
    return -1;
}

// ---- the sockets, as c-ares asks for them

// As root the kernel's bound on buffers does not hold.
static void channel_enlarge(int fd, int force, int name)
{
    int size = CHANNEL_BUFFERS;
    if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof size) < 0)
        setsockopt(fd, SOL_SOCKET, name, &size, sizeof size);
}

static ares_socket_t channel_socket(int family, int type, int protocol, void *arg)
{
    struct channel *c = arg;
    int on = 1, fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return channel_fail(c);
    if (type == SOCK_STREAM) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    } else {
        channel_enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF);
        channel_enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    }
    c->error = 0;
    return fd;
}

static int channel_close_socket(ares_socket_t fd, void *arg)
{
    (void)arg;
    return close(fd);
}

// The address is our own, which may have a scope; c-ares's has not.
static int channel_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t n, void *arg)
{
    (void)to, (void)n;
    struct channel *c = arg;
    int err = connect(fd, (const struct sockaddr *)&c->server->at, c->server->length);
    if (err < 0 && errno == EAGAIN)
        errno = EADDRNOTAVAIL; // no port is free: c-ares would take it for a connect under way
    return err < 0 ? channel_fail(c) : 0;
}

static ares_ssize_t channel_send(ares_socket_t fd, const struct iovec *part, int parts, void *arg)
{
    struct channel *c = arg;
    struct msghdr m = { .msg_iov = (struct iovec *)part, .msg_iovlen = (size_t)parts };
    ares_ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
    // What became of an earlier datagram is told here only if nobody read it. This one then was not
    // sent; sent now, it has its own error, which is read and ends all that is under way.
    if (sent < 0 && !c->tcp && errno != EAGAIN && errno != ENOBUFS)
        sent = sendmsg(fd, &m, MSG_NOSIGNAL);
    if (sent >= 0)
        return sent;
    // A datagram for which there is no room is lost like one on the way: it will be asked again.
    if (!c->tcp && (errno == EAGAIN || errno == ENOBUFS))
        return (ares_ssize_t)part->iov_len;
    return channel_fail(c);
}

static ares_ssize_t channel_receive(ares_socket_t fd, void *to, size_t room, int flags,
                                    struct sockaddr *from, ares_socklen_t *from_n, void *arg)
{
    struct channel *c = arg;
    ares_ssize_t n = recvfrom(fd, to, room, flags, from, from_n);
    if (n < 0)
        return errno == EAGAIN ? -1 : channel_fail(c);
    if (c->tcp && !n)
        c->error = 0;
    if (!c->tcp && n > 3)
        c->formerr |= (((const uint8_t *)to)[3] & 15) == 1;
    return n;
}

static const struct ares_socket_functions channel_functions = {
    .asocket = channel_socket,
    .aclose = channel_close_socket,
    .aconnect = channel_connect,
    .arecvfrom = channel_receive,
    .asendv = channel_send,
};

// c-ares says what its socket (there is one at most) is to be watched for.
static void channel_state(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct channel *c = arg;
    struct ev_loop *ev = loop_ev(c->loop);
    ev_io_stop(ev, &c->io);
    if (!readable && !writable)
        return;
    ev_io_set(&c->io, fd, (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
    ev_io_start(ev, &c->io);
}

static void channel_ready(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct channel *c = list_entry(io, struct channel, io);
    ares_process_fd(c->ares, events & EV_READ ? io->fd : ARES_SOCKET_BAD,
                    events & EV_WRITE ? io->fd : ARES_SOCKET_BAD);
}

// ---- the channel

static int channel_set_server(struct channel *c)
{
    const struct address *a = &c->server->address;
    struct ares_addr_port_node node = { .family = a->family == 4 ? AF_INET : AF_INET6,
                                        .udp_port = c->server->port,
                                        .tcp_port = c->server->port };
    memcpy(&node.addr, a->bytes, a->family == 4 ? 4 : 16);
    return ares_set_servers_ports(c->ares, &node);
}

int channel_open(struct channel **out, struct loop *l, const struct server *server, bool tcp,
                 bool edns, int64_t timeout)
{
    struct channel *c = malloc(sizeof *c);
    if (!c)
        return -ENOMEM;
    *c = (struct channel){ .loop = l, .server = server, .tcp = tcp, .edns = edns };
    c->opened = loop_now(l);
    list_init(&c->node);
    ev_io_init(&c->io, channel_ready, -1, 0);
    struct ares_options o = { .flags = CHANNEL_ARES_FLAGS | (edns ? ARES_FLAG_EDNS : 0) |
                                       (tcp ? ARES_FLAG_USEVC : 0),
                              .timeout = (int)(timeout / CLOCK_MS),
                              .tries = 1,
                              .ndots = 1,
                              .lookups = (char[]){ "b" },
                              .sock_state_cb = channel_state,
                              .sock_state_cb_data = c,
                              .ednspsz = CHANNEL_DATAGRAM };
    int status = ares_init_options(&c->ares, &o, CHANNEL_ARES_OPTIONS);
    if (status != ARES_SUCCESS)
        goto free_channel;
    ares_set_socket_functions(c->ares, &channel_functions, c);
    status = channel_set_server(c);
    if (status != ARES_SUCCESS)
        goto destroy;
    *out = c;
    return 0;
destroy:
    ares_destroy(c->ares);
free_channel:
    free(c);
    return status == ARES_ENOMEM ? -ENOMEM : -EIO;
}

void channel_close(struct channel *c)
{
    if (!c)
        return;
    ares_destroy(c->ares);
    list_remove(&c->node);
    free(c);
}

static void channel_answered(void *arg, int status, int timeouts, unsigned char *packet, int n)
{
    (void)timeouts;
    struct ask *ask = arg;
    ask->channel->under_way--;
    ask->done(ask, status, packet, status == ARES_SUCCESS && n > 0 ? (size_t)n : 0);
}

void channel_ask(struct channel *c, struct ask *ask, const uint8_t *packet, size_t n)
{
    ask->channel = c;
    c->asked++;
    c->under_way++;
    ares_send(c->ares, packet, (int)n, channel_answered, ask);
}

void channel_tick(struct channel *c)
{
    if (c->under_way)
        ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
}

bool channel_lost_edns(struct channel *c)
{
    if (!c->formerr || !c->edns)
        return false;
    c->formerr = false;
    struct ares_options o;
    int mask = 0;
    if (ares_save_options(c->ares, &o, &mask) != ARES_SUCCESS)
        return false;
    bool lost = !(o.flags & ARES_FLAG_EDNS);
    ares_destroy_options(&o);
    return lost;
}
