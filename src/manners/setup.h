// SPDX-License-Identifier: MIT
#ifndef MANNERS_SETUP_H
#define MANNERS_SETUP_H
#include "crawl/settings.h"
#include "frontier/rules.h"

struct domain_list;

// A value that may have been given; { 0 } was not.
struct manners_given {
    bool given;
    int64_t value;
};

// What the command line says of how hosts are to be treated, and what that needs while the run goes
// on. Zeroed before it is filled in.
struct manners_setup {
    struct manners_given min_delay, max_delay, delay_factor; // ns, ns, times
    struct manners_given max_crawl_delay, give_up;           // ns
    const char *host_rules;                                  // a file; NULL: none
    const char *robots_agent; // a product token; NULL: that of the user agent
    const char *contact;      // a URL or a mail address; NULL: none
    // Owned.
    struct rules rules;
    struct domain_list *domains;
    char *agent; // user agent and contact
};

// Fills in what `s` has of it, whose own members (manners.group, robots and adapt, host_delay, the
// user agent) are there already. `crawl`: other people's servers are asked for what nobody has
// listed: a missing contact is warned of. Blocks. Errors, said on the log: -EINVAL what was asked
// for makes no sense; those of host_rules_read; -ENOENT there is no Public Suffix List; -ENOMEM.
int manners_setup(struct manners_setup *m, struct crawl_settings *s, bool crawl);

// Frees what it holds; { 0 } is fine.
void manners_setup_fini(struct manners_setup *m);
#endif
