// SPDX-License-Identifier: MIT
#include "cookie/jar.h"
#include "cookie/jar_cookies.h"
#include "web/domain.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

int jar_new(struct jar **out, const struct domain_list *domains)
{
    struct jar *j = calloc(1, sizeof *j);
    if (!j)
        return -ENOMEM;
    j->domains = domains;
    list_init(&j->used);
    *out = j;
    return 0;
}

static void jar_drop(struct jar *j, struct jar_cookie *c)
{
    struct jar_owner *o = c->owner; // NOLINT(clang-analyzer-unix.Malloc): off the list when freed
    list_remove(&c->node);
    list_remove(&c->used);
    free(c);
    j->count--;
    if (--o->count > 0)
        return;
    map_remove(&j->owners, &o->node);
    free(o);
}

void jar_free(struct jar *j)
{
    if (!j)
        return;
    while (!list_empty(&j->used))
        jar_drop(j, list_entry(j->used.next, struct jar_cookie, used));
    map_fini(&j->owners);
    free(j);
}

unsigned jar_count(const struct jar *j)
{
    return j->count;
}

// Who owns a host's or a cookie's domain. Without the list of public suffixes each host is its own.
static struct span jar_owner_name(const struct jar *j, struct span domain)
{
    return j->domains ? domain_registrable(j->domains, domain) : domain;
}

static struct jar_owner *jar_find(const struct jar *j, struct span domain)
{
    struct span name = jar_owner_name(j, domain);
    struct map_node *n = map_find(&j->owners, map_hash(name), name);
    return n ? (struct jar_owner *)((char *)n - offsetof(struct jar_owner, node)) : NULL;
}

static struct jar_owner *jar_make(struct jar *j, struct span domain)
{
    struct span name = jar_owner_name(j, domain);
    struct jar_owner *o = jar_find(j, domain);
    if (o)
        return o;
    o = calloc(1, sizeof *o + name.n);
    if (!o)
        return NULL;
    memcpy(o->name, name.p, name.n);
    list_init(&o->cookies);
    if (map_add(&j->owners, &o->node, map_hash(name), (struct span){ o->name, name.n }) == 0)
        return o;
    free(o);
    return NULL;
}

static struct jar_cookie *jar_twin(const struct jar_owner *o, const struct jar_parts *p)
{
    list_each(node, following, &o->cookies)
    {
        struct jar_cookie *c = list_entry(node, struct jar_cookie, node);
        if (span_equal(jar_name(c), p->name) && span_equal(jar_path(c), p->path) &&
            span_equal(jar_domain(c), p->domain) && c->host_only == p->host_only)
            return c;
    }
    return NULL;
}

static struct jar_cookie *jar_cookie_new(const struct jar_parts *p)
{
    struct jar_cookie *c = calloc(1, sizeof *c + p->domain.n + p->name.n + p->value.n + p->path.n);
    if (!c)
        return NULL;
    c->expires = p->expires;
    c->host_only = p->host_only;
    c->secure = p->secure;
    c->http_only = p->http_only;
    const struct span texts[] = { p->domain, p->name, p->value, p->path };
    uint16_t *const lengths[] = { &c->domain, &c->name, &c->value, &c->path };
    char *to = c->text;
    for (unsigned k = 0; k < 4; k++) {
        *lengths[k] = (uint16_t)texts[k].n;
        if (texts[k].n)
            memcpy(to, texts[k].p, texts[k].n);
        to += texts[k].n;
    }
    return c;
}

// Makes room for the one that has just come: of its owner's goes first what has expired, then what
// was not used for longest.
static void jar_make_room(struct jar *j, const struct jar_cookie *newest, int64_t now)
{
    struct jar_owner *o = newest->owner;
    struct jar_cookie *least = NULL;
    if (o->count > JAR_OWNER_MOST) {
        list_each(node, following, &o->cookies)
        {
            struct jar_cookie *c = list_entry(node, struct jar_cookie, node);
            if (!least || (c->expires <= now && least->expires > now))
                least = c;
        }
    } else if (j->count > JAR_MOST) {
        least = list_entry(j->used.next, struct jar_cookie, used);
    }
    if (least && least != newest)
        jar_drop(j, least);
}

int jar_put(struct jar *j, const struct jar_parts *p, int64_t now)
{
    struct jar_owner *o = jar_find(j, p->domain);
    struct jar_cookie *twin = o ? jar_twin(o, p) : NULL, *c;
    if (p->expires <= now) {
        if (twin)
            jar_drop(j, twin);
        return 0;
    }
    c = jar_cookie_new(p);
    if (!c || !(o = jar_make(j, p->domain))) {
        free(c);
        return -ENOMEM;
    }
    c->owner = o;
    c->created = twin ? twin->created : ++j->created;
    list_push(&o->cookies, &c->node);
    list_push(&j->used, &c->used);
    o->count++;
    j->count++;
    if (twin)
        jar_drop(j, twin);
    else
        jar_make_room(j, c, now);
    return 0;
}

// ---- what a server may say

static bool jar_begins(struct span name, const char *prefix)
{
    size_t n = strlen(prefix);
    return name.n >= n && strncasecmp(name.p, prefix, n) == 0;
}

// The names that promise something.
static bool jar_keeps_promise(const struct cookie_said *said, const struct url *url)
{
    bool secure = said->secure && url->https;
    if (jar_begins(said->name, "__Secure-"))
        return secure;
    if (jar_begins(said->name, "__Host-"))
        return secure && !said->domain.p && said->path.p && span_is(said->path, "/");
    return true;
}

// Settles whom it is for. `room` takes the domain in lower case. Returns whether that is allowed.
static bool jar_settle_domain(const struct jar *j, const struct cookie_said *said,
                              const struct url *url, char *room, struct jar_parts *p)
{
    struct span host = url_host(url);
    p->domain = host;
    p->host_only = true;
    if (!said->domain.p)
        return true;
    for (size_t k = 0; k < said->domain.n; k++)
        room[k] = (char)tolower((unsigned char)said->domain.p[k]);
    struct span domain = { room, said->domain.n };
    if (!cookie_domain_matches(host, domain))
        return false;
    if (span_equal(host, domain) && (!j->domains || domain_is_public(j->domains, domain)))
        return true;
    if (!j->domains || domain_is_public(j->domains, domain))
        return false;
    p->domain = domain;
    p->host_only = url->host_kind != URL_DOMAIN;
    return true;
}

// Whether it would take the place of a Secure one from where anybody may speak.
static bool jar_overlays_secure(const struct jar *j, const struct jar_parts *p)
{
    const struct jar_owner *o = jar_find(j, p->domain);
    if (!o)
        return false;
    list_each(node, following, &o->cookies)
    {
        const struct jar_cookie *c = list_entry(node, struct jar_cookie, node);
        struct span domain = jar_domain(c);
        if (c->secure && span_equal(jar_name(c), p->name) &&
            (cookie_domain_matches(domain, p->domain) ||
             cookie_domain_matches(p->domain, domain)) &&
            cookie_path_matches(p->path, jar_path(c)))
            return true;
    }
    return false;
}

int jar_set(struct jar *j, const struct url *url, struct span value, int64_t now)
{
    struct cookie_said said;
    struct jar_parts p = { .expires = INT64_MAX };
    char room[COOKIE_ATTRIBUTE_MOST];
    if (cookie_parse(&said, value, now) < 0 || !jar_keeps_promise(&said, url) ||
        (said.secure && !url->https) || !jar_settle_domain(j, &said, url, room, &p))
        return 0;
    p.name = said.name;
    p.value = said.value;
    p.path = said.path.p ? said.path : cookie_default_path(url_path(url));
    p.secure = said.secure;
    p.http_only = said.http_only;
    if (said.has_expiry)
        p.expires = said.expires;
    if (p.path.n > COOKIE_ATTRIBUTE_MOST || (!url->https && jar_overlays_secure(j, &p)))
        return 0;
    int r = jar_put(j, &p, now);
    return r < 0 ? r : 1;
}

// ---- what goes with a request

// Whether it goes with a request for `url`.
static bool jar_fits(const struct jar_cookie *c, const struct url *url)
{
    struct span host = url_host(url);
    bool domain =
        c->host_only ? span_equal(host, jar_domain(c)) : cookie_domain_matches(host, jar_domain(c));
    return domain && (url->https || !c->secure) && cookie_path_matches(url_path(url), jar_path(c));
}

// What goes with a request for `url`; what has expired goes for good.
static unsigned jar_pick(struct jar *j, const struct url *url, int64_t now,
                         struct jar_cookie *picked[JAR_OWNER_MOST])
{
    struct jar_owner *o = jar_find(j, url_host(url));
    unsigned n = 0, left = o ? o->count : 0; // with its last cookie the owner goes
    struct list *node = o ? o->cookies.next : NULL;
    while (left-- > 0) {
        struct jar_cookie *c = list_entry(node, struct jar_cookie, node);
        node = node->next;
        if (c->expires <= now)
            jar_drop(j, c);
        else if (jar_fits(c, url))
            picked[n++] = c;
    }
    return n;
}

// Longer paths first, then those that were there first (§5.4).
static int jar_order(const void *a, const void *b)
{
    const struct jar_cookie *x = *(struct jar_cookie *const *)a,
                            *y = *(struct jar_cookie *const *)b;
    if (x->path != y->path)
        return x->path > y->path ? -1 : 1;
    return x->created < y->created ? -1 : x->created > y->created;
}

static void jar_touch(struct jar *j, struct jar_cookie *c)
{
    list_remove(&c->used);
    list_push(&j->used, &c->used);
    list_remove(&c->node);
    list_push(&c->owner->cookies, &c->node);
}

void jar_cookies(struct jar *j, const struct url *url, int64_t now, struct buffer *out)
{
    struct jar_cookie *picked[JAR_OWNER_MOST];
    size_t before = out->n;
    unsigned n = j->count > 0 ? jar_pick(j, url, now, picked) : 0;
    if (n > 1)
        qsort(picked, n, sizeof *picked, jar_order);
    for (unsigned k = 0; k < n; k++) {
        struct span name = jar_name(picked[k]), value = jar_value(picked[k]);
        jar_touch(j, picked[k]);
        if (out->n - before + name.n + value.n + 3 > JAR_HEADER_MOST)
            continue;
        if (out->n > before)
            buffer_add(out, "; ", 2);
        buffer_add(out, name.p, name.n);
        buffer_add_byte(out, '=');
        buffer_add(out, value.p, value.n);
    }
}
