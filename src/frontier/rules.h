// SPDX-License-Identifier: MIT
#ifndef FRONTIER_RULES_H
#define FRONTIER_RULES_H
#include "data/map.h"
#include <stdbool.h>
#include <stdint.h>

// What the user has said of single hosts, which goes before what is said of all. Filled before a
// run and read-only from then on.
enum rule_part {
    RULE_CONNECTIONS = 1 << 0,
    RULE_DELAY = 1 << 1,
    RULE_RATE = 1 << 2,
    RULE_ROBOTS = 1 << 3,
    RULE_AGENT = 1 << 4,
};

struct rule {
    unsigned parts;       // enum rule_part, ored: those that were said
    unsigned connections; // at once
    int64_t delay;        // ns
    double rate;          // starts a second; 0: no limit
    bool robots;          // its robots.txt is obeyed
    char *agent;          // User-Agent; owned
};

// { 0 } is empty. Owns its rules.
struct rules {
    struct map names; // struct rules_entry by name; "*.example.org" as ".example.org"; "*" as ""
};

// Adds a rule for `pattern`: a host name or address as url_host gives it, "*.NAME" for all hosts
// below NAME, or "*" for all. Takes `rule` (its agent). Errors: -EEXIST, -ENOMEM; then `rule` stays
// the caller's.
int rules_add(struct rules *r, struct span pattern, const struct rule *rule);
void rules_fini(struct rules *r);

// Of all rules that `host` falls under, the nearest word for each part: its own name's, then the
// longest pattern's. Returns the parts there are; `out` has no others. Its agent is borrowed.
unsigned rules_find(const struct rules *r, struct span host, struct rule *out);
#endif
