// SPDX-License-Identifier: MIT
#ifndef RESOLVE_WIRE_H
#define RESOLVE_WIRE_H
#include "data/list.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

// What the UDP channels of a resolver share: the list of those that have something to send, and the
// datagrams of the last recvmmsg that were not taken yet. Those belong to one channel at a time.
struct loop;
struct channel;

enum { WIRE_BATCH = 16, WIRE_DATAGRAM = 4096 };

struct wire {
    struct loop *loop;
    uint64_t asked;          // queries, over all channels
    struct list unsent;      // of struct channel
    struct channel *reading; // whose datagrams are here; NULL: none are
    unsigned next, count;    // the one to be taken next, of how many
    unsigned reads;          // recvmmsg calls in a row for `reading`
    uint8_t (*datagram)[WIRE_DATAGRAM];
    struct iovec part[WIRE_BATCH];
    struct mmsghdr message[WIRE_BATCH];
};

// Prepares for loop `l`. Errors: -ENOMEM.
int wire_init(struct wire *w, struct loop *l);
void wire_fini(struct wire *w);

// Copies the next datagram that `fd`, the socket of `c`, received to `to`, cut to `room`. Returns
// its length, or -1 with errno: EAGAIN when there is none now, or when it is another's turn.
ssize_t wire_receive(struct wire *w, struct channel *c, int fd, void *to, size_t room);

// Forgets the datagrams of `c`, whose socket is closed.
void wire_forget(struct wire *w, const struct channel *c);

// Sends what the channels collected. Returns whether there was anything.
bool wire_flush(struct wire *w);
#endif
