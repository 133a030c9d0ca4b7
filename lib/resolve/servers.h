// SPDX-License-Identifier: MIT
#ifndef RESOLVE_SERVERS_H
#define RESOLVE_SERVERS_H
#include "data/span.h"
#include "resolve/query.h"
#include "web/address.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

// Who is asked, in which order, and what is put behind a short name: `--dns-servers` or
// resolv.conf(5), read.
enum { SERVERS_MOST = 16, SERVERS_SEARCH = 16, SERVERS_NDOTS_MOST = 15 };

struct server {
    struct address address;
    uint16_t port;
    struct sockaddr_storage at; // with the scope of a link-local address
    socklen_t length;
    char name[64]; // "127.0.0.53", "[::1]:5353": the port is named when it is not 53
};

// Plain values. { .ndots = 1 } has no server yet.
struct servers {
    unsigned count;
    struct server server[SERVERS_MOST];
    unsigned ndots; // names with fewer dots are searched for
    unsigned searches;
    char search[SERVERS_SEARCH][QUERY_NAME + 1]; // lower case, without dots at the ends
    bool tcp;                                    // never ask over UDP (`options use-vc`)
};

// Reads a port, 1 to 65535, in decimal. False when `text` is none; `port` may then be changed.
bool servers_read_port(struct span text, uint16_t *port);

// Reads "ADDRESS[:PORT],...", IPv6 in brackets when a port follows, "%scope" allowed. Errors:
// -EINVAL with a sentence in `why` (room bytes), `out` undefined.
int servers_parse(struct servers *out, const char *list, char *why, size_t room);

// Adds what one line of a resolv.conf says: nameserver, search, domain, options ndots and use-vc.
// What cannot be read is passed over.
void servers_add_line(struct servers *s, struct span line);

// Reads the resolv.conf at `path`; blocks. Without one, or without a nameserver in it, the server
// is 127.0.0.1 (resolv.conf(5)). Errors: -EMFILE, -ENFILE, -ENOMEM: what it says is not known.
int servers_load(struct servers *out, const char *path);
#endif
