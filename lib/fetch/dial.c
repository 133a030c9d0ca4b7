// SPDX-License-Identifier: MIT
#include "fetch/dial.h"
#include "fetch/failure.h"
#include "fetch/pins.h"
#include "fetch/request.h"
#include "fetch/tls.h"
#include "fetch/transfer.h"
#include "fetch/wire.h"
#include "sys/spare.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool dial_allowed(struct dial *d, const struct request *r, const struct address *a)
{
    if (r->special_ok || r->proxy || !address_is_special(a))
        return true;
    d->blocked = true;
    return false;
}

// Binds to the interface of the settings. The port is found when connecting, for one and the same
// may lead to several peers. Returns 0 or a negative errno.
static int dial_bind(const char *interface, int fd, int family)
{
    struct address a;
    struct sockaddr_storage from;
    int on = 1;
    if (address_parse(&a, span_of(interface)) < 0)
        return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
                          (socklen_t)strlen(interface)) < 0
                   ? -errno
                   : 0;
    socklen_t n = address_to_sockaddr(&a, 0, &from);
    if (from.ss_family != family)
        return -EAFNOSUPPORT;
    setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    return bind(fd, (struct sockaddr *)&from, n) < 0 ? -errno : 0;
}

// Makes the socket ready for use. Returns 0 or a negative errno.
static int dial_prepare(struct transfer *t, int fd, int family)
{
    int r = 0;
    if (t->settings->interface)
        r = dial_bind(t->settings->interface, fd, family);
    t->dial.unbound = r < 0;
    if (r == 0 && t->owner->opened)
        r = t->owner->opened(t->owner, fd);
    return r;
}

// libcurl offers the placeholder that it is about to connect to; see pins.h. The struct that it
// shows is the head of a larger one, with room for any address.
static curl_socket_t dial_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct transfer *t = arg;
    const struct request *r = t->request;
    struct dial *d = &t->dial;
    if (purpose != CURLSOCKTYPE_IPCXN)
        return CURL_SOCKET_BAD;
    bool six = to->family == AF_INET6;
    const struct address *a =
        pins_address(r->address, r->addresses, d->offered[six]++, six ? 6 : 4);
    // The port has the same place in a sockaddr of either family.
    d->remote_port = ntohs(((struct sockaddr_in *)(void *)&to->addr)->sin_port);
    d->remote = *a;
    if (!dial_allowed(d, r, a))
        return CURL_SOCKET_BAD;
    struct sockaddr_storage real;
    to->addrlen = address_to_sockaddr(a, d->remote_port, &real);
    to->family = real.ss_family;
    memcpy((void *)&to->addr, &real, to->addrlen);
    int fd = socket(to->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int e = fd < 0 ? -errno : spare_is(fd) ? -EMFILE : dial_prepare(t, fd, to->family);
    if (e == 0) {
        d->opened++;
        d->made[six] = fd;
        return fd;
    }
    d->error = -e;
    if (fd >= 0)
        close(fd);
    return CURL_SOCKET_BAD;
}

static int dial_close(void *arg, curl_socket_t fd)
{
    struct dial_owner *owner = arg;
    if (owner->closing)
        owner->closing(owner, fd);
    return close(fd);
}

// When a reused connection dies without an answer, libcurl sends the request once more by itself.
static bool dial_would_repeat(const struct transfer *t)
{
    bool safe =
        request_is_idempotent(t->request) ||
        transfer_stream_end(&t->stream) == STREAM_REFUSED; // nothing was done (RFC 9113 §8.7)
    return t->dial.asked && t->arrival.bytes == 0 && (t->request->once || !safe);
}

static int dial_hear(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
    struct transfer *t = arg;
    char text[sizeof t->text];
    if (t->request && t->request->wire)
        wire_listen(easy, type, p, n, t->request->wire);
    if (type != CURLINFO_TEXT || *t->text)
        return 0;
    snprintf(text, sizeof text, "%.*s", (int)n, p);
    text[strcspn(text, "\r\n")] = '\0';
    if (failure_is_told_by(text))
        memcpy(t->text, text, strlen(text) + 1);
    return 0;
}

// When libcurl sends a request again, it keeps the sentence about the connection that died
// (CURLOPT_ERRORBUFFER takes the first one), and what goes wrong with the second would be told, and
// judged, in the words of the first. So that one is forgotten, and libcurl's trace listened to,
// which has the next one.
static void dial_listen(struct transfer *t)
{
    *t->text = '\0';
    t->soiled = true;
    curl_easy_setopt(t->easy, CURLOPT_DEBUGFUNCTION, dial_hear); // these cannot fail
    curl_easy_setopt(t->easy, CURLOPT_DEBUGDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_VERBOSE, 1L);
}

// Which of the sockets that were made has this port; -1: none that is known.
static int dial_socket(const struct dial *d, int port)
{
    for (unsigned six = 0; six < 2; six++) {
        struct sockaddr_storage own;
        socklen_t n = sizeof own;
        if (d->offered[six] && getsockname(d->made[six], (struct sockaddr *)&own, &n) == 0 &&
            // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): getsockname has written it
            ntohs(((struct sockaddr_in *)(void *)&own)->sin_port) == port)
            return d->made[six];
    }
    return -1;
}

// Runs before each request, over a new connection or a reused one.
// NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type
static int dial_ask(void *arg, char *peer, char *local, int port, int local_port)
{
    (void)local;
    struct transfer *t = arg;
    struct dial *d = &t->dial;
    if (dial_would_repeat(t)) {
        d->refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    if (d->opened != 1) { // reused, or one of several that raced
        if (address_parse(&d->remote, span_of(peer)) < 0)
            return CURL_PREREQFUNC_ABORT;
        d->remote_port = (uint16_t)port;
    }
    if (!dial_allowed(d, t->request, &d->remote))
        return CURL_PREREQFUNC_ABORT;
    if (d->asked && *t->text)
        dial_listen(t);
    d->asked = true;
    int fd = d->opened ? dial_socket(d, local_port) : -1;
    transfer_stream_begin(t, fd);
    if (t->settings->tls_facts || t->request->wire)
        tls_read_facts(t->easy, t->settings->tls_facts, &t->arrival.out->tls);
    if (t->owner->asking)
        t->owner->asking(t->owner, t, fd);
    return CURL_PREREQFUNC_OK;
}

CURLcode dial_set(struct transfer *t)
{
    CURLcode r = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, dial_open);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETFUNCTION, dial_close);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_CLOSESOCKETDATA, t->owner);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, dial_ask);
    if (!r)
        r = curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
    if (!r && t->owner->prepare)
        r = t->owner->prepare(t->owner, t);
    return r;
}
