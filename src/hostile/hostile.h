// SPDX-License-Identifier: MIT
#ifndef HOSTILE_HOSTILE_H
#define HOSTILE_HOSTILE_H
#include "data/span.h"
#include <stdbool.h>
#include <stdint.h>

// The misbehaviours of /hostile/NAME, each a row of a table: what is sent, in a few steps, and what
// a correct client must make of it. Pure: data only. After the last step the connection ends,
// unless a step says otherwise.
enum hostile_verb {
    HOSTILE_END,
    HOSTILE_SAY,     // the bytes, `times` times
    HOSTILE_FOREVER, // the bytes again and again, until the peer leaves or 64 GB have been sent
    HOSTILE_DRIP,    // one byte every `times` ms, and from the start again until the peer leaves
    HOSTILE_WAIT,    // `times` ms
    HOSTILE_HANG,    // until the peer leaves
    HOSTILE_RESET,   // ends the connection with RST
    HOSTILE_KEEP,    // the connection goes on with the next request
    HOSTILE_ORIGIN,  // the request's Host, as it came
    HOSTILE_NEXT,    // the number behind the name in the path, plus one
    HOSTILE_ROUTE,   // answers as another path would; the bytes are it
    // Only within TLS, `times` times; 0: without end.
    HOSTILE_RAW,    // the bytes onto the wire, past TLS
    HOSTILE_NOTIFY, // close_notify
    HOSTILE_UPDATE, // KeyUpdate, which asks for one in return
    HOSTILE_TICKET, // NewSessionTicket
    HOSTILE_RENEW,  // a new handshake (before TLS 1.3)
    HOSTILE_REFUSE, // HTTP/2: RST_STREAM with error `times` for each stream, until the peer leaves
};

struct hostile_step {
    enum hostile_verb verb;
    unsigned times;
    const char *p;
    size_t n;
};

enum { HOSTILE_STEPS = 6 };

struct hostile {
    const char *name;
    // What the record must say: a status, or a word of its `error`. Where correct clients differ,
    // it is what trawl does. With --digest --max-filesize 1M --max-time 15s --min-speed 100,6s
    // --retry 0 --max-redirs 5.
    const char *expect;
    const char *what; // half a sentence
    struct hostile_step step[HOSTILE_STEPS];
};

// How rows are written.
#define HOSTILE_LITERAL(s) (s), sizeof(s) - 1
#define SAY(s)                             \
    {                                      \
        HOSTILE_SAY, 1, HOSTILE_LITERAL(s) \
    }
#define SAY_TIMES(k, s)                      \
    {                                        \
        HOSTILE_SAY, (k), HOSTILE_LITERAL(s) \
    }
#define FOREVER(s)                             \
    {                                          \
        HOSTILE_FOREVER, 1, HOSTILE_LITERAL(s) \
    }
#define DRIP(ms, s)                            \
    {                                          \
        HOSTILE_DRIP, (ms), HOSTILE_LITERAL(s) \
    }
#define WAIT(ms)                    \
    {                               \
        HOSTILE_WAIT, (ms), NULL, 0 \
    }
#define ROUTE(s)                             \
    {                                        \
        HOSTILE_ROUTE, 1, HOSTILE_LITERAL(s) \
    }
#define HANG                     \
    {                            \
        HOSTILE_HANG, 0, NULL, 0 \
    }
#define RESET                     \
    {                             \
        HOSTILE_RESET, 0, NULL, 0 \
    }
#define KEEP                     \
    {                            \
        HOSTILE_KEEP, 0, NULL, 0 \
    }
#define ORIGIN                     \
    {                              \
        HOSTILE_ORIGIN, 0, NULL, 0 \
    }
#define NEXT                     \
    {                            \
        HOSTILE_NEXT, 0, NULL, 0 \
    }

#define RAW(k, s)                            \
    {                                        \
        HOSTILE_RAW, (k), HOSTILE_LITERAL(s) \
    }
#define NOTIFY                     \
    {                              \
        HOSTILE_NOTIFY, 1, NULL, 0 \
    }
#define UPDATE(k)                    \
    {                                \
        HOSTILE_UPDATE, (k), NULL, 0 \
    }
#define TICKET(k)                    \
    {                                \
        HOSTILE_TICKET, (k), NULL, 0 \
    }
#define REFUSE(code)                    \
    {                                   \
        HOSTILE_REFUSE, (code), NULL, 0 \
    }
#define RENEW(k)                    \
    {                               \
        HOSTILE_RENEW, (k), NULL, 0 \
    }

// A good head of a body of three bytes, up to its last field, and the body.
#define HOSTILE_OK "HTTP/1.1 200 OK\r\n"
#define HOSTILE_FINE "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n"
#define HOSTILE_BODY "\r\nok\n"

// One table of rows.
struct hostile_set {
    const char *name; // what they have in common, for people
    const struct hostile *row;
    unsigned count;
};

extern const struct hostile_set hostile_status, hostile_fields, hostile_lengths, hostile_chunks,
    hostile_bodies, hostile_codings, hostile_ends, hostile_redirects, hostile_claims;

// The set of this index, from 0; NULL behind the last.
const struct hostile_set *hostile_sets(unsigned i);

// The row of this name; NULL when there is none.
const struct hostile *hostile_find(struct span name);
#endif
