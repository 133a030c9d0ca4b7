// SPDX-License-Identifier: MIT
#ifndef STORE_STATE_HOSTS_H
#define STORE_STATE_HOSTS_H
#include "store/state.h"

// What is known of each host, by the hash of its origin.
typedef int state_hosts_visit(void *arg, uint64_t host, struct span value);

// Errors of all of them: see state.h.
int state_hosts_put(struct state *s, uint64_t host, struct span value);

// Sets `out`, borrowed until the next change. Returns 1; 0 when the host is not known.
int state_hosts_get(struct state *s, uint64_t host, struct span *out);

// What its robots.txt says, which is long and hardly ever changes: in a table of its own. As above.
int state_hosts_put_robots(struct state *s, uint64_t host, struct span value);
int state_hosts_get_robots(struct state *s, uint64_t host, struct span *out);

// Shows all of them (not what their robots.txt says), and tells how many they are.
int state_hosts_each(struct state *s, state_hosts_visit *visit, void *arg);
int state_hosts_count(struct state *s, uint64_t *out);
#endif
