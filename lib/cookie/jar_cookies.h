// SPDX-License-Identifier: MIT
#ifndef COOKIE_JAR_COOKIES_H
#define COOKIE_JAR_COOKIES_H
#include "cookie/cookie.h"
#include "cookie/jar.h"
#include "data/list.h"
#include "data/map.h"

// What a jar holds: owners, which are registrable domains, and their cookies. All cookies that a
// host can get, or that its own can be in the way of, are those of one owner.
struct jar {
    const struct domain_list *domains;
    struct map owners;
    struct list used; // all cookies, least lately used first
    unsigned count;
    uint64_t created; // how many ever were: their order
};

struct jar_owner {
    struct map_node node; // key: `name`
    struct list cookies;  // least lately used first
    unsigned count;
    char name[];
};

struct jar_cookie {
    struct list node, used;
    struct jar_owner *owner;
    uint64_t created;
    int64_t expires; // seconds since 1970; INT64_MAX: with the session
    bool host_only, secure, http_only;
    uint16_t domain, name, value, path; // lengths
    char text[];                        // one behind the other
};

static inline struct span jar_domain(const struct jar_cookie *c)
{
    return (struct span){ c->text, c->domain };
}

static inline struct span jar_name(const struct jar_cookie *c)
{
    return (struct span){ c->text + c->domain, c->name };
}

static inline struct span jar_value(const struct jar_cookie *c)
{
    return (struct span){ c->text + c->domain + c->name, c->value };
}

static inline struct span jar_path(const struct jar_cookie *c)
{
    return (struct span){ c->text + c->domain + c->name + c->value, c->path };
}

// What becomes a cookie. Views.
struct jar_parts {
    struct span domain, name, value, path;
    int64_t expires;
    bool host_only, secure, http_only;
};

// Puts a cookie in, in place of one with the same domain, name and path; one that has expired only
// takes that away. Errors: -ENOMEM.
int jar_put(struct jar *j, const struct jar_parts *parts, int64_t now);
#endif
