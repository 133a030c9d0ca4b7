// SPDX-License-Identifier: MIT
#ifndef RESOLVE_OVERRIDES_H
#define RESOLVE_OVERRIDES_H
#include "data/list.h"
#include "data/map.h"
#include "data/span.h"
#include "web/address.h"
#include <stddef.h>
#include <stdint.h>

// What `--resolve` says, with curl's rules: "[+]HOST:PORT:ADDRESS[,ADDRESS]...". HOST may be "*",
// for every host at that port that has no entry of its own; IPv6 is in brackets (which an ADDRESS
// may leave out). A later entry for the same host and port replaces the earlier one. { 0 } is
// empty.
struct overrides {
    struct map entries; // of struct overrides_entry
};

struct overrides_entry {
    struct map_node by_place; // the key is the port, two bytes, and the host in lower case
    unsigned count;
    struct address *address;
    size_t key_length;
    char key[];
};

// Reads one entry. Errors: -EINVAL with a sentence in `why` (room bytes) that quotes `text`;
// -ENOMEM.
int overrides_add(struct overrides *o, const char *text, char *why, size_t room);

// The entry for `name` (lower case, without a trailing dot, an IPv6 address without brackets) and
// `port`; NULL when there is none.
const struct overrides_entry *overrides_find(const struct overrides *o, struct span name,
                                             uint16_t port);

// Frees what it holds; it is empty and usable afterwards.
void overrides_fini(struct overrides *o);
#endif
