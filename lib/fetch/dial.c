// SPDX-License-Identifier: MIT
#include "fetch/dial.h"
#include "fetch/pins.h"
#include "fetch/request.h"
#include "fetch/transfer.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static bool dial_allowed(struct dial *d, const struct request *r, const struct address *a)
{
    if (r->special_ok || !address_is_special(a))
        return true;
    d->blocked = true;
    return false;
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
    if (fd < 0) {
        d->error = errno;
        return CURL_SOCKET_BAD;
    }
    d->opened++;
    if (!t->owner->opened)
        return fd;
    int e = t->owner->opened(t->owner, fd);
    if (e == 0)
        return fd;
    d->error = -e;
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

// Runs before each request, over a new connection or a reused one.
static int dial_ask(void *arg, char *peer, char *local, int port, int local_port)
{
    (void)local, (void)local_port;
    struct transfer *t = arg;
    struct dial *d = &t->dial;
    if (d->opened != 1) { // reused, or one of several that raced
        if (address_parse(&d->remote, span_of(peer)) < 0)
            return CURL_PREREQFUNC_ABORT;
        d->remote_port = (uint16_t)port;
    }
    if (!dial_allowed(d, t->request, &d->remote))
        return CURL_PREREQFUNC_ABORT;
    d->asked = true;
    if (t->owner->asking)
        t->owner->asking(t->owner, t);
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
    return r;
}
