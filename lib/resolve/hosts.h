// SPDX-License-Identifier: MIT
#ifndef RESOLVE_HOSTS_H
#define RESOLVE_HOSTS_H
#include "data/list.h"
#include "data/map.h"
#include "data/span.h"
#include "web/address.h"
#include <stdbool.h>

// The names of /etc/hosts (hosts(5)), and those that are answered without any table. { 0 } is
// empty.
struct hosts {
    struct map names; // of struct hosts_entry
};

// One name and its addresses, in the order of the file; a name on several lines has all of theirs.
struct hosts_entry {
    struct map_node by_name; // the key is lower case, without a trailing dot
    unsigned count, room;
    struct address *address;
    char name[];
};

// Adds the names of one line "ADDRESS NAME... # comment". A line that is not of that form is passed
// over, as everybody does. Errors: -ENOMEM.
int hosts_add_line(struct hosts *h, struct span line);

// Adds what the file `path` holds. Blocks. One that cannot be opened holds nothing, unless it is we
// who lack what it takes. Errors: -ENOMEM, -EMFILE, -ENFILE.
int hosts_load(struct hosts *h, const char *path);

// The entry of `name` (lower case, without a trailing dot), NULL when there is none.
const struct hosts_entry *hosts_find(const struct hosts *h, struct span name);

// Frees what it holds; it is empty and usable afterwards.
void hosts_fini(struct hosts *h);

// Whether `name` is "localhost" or below it: always loopback (RFC 6761 §6.3).
bool hosts_is_localhost(struct span name);

// Whether no server may be asked for `name`: ".onion" (RFC 7686 §2) and ".invalid" (RFC 6761 §6.4).
bool hosts_is_nowhere(struct span name);
#endif
