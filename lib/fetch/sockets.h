// SPDX-License-Identifier: MIT
#ifndef FETCH_SOCKETS_H
#define FETCH_SOCKETS_H
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

// libcurl's sockets and the loop: a table by descriptor, so that nothing is allocated for a socket.
// libcurl asks to forget a socket at the end of each exchange and to watch it again at the start of
// the next on that connection; granting that would cost two epoll_ctl an exchange. So a connected
// socket stays registered while its connection idles, until it is closed or an event comes that
// nobody waits for (its server closed it, most likely).
struct seat;
struct shard;

// { 0 } is a descriptor that nothing is known of.
struct socket_slot {
    struct ev_io io;     // first: libev hands it back
    struct shard *shard; // whose multi the socket belongs to
    struct seat *seat;   // where its connection is counted; NULL: nowhere
    uint8_t wanted;      // what libcurl waits for: CURL_POLL_IN, CURL_POLL_OUT, both, or 0
    bool connected;      // an exchange has gone over it: to be kept registered
};

enum { SOCKETS_PAGE = 256 };

// Pages are never moved: the loop holds pointers into them.
struct sockets {
    struct ev_loop *ev;
    // Events as CURL_CSELECT_*.
    void (*ready)(struct sockets *s, struct socket_slot *slot, int fd, int events);
    struct socket_slot **page;
    unsigned pages;
};

// `ready` is called on the loop's stack for each event on a watched socket.
void sockets_init(struct sockets *s, struct ev_loop *ev,
                  void (*ready)(struct sockets *s, struct socket_slot *slot, int fd, int events));

// Ends every registration.
void sockets_fini(struct sockets *s);

// The slot of a descriptor; NULL when its page was never needed.
static inline struct socket_slot *sockets_find(const struct sockets *s, int fd)
{
    unsigned page = (unsigned)fd / SOCKETS_PAGE;
    return page < s->pages && s->page[page] ? &s->page[page][(unsigned)fd % SOCKETS_PAGE] : NULL;
}

// Makes sure there is a slot for `fd`, a number just given out anew. Errors: -ENOMEM.
int sockets_open(struct sockets *s, int fd);

// The slot of a descriptor that sockets_open was called for.
static inline struct socket_slot *sockets_at(const struct sockets *s, int fd)
{
    return &s->page[(unsigned)fd / SOCKETS_PAGE][(unsigned)fd % SOCKETS_PAGE];
}

// Watches `slot` for `what` (CURL_POLL_IN, _OUT, _INOUT, or 0: nothing).
void socket_watch(struct sockets *s, struct socket_slot *slot, uint8_t what);
#endif
