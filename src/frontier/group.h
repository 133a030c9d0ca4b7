// SPDX-License-Identifier: MIT
#ifndef FRONTIER_GROUP_H
#define FRONTIER_GROUP_H
#include "data/heap.h"
#include "data/list.h"
#include "data/map.h"
#include "frontier/adapt.h"
#include "frontier/gate.h"
#include "frontier/manners.h"
#include "web/address.h"

// A politeness group: the hosts that share a pace.
struct group {
    struct map_node node; // key: `name`
    struct gate gate;
    struct adapt adapt;   // its delay is that of the gate before any Crawl-delay
    int64_t floor;        // ns: the longest Crawl-delay of its hosts
    struct list first;    // items that go before all others: robots.txt of its hosts
    struct list hosts;    // those of its hosts that have something queued and may start it, in turn
    struct list ready;    // on the frontier's list of groups that may start something now
    struct heap_node due; // on the frontier's heap of groups that may at a known time
    unsigned members;     // hosts that point here
    unsigned reserved;    // of them: hosts whose turn it is, and whose robots.txt comes next
    bool fixed;           // a rule gives the delay: no Crawl-delay counts
    char name[];
};

// All groups, and what a new one starts with.
struct group_table {
    struct map map;
    struct gate pace;
    int64_t asked; // monotonic ns: when any of them may last have been asked by a run that this one
                   // goes on with; 0: by none
    const struct manners *manners; // borrowed
};

enum { GROUP_NAME_ROOM = ADDRESS_TEXT_ROOM + 2 };

// The name of the group of a host: `host` as url_host gives it, and the address that it is reached
// at (NULL: not known, or behind a proxy). An address has the form that it
// has in URLs. A view of `host` or of `room`.
struct span group_name(const struct manners *m, struct span host, const struct address *to,
                       char room[GROUP_NAME_ROOM]);

// The group of this name, made if it is not known yet, with one member more. Errors: NULL, no
// memory.
struct group *group_join(struct group_table *t, struct span name);

// One member less; the last one ends the group. It is on no heap then.
void group_leave(struct group_table *t, struct group *g);

// What its exchanges tell of how it does; see adapt.h.
void group_good(struct group_table *t, struct group *g, int64_t latency);
void group_bad(struct group_table *t, struct group *g, int64_t began, int64_t now);

// What a run before has learnt of its pace; see adapt.h.
void group_recall(struct group_table *t, struct group *g, int64_t delay, int64_t latency);

// A host of it asks for so many ns between two requests (-1: for none), of which no more than
// manners allow counts. In a group of several hosts the longest holds.
void group_set_crawl_delay(struct group_table *t, struct group *g, int64_t delay);
#endif
