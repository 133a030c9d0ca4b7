// SPDX-License-Identifier: MIT
#ifndef FRONTIER_HOST_H
#define FRONTIER_HOST_H
#include "data/heap.h"
#include "data/list.h"
#include "data/map.h"
#include "frontier/conduct.h"
#include "frontier/group.h"
#include "resolve/resolver.h"
#include "web/proxy.h"
#include "web/url.h"
#include <stdbool.h>
#include <stdint.h>

struct challenge;
struct item;
struct lane;
struct overflow;

enum host_state {
    HOST_CLOSED,  // its addresses are not known, or have expired
    HOST_WAITING, // in line for opening
    HOST_OPENING, // a fiber looks its name up
    HOST_OPEN,
    HOST_ASKING, // its robots.txt is asked for, or is the next thing in its group
    HOST_ASIDE,  // it keeps failing: until a time it is left alone
    HOST_LOST,   // given up: whatever is queued fails
};

// All that is known of one origin (scheme, host, port).
struct host {
    struct map_node node; // key: "http://name:port", in `origin`
    struct group *group;
    struct list queue;   // items to be fetched, first come first; what is tried again goes first
    struct list turn;    // on the group's list of hosts with work, or in line for opening
    struct list changed; // among those that are not on disk as they are
    struct list idle;    // on the table's list of those with nothing to do, longest idle first
    struct lane
        *lane; // where its last job went; only compared and looked at while engines are open
    struct overflow
        *overflow; // further lines for it, on disk; NULL: none. It is not idle while it has one
    unsigned queued, in_flight;
    unsigned asked; // by whom it is needed: robots.txt that wait for its group, fibers
    enum host_state state;
    bool robots;   // its robots.txt is obeyed
    bool reserved; // it is HOST_ASKING, and its group waits for that
    bool pinned;   // only its first address is connected to: groups are addresses
    bool moving;   // it belongs into another group, as soon as nothing of it is under way
    bool typed;    // a line of the input named this host and port
    bool heard;    // it has answered as it should
    bool special;  // its URL names a special address, whatever it is reached through
    const struct proxy_place *proxy; // it is reached through; then the addresses are the proxy's.
                                     // NULL: straight. Borrowed
    enum resolve_status status;
    int64_t lookup_began, lookup_ended; // monotonic ns
    int64_t expires;                    // monotonic ns until which the addresses hold
    unsigned addresses;
    struct address *address;     // owned
    char why[96];                // of a failed look-up
    struct challenge *challenge; // what it wants to be shown; owned. NULL: nothing is known
    struct conduct *conduct;     // owned; NULL: nothing is known
    const char *agent;           // User-Agent of a rule; NULL: that of the run. Borrowed
    uint64_t exchanges;
    int64_t spent; // ns over all exchanges
    char origin[];
};

// All hosts, and which of them to forget: the longest idle, beyond `keep`.
struct host_table {
    struct map hosts;
    struct group_table groups;
    struct list idle;
    unsigned count, idle_count, keep;
    size_t rules_size; // bytes of robots rules that all hosts keep
    struct heap aside; // conducts of hosts that are HOST_ASIDE, by the time until which they are
    const struct proxy_rules *proxies; // of new hosts; NULL: none
    // Called for each host about to be forgotten, and at the end.
    void (*retire)(void *arg, struct host *h);
    void *arg;
};

// The part of a stripped URL that names its origin, and a hash of its host and port alone.
struct span host_key(const struct url *u);
uint64_t host_place_hash(const struct url *u);

// An empty table whose groups start with the pace `pace` and which keeps `keep` idle hosts.
void host_table_init(struct host_table *t, const struct gate *pace, unsigned keep);

// Retires and frees all hosts; their queues must be empty.
void host_table_fini(struct host_table *t);

// The host of `u`, made (closed, and on the idle list) if it is not known yet. A literal address,
// or that of its proxy, is open at once. Errors: -ENOMEM.
int host_get(struct host_table *t, const struct url *u, int64_t now, struct host **out);

// Say that `h` has something to do, or nothing any more; the latter may forget others, those idle
// for longest and under no pace that still counts at `now`, never `h` itself. A group with none of
// its hosts left is forgotten too.
void host_busy(struct host_table *t, struct host *h);
void host_idle(struct host_table *t, struct host *h, int64_t now);

// Takes over what a look-up said. Errors: -ENOMEM, then the host stays as it was.
int host_answer(struct host *h, const struct resolve_answer *answer, int64_t now);

// Has another of its addresses be the first, which is the one that is connected to where groups are
// addresses.
void host_turn_address(struct host *h);

// Whether it belongs into another group than it is in, for its address has become another; and puts
// it there, which nothing of it may be under way for, nor it be in line anywhere. Errors: -ENOMEM,
// then it stays.
bool host_must_move(const struct host_table *t, const struct host *h);
int host_move(struct host_table *t, struct host *h);

// What is known of how it does, made at the first use. NULL: no memory.
struct conduct *host_conduct(struct host *h);

// Whether its robots.txt has to be asked for before anything else of it at `now`.
static inline bool host_must_ask(const struct host *h, int64_t now)
{
    return h->robots && (!h->conduct || h->conduct->known_until <= now);
}

// Takes over the rules of its robots.txt, as conduct_take_rules, and what they say of its pace.
int host_take_rules(struct host_table *t, struct host *h, struct span rules, int64_t until);

// Whether one of its addresses is special (design: security). Behind a proxy, whose own addresses
// are the user's word, the URL must say so itself.
bool host_is_special(const struct host *h);

// The host's name, without the brackets of an IPv6 address.
struct span host_name(const struct host *h);
#endif
