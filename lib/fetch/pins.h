// SPDX-License-Identifier: MIT
#ifndef FETCH_PINS_H
#define FETCH_PINS_H
#include "web/address.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

// How addresses are handed to libcurl, which must never resolve. Its host cache gets no host's
// addresses at all, but one wildcard entry a port ("*:443") of as many placeholders as a request
// has addresses, of the same families in the same order, for libcurl to walk as it races them
// (RFC 8305). Each time it opens a socket for one, pins_address tells the real address that stands
// behind it, and that is written over the placeholder, as CURLOPT_OPENSOCKETFUNCTION allows. So
// libcurl cannot connect to anything but what the request names, however often it retries, and
// the cache holds PINS_PORTS entries a multi, however many hosts are fetched.
//
// Measured on 20,000 hosts, 256 in flight, sixteen multis (user instructions a request, callgrind):
// an entry a host, added with the transfer and removed with a later one, 96,700. This 90,700, and
// nothing at all on a kept connection. CONNECT_TO 87,200, but with one address only, a forced
// tunnel through proxies, and one bundle of connections for all hosts behind an IP, O(n) on a CDN.
enum { PINS_PORTS = 8, PINS_ADDRESSES = 16, PINS_TEXT = 16 + 15 * PINS_ADDRESSES };

// What a list of addresses looks like from libcurl's side.
struct pins_shape {
    uint8_t first; // family of the first address: 4 or 6
    uint8_t count4, count6;
};

// An entry, and the list for CURLOPT_RESOLVE that makes it. libcurl reads the list only when the
// transfer starts. By then it may have been written anew, for it is always valid: a transfer that
// then lacks its entry fails to resolve before anything was sent, and is started again.
struct pins_entry {
    uint16_t port; // 0: free
    uint16_t gone; // the port that gave way to it, which the list removes; 0: none
    struct pins_shape shape;
    struct curl_slist add, remove;
    char add_text[PINS_TEXT], remove_text[16];
};

// What one multi's host cache holds. { 0 } is an empty one. Outlives its multi's transfers.
struct pins {
    struct pins_entry at[PINS_PORTS];
    unsigned next; // the one that gives way to a new port
};

// The list that a transfer to `port` of these addresses must load; NULL when the multi has a
// fitting entry already and `load` is false. Borrowed from `p`. `n` is not 0.
struct curl_slist *pins_list(struct pins *p, uint16_t port, const struct address *a, unsigned n,
                             bool load);

// Which of the addresses stands behind the `nth` placeholder (from 0) of `family`. When there are
// fewer, the count starts again; when there is none of that family, any counts. `n` is not 0.
const struct address *pins_address(const struct address *a, unsigned n, unsigned nth, int family);
#endif
