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
    CHANNEL_BUFFERS = 1 << 20, // bytes of a socket's kernel buffers: a burst of answers must fit
    CHANNEL_SENDS = 64,        // datagrams a sendmmsg
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

// Watches the channel's socket for `events`; 0: for none.
static void channel_watch(struct channel *c, int events)
{
    struct ev_loop *ev = loop_ev(c->wire->loop);
    if (ev_is_active(&c->io) && c->io.events == events)
        return;
    ev_io_stop(ev, &c->io);
    if (!events)
        return;
    ev_io_set(&c->io, c->fd, events);
    ev_io_start(ev, &c->io);
}

// ---- the sockets, as c-ares asks for them

static ares_socket_t channel_socket(int family, int type, int protocol, void *arg)
{
    struct channel *c = arg;
    int size = CHANNEL_BUFFERS, on = 1;
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd < 0)
        return channel_fail(c);
    if (type == SOCK_STREAM) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    } else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0) {
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    }
    c->fd = fd;
    c->broken = c->error = 0;
    return fd;
}

static int channel_close_socket(ares_socket_t fd, void *arg)
{
    struct channel *c = arg;
    channel_watch(c, 0);
    list_remove(&c->unsent);
    buffer_clear(&c->out);
    c->sent = 0;
    c->fd = -1;
    wire_forget(c->wire, c);
    return close(fd);
}

// The address is our own, which may have a scope; c-ares's has not.
static int channel_connect(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t n, void *arg)
{
    (void)to, (void)n;
    struct channel *c = arg;
    int err = connect(fd, (const struct sockaddr *)&c->server->at, c->server->length);
    return err < 0 ? channel_fail(c) : 0;
}

static ares_ssize_t channel_send(ares_socket_t fd, const struct iovec *part, int parts, void *arg)
{
    struct channel *c = arg;
    if (c->tcp) {
        struct msghdr m = { .msg_iov = (struct iovec *)part, .msg_iovlen = (size_t)parts };
        ares_ssize_t sent = sendmsg(fd, &m, MSG_NOSIGNAL);
        return sent < 0 ? channel_fail(c) : sent;
    }
    uint16_t n = 0;
    for (int i = 0; i < parts; i++)
        n = (uint16_t)(n + part[i].iov_len);
    if (!buffer_reserve(&c->out, sizeof n + n)) {
        c->out.failed = false; // the others' datagrams are as they were
        errno = ENOMEM;
        return channel_fail(c);
    }
    buffer_add(&c->out, &n, sizeof n);
    for (int i = 0; i < parts; i++)
        buffer_add(&c->out, part[i].iov_base, part[i].iov_len);
    if (list_empty(&c->unsent))
        list_push(&c->wire->unsent, &c->unsent);
    return n;
}

static ares_ssize_t channel_receive(ares_socket_t fd, void *to, size_t room, int flags,
                                    struct sockaddr *from, ares_socklen_t *from_n, void *arg)
{
    struct channel *c = arg;
    if (c->tcp) {
        ares_ssize_t got = recv(fd, to, room, flags);
        if (!got)
            c->error = 0; // the server hung up
        return got < 0 && errno != EAGAIN ? channel_fail(c) : got;
    }
    if (c->broken) {
        errno = c->broken;
        return -1;
    }
    ares_ssize_t n = wire_receive(c->wire, c, fd, to, room);
    if (n < 0)
        return errno == EAGAIN ? -1 : channel_fail(c);
    c->formerr |= n > 3 && (((const uint8_t *)to)[3] & 15) == 1;
    if (from && from_n) { // a connected socket hears nobody else
        memcpy(from, &c->server->at, c->server->length);
        *from_n = c->server->length;
    }
    return n;
}

static const struct ares_socket_functions channel_functions = {
    .asocket = channel_socket,
    .aclose = channel_close_socket,
    .aconnect = channel_connect,
    .arecvfrom = channel_receive,
    .asendv = channel_send,
};

static void channel_state(void *arg, ares_socket_t fd, int readable, int writable)
{
    struct channel *c = arg;
    c->fd = fd;
    channel_watch(c, (readable ? EV_READ : 0) | (writable ? EV_WRITE : 0));
}

// ---- sending what was collected

// Sends a batch. Returns how many datagrams were taken, 0 when the socket takes none now, a
// negative errno.
static int channel_send_batch(struct channel *c)
{
    struct mmsghdr message[CHANNEL_SENDS];
    struct iovec part[CHANNEL_SENDS];
    unsigned count = 0;
    uint16_t n;
    for (size_t at = c->sent; at < c->out.n && count < CHANNEL_SENDS; at += sizeof n + n, count++) {
        memcpy(&n, c->out.p + at, sizeof n);
        part[count] = (struct iovec){ c->out.p + at + sizeof n, n };
        message[count] =
            (struct mmsghdr){ .msg_hdr = { .msg_iov = &part[count], .msg_iovlen = 1 } };
    }
    int sent = sendmmsg(c->fd, message, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == ENOBUFS)
        sent = 1; // lost like any datagram may be: it will be asked again
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    for (int i = 0; i < sent; i++)
        c->sent += sizeof n + part[i].iov_len;
    return sent;
}

void channel_flush(struct channel *c)
{
    int sent;
    while (c->sent < c->out.n && (sent = channel_send_batch(c)) != 0) {
        if (sent > 0)
            continue;
        c->broken = c->error = -sent;
        ares_process_fd(c->ares, c->fd, ARES_SOCKET_BAD); // ends all that is under way here
        return;
    }
    bool all = c->sent == c->out.n;
    if (all) {
        buffer_clear(&c->out);
        c->sent = 0;
    }
    channel_watch(c, all ? EV_READ : EV_READ | EV_WRITE);
}

static void channel_ready(struct ev_loop *ev, struct ev_io *io, int events)
{
    (void)ev;
    struct channel *c = list_entry(io, struct channel, io);
    if (c->tcp) {
        ares_process_fd(c->ares, events & EV_READ ? c->fd : ARES_SOCKET_BAD,
                        events & EV_WRITE ? c->fd : ARES_SOCKET_BAD);
        return;
    }
    if (events & EV_WRITE)
        channel_flush(c);
    if (events & EV_READ && c->fd >= 0)
        ares_process_fd(c->ares, c->fd, ARES_SOCKET_BAD);
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

int channel_open(struct channel **out, struct wire *w, const struct server *server, bool tcp,
                 bool edns, int64_t timeout)
{
    struct channel *c = malloc(sizeof *c);
    if (!c)
        return -ENOMEM;
    *c = (struct channel){ .wire = w, .server = server, .fd = -1, .tcp = tcp, .edns = edns };
    c->opened = loop_now(w->loop);
    list_init(&c->node);
    list_init(&c->unsent);
    ev_io_init(&c->io, channel_ready, -1, 0);
    struct ares_options o = { .flags = CHANNEL_ARES_FLAGS | (edns ? ARES_FLAG_EDNS : 0) |
                                       (tcp ? ARES_FLAG_USEVC : 0),
                              .timeout = (int)(timeout / CLOCK_MS),
                              .tries = 1,
                              .ndots = 1,
                              .lookups = (char[]){ "b" },
                              .sock_state_cb = channel_state,
                              .sock_state_cb_data = c,
                              .ednspsz = WIRE_DATAGRAM };
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
    list_remove(&c->unsent);
    buffer_fini(&c->out);
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
    c->wire->asked++;
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
