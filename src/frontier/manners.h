// SPDX-License-Identifier: MIT
#ifndef FRONTIER_MANNERS_H
#define FRONTIER_MANNERS_H
#include "frontier/adapt.h"
#include <stdbool.h>
#include <stdint.h>

struct domain_list;
struct rules;

// What shares a pace. Behind a proxy it is the host in any case, for nobody knows the address that
// is connected to in the end.
enum manners_group {
    MANNERS_HOST,   // everything of one host name, whatever its scheme and port
    MANNERS_DOMAIN, // of one registrable domain
    MANNERS_IP,     // of one address
};

// How a run behaves towards those whose servers it asks. Set up once, borrowed by the frontier; { 0
// } asks for nothing but a pace. Times are ns.
struct manners {
    enum manners_group group;
    const struct domain_list *domains; // for MANNERS_DOMAIN; borrowed
    const struct rules *rules;         // of single hosts; borrowed; NULL: none
    bool robots;                       // robots.txt is obeyed, where no rule says otherwise
    int64_t most_crawl_delay;          // a Crawl-delay beyond this counts as this
    int64_t give_up;                   // a host that has failed for so long is given up
    bool adapt;                        // the delay follows how the host does, and a host that keeps
                                       // failing is set aside
    struct adapt_settings adaptation;
    int64_t least_delay;
};
#endif
