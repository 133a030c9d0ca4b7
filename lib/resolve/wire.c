// SPDX-License-Identifier: MIT
#include "resolve/wire.h"
#include "resolve/channel.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { WIRE_READS = 8 }; // recvmmsg calls in a row before the loop has its turn

int wire_init(struct wire *w, struct loop *l)
{
    *w = (struct wire){ .loop = l };
    list_init(&w->unsent);
    w->datagram = malloc(WIRE_BATCH * sizeof *w->datagram);
    if (!w->datagram)
        return -ENOMEM;
    for (unsigned i = 0; i < WIRE_BATCH; i++) {
        w->part[i] = (struct iovec){ w->datagram[i], WIRE_DATAGRAM };
        w->message[i].msg_hdr = (struct msghdr){ .msg_iov = &w->part[i], .msg_iovlen = 1 };
    }
    return 0;
}

void wire_fini(struct wire *w)
{
    free(w->datagram);
    w->datagram = NULL;
}

// Gets the next datagrams. A batch that was not full was the last one: the call that would say so
// is saved.
static bool wire_fill(struct wire *w, struct channel *c, int fd)
{
    if (w->reading != c) {
        w->reading = c;
        w->reads = 0;
        w->count = WIRE_BATCH;
    }
    int n = -1;
    errno = EAGAIN;
    if (w->count == WIRE_BATCH && w->reads++ < WIRE_READS)
        n = recvmmsg(fd, w->message, WIRE_BATCH, MSG_DONTWAIT, NULL);
    w->next = 0;
    w->count = n > 0 ? (unsigned)n : 0;
    if (!w->count)
        w->reading = NULL;
    return w->count;
}

ssize_t wire_receive(struct wire *w, struct channel *c, int fd, void *to, size_t room)
{
    if ((w->reading != c || w->next == w->count) && !wire_fill(w, c, fd))
        return -1;
    size_t n = w->message[w->next].msg_len;
    if (n > room)
        n = room;
    memcpy(to, w->datagram[w->next++], n);
    return (ssize_t)n;
}

void wire_forget(struct wire *w, const struct channel *c)
{
    if (w->reading == c)
        w->reading = NULL;
}

bool wire_flush(struct wire *w)
{
    bool any = false;
    for (struct list *node; (node = list_pop(&w->unsent)) != NULL; any = true)
        channel_flush(list_entry(node, struct channel, unsent));
    return any;
}
