// SPDX-License-Identifier: MIT
#ifndef SERVE_WEB_H
#define SERVE_WEB_H
#include "data/span.h"
#include <stdint.h>

// A synthetic web: hosts h0, h1, … under a suffix, pages 0, 1, … on each. All that is said of a
// host or a page is computed from the seed and the numbers alone, when it is asked for, and nothing
// is kept: a web of a billion pages takes no memory, and is the same wherever and whenever it is
// served. Pure; integers only.
//
// Page k of a host is linked from page (k - 1) / 12, host h from the first page of host (h - 1) /
// 8; what is broken, forbidden by robots.txt or a redirect has nothing below it in those trees. So
// every page of a host can be reached from its first page, and every host from h0, except what a
// host that is broken as a whole has on it.
struct web {
    uint64_t seed;
    uint32_t hosts, pages; // pages a host. At least 1 each
    const char *suffix;    // "web.test"
    uint16_t port;         // stands in absolute links, unless it is 80
    uint32_t delay_ms;     // the median of what a page waits before it answers
    uint32_t errors;       // the share that is broken, in millionths
};

enum {
    WEB_HOSTS_MAX =
        127 << 16, // that many have an address of their own in 127.1.0.0 to 127.127.255.255
    WEB_PAGES_MAX = 1000000000,
    WEB_NAME_ROOM = 272, // a host's name and its NUL, for suffixes of up to WEB_SUFFIX_MAX bytes
    WEB_SUFFIX_MAX = 240,
    WEB_PATH_ROOM = 64, // a page's path and its NUL
};

enum web_fault {
    WEB_FINE,
    WEB_NOT_FOUND,    // 404
    WEB_SERVER_ERROR, // 500
    WEB_UNAVAILABLE,  // 503 with Retry-After
    WEB_RESET,        // the connection is reset
    WEB_TRUNCATED,    // the body ends early
    WEB_SLOW,         // sound, but after web_slow_ms
    WEB_LOST,         // a host whose name the responder does not know
};

// What is wrong with a host as a whole: WEB_SERVER_ERROR, WEB_RESET, WEB_SLOW, WEB_LOST or nothing.
enum web_fault web_host_fault(const struct web *w, uint32_t host);

// What a host's robots.txt says.
struct web_robots {
    bool missing;         // there is none: 404
    unsigned crawl_delay; // seconds; 0: says nothing of it
};
struct web_robots web_robots(const struct web *w, uint32_t host);

struct web_page {
    enum web_fault fault;
    uint32_t size;     // bytes its HTML aims at
    uint32_t delay_ms; // before it answers
    uint32_t links;
    uint32_t children, first_child; // links 0 … children - 1 lead to those pages of the same host
    uint32_t cousins, first_cousin; // the links after them to the first pages of those hosts
    bool redirect;                  // 301 to page `target`, which is none
    uint32_t target;
    bool private;     // forbidden by robots.txt
    int64_t modified; // seconds since 1970
};

// Fills in all about page `page` (below w->pages) of host `host` (below w->hosts).
void web_page(const struct web *w, uint32_t host, uint32_t page, struct web_page *out);

// How a link is written.
enum web_link_form {
    WEB_LINK_PATH,
    WEB_LINK_RELATIVE,
    WEB_LINK_FULL,
    WEB_LINK_NO_SCHEME,
    WEB_LINK_FORMS
};

struct web_link {
    uint32_t host, page;
    enum web_link_form form;
    bool fragment;
};

// Link `i` (below p->links) of page `p`, which is page `page` of host `host`.
void web_link(const struct web *w, uint32_t host, uint32_t page, const struct web_page *p,
              uint32_t i, struct web_link *out);

// How long what is slow waits, in milliseconds.
uint32_t web_slow_ms(const struct web *w);

// Writes the path of a page ("/", "/garden/quiet-river-17.html") and a NUL. Returns its length.
size_t web_path(const struct web *w, uint32_t host, uint32_t page, char out[WEB_PATH_ROOM]);

// The page with exactly this path. Returns false when there is none.
bool web_find_page(const struct web *w, uint32_t host, struct span path, uint32_t *page);

// Writes the name of a host ("h17.web.test") and a NUL. Returns its length.
size_t web_name(const struct web *w, uint32_t host, char out[WEB_NAME_ROOM]);

// Writes the authority of a host's URLs: its name and, unless it is 80, its port. Returns the
// length.
size_t web_authority(const struct web *w, uint32_t host, char out[WEB_NAME_ROOM]);

// Whether `name` (in any case, a final dot and a port allowed) is under the suffix; `label` is then
// what stands before it, without its dot, and absent for the suffix itself.
bool web_under_suffix(const char *suffix, struct span name, struct span *label);

// The number of the host "h<digits>"; returns false when `label` is not of that form.
bool web_host_number(struct span label, uint32_t *host);

// A number that depends on all of its arguments and on nothing else; `what` keeps uses apart.
uint64_t web_mix(uint64_t seed, uint64_t host, uint64_t page, uint64_t what);
#endif
