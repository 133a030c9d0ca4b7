// SPDX-License-Identifier: MIT
#ifndef DISCOVER_SCOPE_H
#define DISCOVER_SCOPE_H
#include "discover/traps.h"

struct domain_list;

// How far from its seeds a crawl goes.
enum scope_reach {
    SCOPE_HOST,   // hosts of the seeds, by name, whatever scheme and port
    SCOPE_DOMAIN, // their registrable domains
    SCOPE_PREFIX, // their hosts, and there the directory that the seed lies in
    SCOPE_ANY,    // everywhere
};

// Lists are NULL-terminated or NULL.
struct scope_settings {
    enum scope_reach reach;
    const char *const *hosts; // further ones: "NAME", or ".NAME" for it and all below it
    const char *const *accept, *const *reject; // regular expressions
    unsigned level;                            // links from a seed; 0: no bound
    bool nofollow;                             // links with nofollow are not followed
    struct trap_settings traps;
};

// Which links a crawl follows. Pure but for memory.
struct scope;

enum { SCOPE_WHY = 400 };

// `settings` and `domains` (needed for SCOPE_DOMAIN) are borrowed. Errors: -ENOMEM; -EINVAL with a
// sentence in `why` (SCOPE_WHY bytes) that names what it is about.
int scope_new(struct scope **out, const struct scope_settings *settings,
              const struct domain_list *domains, char *why);
void scope_free(struct scope *s);

// Says that a crawl starts at `u`, or that a seed has redirected there. Returns whether that brings
// something new into scope. Errors: -ENOMEM.
int scope_add_seed(struct scope *s, const struct url *u);

// A link.
struct scope_link {
    const struct url *url; // in canonical form
    unsigned depth;        // of the link: that of its page and one
    bool nofollow;
    bool known; // it has been come upon before, and is not to be counted
};

// Whether it is followed, or why not.
enum left_out scope_judge(struct scope *s, const struct scope_link *link);

// Whether a link to `u` that is followed was counted among those of its path (traps_path). A run
// that goes on has each of them counted again.
bool scope_counts(const struct scope *s, const struct url *u);
void scope_recall(struct scope *s, uint64_t path);
#endif
