// SPDX-License-Identifier: MIT
#include "fetch/sockets.h"
#include "sched/loop.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void socket_event(struct ev_loop *ev, struct ev_io *io, int events)
{
    loop_watch_again(ev, io, events);
    struct socket_slot *slot = (struct socket_slot *)io;
    struct sockets *s = io->data;
    int flags =
        (events & EV_READ ? CURL_CSELECT_IN : 0) | (events & EV_WRITE ? CURL_CSELECT_OUT : 0);
    s->ready(s, slot, io->fd, flags);
}

void sockets_init(struct sockets *s, struct ev_loop *ev,
                  void (*ready)(struct sockets *s, struct socket_slot *slot, int fd, int events))
{
    *s = (struct sockets){ .ev = ev, .ready = ready };
}

void sockets_fini(struct sockets *s)
{
    for (unsigned p = 0; p < s->pages; p++) {
        for (unsigned i = 0; s->page[p] && i < SOCKETS_PAGE; i++)
            ev_io_stop(s->ev, &s->page[p][i].io);
        free(s->page[p]);
    }
    free(s->page);
    s->page = NULL;
    s->pages = 0;
}

static int sockets_grow(struct sockets *s, unsigned page)
{
    unsigned pages = page + 1 > 2 * s->pages ? page + 1 : 2 * s->pages;
    struct socket_slot **more = realloc(s->page, pages * sizeof *more);
    if (!more)
        return -ENOMEM;
    memset(more + s->pages, 0, (pages - s->pages) * sizeof *more);
    s->page = more;
    s->pages = pages;
    return 0;
}

int sockets_open(struct sockets *s, int fd)
{
    unsigned page = (unsigned)fd / SOCKETS_PAGE;
    if (page >= s->pages && sockets_grow(s, page) < 0)
        return -ENOMEM;
    if (!s->page[page]) {
        s->page[page] = calloc(SOCKETS_PAGE, sizeof **s->page);
        if (!s->page[page])
            return -ENOMEM;
    }
    // libcurl closes sockets of lost races and failed connects without a word, so the number's last
    // life may not have ended here. ev_io_init makes libev look at the descriptor anew.
    struct socket_slot *slot = sockets_at(s, fd);
    ev_io_stop(s->ev, &slot->io);
    *slot = (struct socket_slot){ 0 };
    ev_io_init(&slot->io, socket_event, fd, EV_NONE);
    slot->io.data = s;
    return 0;
}

void socket_watch(struct sockets *s, struct socket_slot *slot, uint8_t what)
{
    int events = (what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0);
    int before = ev_is_active(&slot->io) ? slot->io.events & (EV_READ | EV_WRITE) : 0;
    if (events == before)
        return;
    bool anew = slot->io.events & EV__IOFDSET;
    ev_io_stop(s->ev, &slot->io);
    if (!events)
        return;
    if (anew || !before)
        ev_io_set(&slot->io, slot->io.fd, events);
    else
        ev_io_modify(&slot->io, events);
    ev_io_start(s->ev, &slot->io);
}
