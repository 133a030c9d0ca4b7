// SPDX-License-Identifier: MIT
#ifndef SERVE_CONNECTION_H
#define SERVE_CONNECTION_H
#include "sched/watch.h"
#include "serve/request_head.h"
#include "serve/server.h"

// One accepted connection: its bytes in and out, and the loop over its requests.

enum {
    CONNECTION_IN =
        REQUEST_HEAD_MAX + 4096, // a head of the largest size, and room for a body behind it
    CONNECTION_OUT = 32768,      // what is gathered before it is sent
};

// What has been received and not been used up.
//
//     bytes:  | … | head | body or requests that follow | free |
//                 start                                 end
struct intake {
    size_t start, end;
    size_t seen; // how much of what is unread was searched for the end of a head
    struct request_head head;
    char bytes[CONNECTION_IN];
};

// What is to be sent.
struct outlet {
    size_t n;
    char bytes[CONNECTION_OUT];
};

struct connection {
    struct server *server;
    struct watch watch;
    struct intake *in;  // NULL: nothing received
    struct outlet *out; // NULL: nothing to send
    int fd;
    int error;    // the first negative errno of sending; from then on nothing is sent
    bool drained; // the last read took all there was: wait before the next
    size_t busy;  // bytes sent and received since it last waited
    uint64_t number, requests;
    char local[INET6_ADDRSTRLEN]; // the address connected to, once the log has asked for it
};

// The fiber of an accepted connection: serves its requests until either side has enough. `arg` is a
// struct connection on the heap, whose server, fd and number are set; it owns both and ends them.
// Parks. Returns 0.
int connection_serve(void *arg);

// Waits for more bytes (until `deadline`), which are added at the intake's end. There must be room
// there. Parks. Returns how many, 0 at the end, or a negative errno: -ETIMEDOUT, -ECANCELED,
// -ECONNRESET, -ENOMEM.
long connection_receive(struct connection *c, int64_t deadline);

// How long the peer may keep us waiting, from now: a monotonic time.
int64_t connection_patience(const struct connection *c);

// Sends all that was gathered. Parks. Errors: as `error`.
int connection_flush(struct connection *c);

// Lets the other connections have their turn. Parks, until this one can send again. Errors:
// -ETIMEDOUT, -ECANCELED.
int connection_turn(struct connection *c);

// Gives room for `least` to CONNECTION_OUT bytes, sending what was gathered when there is not
// enough; the caller then adds to out->n what it wrote. May park. NULL when sending failed.
char *connection_room(struct connection *c, size_t least);

// Gathers bytes, sending when there is no room. May park. After an error it does nothing.
void connection_write(struct connection *c, const void *p, size_t n);

// Makes closing send a reset (RST) instead of an end (FIN).
void connection_reset(struct connection *c);
#endif
