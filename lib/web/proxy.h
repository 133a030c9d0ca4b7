// SPDX-License-Identifier: MIT
#ifndef WEB_PROXY_H
#define WEB_PROXY_H
#include "data/span.h"
#include "web/address.h"
#include <stdbool.h>
#include <stdint.h>

// Which proxy a URL goes through, if any. Pure but for memory.

// A proxy that somebody named. { 0 } is none. Owns its strings.
struct proxy_place {
    char *url;         // "SCHEME://HOST:PORT", without credentials; NULL: there is no proxy
    char *credentials; // "user:password", percent-encoded as given; NULL: none
    struct span host;  // in `url`, without the brackets of an IPv6 address
    uint16_t port;
    struct address address; // when the host is a literal one; otherwise of family 0
};

// What decides. Borrows everything. { 0 }: everything goes straight.
struct proxy_rules {
    const struct proxy_place *http, *https; // for URLs of these schemes; NULL: none
    struct span except;                     // a list as in no_proxy
};

// Reads "[SCHEME://][USER:PASSWORD@]HOST[:PORT][/]" as curl does: the scheme is http unless it says
// https, socks4a (socks4, socks) or socks5h (socks5); a SOCKS proxy always finds the host's name
// out. The port is 1080, of https 443, unless it is given. `out` is ended with proxy_place_fini.
// Errors, `out` untouched: -EINVAL with `why`, a sentence that shows nothing of `text`; -ENOMEM.
int proxy_parse(struct proxy_place *out, struct span text, const char **why);

// Frees the strings; the place is { 0 } afterwards.
void proxy_place_fini(struct proxy_place *p);

// Whether it is a proxy that takes http URLs as they are, over one connection for all hosts.
bool proxy_is_http(const struct proxy_place *p);

// Whether `host` (as in a URL, with or without brackets) is in `list`, which has names apart by
// commas or blanks as no_proxy does. A name stands for itself and all below it, with or without a
// dot before it; an address for itself; "*" for everything. Ports are ignored.
bool proxy_list_has(struct span list, struct span host);

// The proxy for `host` and the scheme; NULL when it is to be reached straight.
const struct proxy_place *proxy_choose(const struct proxy_rules *rules, bool https,
                                       struct span host);
#endif
