// SPDX-License-Identifier: MIT
#ifndef RESOLVE_RESOLVER_H
#define RESOLVE_RESOLVER_H
#include "data/span.h"
#include "web/address.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Names to addresses on the calling thread's loop, through c-ares: A and AAAA asked together,
// answers kept for their TTL within a bound of bytes, one query however many fibers ask (single
// flight), /etc/hosts and `localhost` (RFC 6761 §6.3) answered at once. Only the coordinator owns
// one: workers are handed addresses.
struct resolver;
struct loop;

enum { RESOLVE_ADDRESSES = 16 }; // of one name, at most; more are dropped

struct resolver_options {
    const char *servers;          // "ADDRESS[:PORT],...", IPv6 in brackets; NULL: /etc/resolv.conf
    const char *const *overrides; // `--resolve` entries "HOST:PORT:ADDRESS[,ADDRESS]...", as
                                  // curl's; NULL-terminated, or NULL
    bool ipv4, ipv6;              // which families are wanted; both false means both
    size_t cache_bytes;           // 0: 32 MB
    unsigned in_flight;           // lookups under way at once; further ones wait their turn. 0: 512
    int64_t timeout;              // ns for one lookup in all its tries; 0: 10 s
};

enum resolve_status {
    RESOLVE_FOUND,
    RESOLVE_NOTFOUND, // no such name, or a name without an address of a wanted family
    RESOLVE_FAILED,   // SERVFAIL, REFUSED, a damaged answer
    RESOLVE_TIMEOUT,  // no server answered
};

// Plain values; owns nothing. Addresses are in the order to try them: families in turn, IPv6 first
// (RFC 8305 §4) when both are there, otherwise as the server gave them.
struct resolve_answer {
    enum resolve_status status;
    unsigned count;  // 0 unless RESOLVE_FOUND
    int64_t expires; // monotonic ns until which this may be used without asking again
    struct address address[RESOLVE_ADDRESSES];
    char why[96];    // "SERVFAIL from 127.0.0.53", empty when found
    char server[64]; // who answered: "127.0.0.53", "/etc/hosts", "--resolve", "cache" is not one
};

// Makes a resolver on loop `l`. Borrows nothing of `options` after it returns. Errors: -EINVAL with
// a sentence in `why` (a server or an override that cannot be read), -ENOMEM, -EMFILE, -ENFILE,
// -EIO (c-ares would not start).
int resolver_new(struct resolver **out, struct loop *l, const struct resolver_options *options,
                 char *why, size_t room);

// Frees it; lookups under way must have ended. NULL is legal.
void resolver_free(struct resolver *r);

// Looks `name` (ASCII, lower case, as URL hosts are after IDNA; a trailing dot is kept absolute)
// up. `port` matters for overrides only. Parks unless the answer is known. Returns 0 with `out`
// filled, whatever the status; -ETIMEDOUT when `deadline` passes first; -ECANCELED; and what
// shortage_is (sys/shortage.h): no socket, port or memory to ask with, which says nothing of the
// name.
int resolver_lookup(struct resolver *r, struct span name, uint16_t port, struct resolve_answer *out,
                    int64_t deadline);

// The same from what is known now: never parks. Returns whether `out` was filled.
bool resolver_known(struct resolver *r, struct span name, uint16_t port,
                    struct resolve_answer *out);

// What it has done so far.
struct resolver_stats {
    uint64_t lookups, from_cache, joined, queries, found, notfound, failed, timeouts;
    size_t cache_bytes;
};
void resolver_stats(const struct resolver *r, struct resolver_stats *out);
#endif
