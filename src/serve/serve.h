// SPDX-License-Identifier: MIT
#ifndef SERVE_SERVE_H
#define SERVE_SERVE_H
#include <stdbool.h>
#include <stdint.h>

// A local origin: an HTTP/1.1 server of sizes, delays and faults, of a synthetic web made from a
// seed, and a DNS responder for its names. A fiber a connection.
struct serve_settings {
    const char
        *bind;     // address to listen on, [v6] or v6; NULL: 127.0.0.1, and with a web all of 127/8
    uint16_t port; // 0: any free one
    uint32_t web_hosts; // 0: no synthetic web
    uint32_t web_pages; // a host
    uint64_t seed;
    int64_t web_delay;    // ns, the median a page waits
    double web_errors;    // share of pages and hosts that are broken, 0 to 1
    const char *suffix;   // of the names of the web and of the zone of DNS
    const char *dns;      // "[ADDRESS:]PORT" to answer DNS on; NULL: none
    unsigned dns_ttl;     // seconds
    bool one_address;     // all names lead to the address listened on, not each host to its own
    const char *tls_ca;   // https that misbehaves is served as well, and where the certificate of
                          // its authority is written; NULL: none
    uint16_t tls_port;    // 0: any free one
    const char *log;      // access log, one JSON object a line; NULL: none
    int64_t max_time;     // ns until it stops by itself; 0: never
    int64_t idle_timeout; // ns a peer may keep us waiting; 0: for ever
    int ready_fd;         // where the lines go that say it is ready (standard output: 1)
    bool quiet;           // no summary at the end
};

// What the command line's defaults are.
#define SERVE_PORT 8080
#define SERVE_SUFFIX "web.test"

struct server;

struct serve_counts {
    uint64_t connections, requests, bytes; // bytes: sent, heads included
    uint64_t dns_queries;
};

// Starts to listen and to serve, with fibers on the calling fiber's loop. Copies `s`, borrows its
// strings until serve_stop. Ends with serve_stop. Errors, which have been logged: what opening
// sockets or the log gave, -EINVAL for an address or a name that is none, -ENOMEM.
int serve_start(struct server **out, const struct serve_settings *s);

// The port in use: of HTTP, and of DNS (0 when it is not answered).
uint16_t serve_port(const struct server *s);
uint16_t serve_dns_port(const struct server *s);
uint16_t serve_tls_port(const struct server *s); // 0: no https

struct serve_counts serve_counts(const struct server *s);

// Stops at once: cuts every connection, waits until the fibers have ended (parks), writes the rest
// of the log and frees `s`. NULL is legal.
void serve_stop(struct server *s);

// The whole life of a server: makes the thread's loop, starts, writes "listening on
// http://ADDRESS:PORT" as a last line to ready_fd once connections are accepted, serves until
// SIGINT, SIGTERM or max_time, and says on standard error what it did. Blocks. Returns 0 or a
// negative errno, which has been logged. For a process of its own: `trawl serve`, or a fork that
// closes what it should not hold.
int serve_run(const struct serve_settings *s);
#endif
