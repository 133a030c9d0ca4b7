// SPDX-License-Identifier: MIT
#ifndef DISCOVER_TRAPS_H
#define DISCOVER_TRAPS_H
#include "discover/left_out.h"
#include "web/url.h"

// What keeps a crawl out of webs that have no end: URLs that grow with every step, and paths with
// ever new queries. Pure but for memory. 0 in a setting: no bound.
struct trap_settings {
    unsigned url_length; // bytes of a URL
    unsigned path_depth; // segments of its path
    unsigned repeats;    // of one segment in a path
    unsigned queries;    // different ones of one path
};

// How often each path has been come upon with a query, as a sketch of fixed size: four rows of
// counters, in which a path has a place each, and the smallest of them is its count. It never
// counts too little, and too much only when there are millions of paths (Cormode and Muthukrishnan
// 2005). { 0 } is ready for use.
struct traps {
    struct trap_settings settings;
    uint16_t *count; // owned; made when the first query comes
};

// What is wrong with `u` by itself.
enum left_out traps_look(const struct trap_settings *settings, const struct url *u);

// Counts a URL that has not been come upon before. Whether its path has had too many queries by
// now. Without memory there is no bound on them.
bool traps_count(struct traps *t, const struct url *u);

// The path of `u` as it is counted by, and one more of such a path: for who keeps what was counted.
uint64_t traps_path(const struct url *u);
void traps_recall(struct traps *t, uint64_t path);

void traps_fini(struct traps *t);
#endif
