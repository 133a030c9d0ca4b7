// SPDX-License-Identifier: MIT
#ifndef ENGINE_SINKS_H
#define ENGINE_SINKS_H
#include "engine/outcome.h"
#include "engine/sink_decode.h"
#include "engine/sink_digest.h"

// Where the body of one visit goes. The sinks that its job asks for are linked to a chain, and the
// exchange pushes what arrives in at its head:
//
//     fetch ─► (as it came) ─► decode ─► (decoded) ─► digest
//
// A sink stands in the part of the chain whose bytes it wants, and passes them on; the last one
// needs not. A job that asks for none of them has its bytes counted by the exchange and nothing
// else: then its body is not decoded, and a content coding that is broken is not noticed, for
// decoding a page costs about as much as fetching it.
//
// In place, used again from visit to visit; zeroed, it is ready for use.
struct sinks {
    struct sink *first; // given to the exchange
    struct sink_decode decode;
    struct sink_digest digest;
};

// Links the chain for a job with these flags, whose body has `most` bytes at most (0: no bound).
// Errors: -ENOMEM; -EOPNOTSUPP: a sink is asked for that there is not.
int sinks_begin(struct sinks *s, uint32_t flags, uint64_t most);

// The exchange is over: ends every sink, and puts what they found out into `o` and, when it was an
// error, into `r`. An error of the exchange itself is kept.
void sinks_end(struct sinks *s, struct response *r, struct outcome *o);

void sinks_fini(struct sinks *s);
#endif
