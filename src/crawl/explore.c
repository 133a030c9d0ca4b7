// SPDX-License-Identifier: MIT
#include "crawl/explore.h"
#include "crawl/coordinator.h"
#include "crawl/same.h"
#include "crawl/settle.h"
#include "frontier/continuation.h"
#include "output/output.h"
#include "sys/log.h"
#include "web/domain.h"
#include "web/url_canonical.h"
#include <errno.h>
#include <stdlib.h>

// A user name and password that stood in a seed, for all of its origin.
struct login {
    struct map_node node; // key: the origin
    char *credentials;
    char origin[];
};

// ---- opening and closing

static int open_scope(struct coordinator *c)
{
    struct explore *x = c->explore;
    const struct scope_settings *s = &c->settings->explore.scope;
    char why[SCOPE_WHY] = "out of memory";
    int r = s->reach == SCOPE_DOMAIN ? domain_list_new(&x->domains) : 0;
    if (r == -ENOENT)
        log_error("--scope domain: there is no list of public suffixes: install publicsuffix, or "
                  "name the hosts with --hosts");
    if (r < 0)
        return r;
    r = scope_new(&x->scope, s, x->domains, why);
    if (r < 0)
        log_error("%s", why);
    return r;
}

// A host that was listed may be anywhere, as a seed may.
static int trust_listed(struct coordinator *c)
{
    const char *const *name = c->settings->explore.scope.hosts;
    int r = 0;
    for (; r != -ENOMEM && name && *name; name++) {
        struct buffer text = { 0 };
        struct url u;
        if (**name == '.')
            continue;
        buffer_add_format(&text, "http://%s/", *name);
        r = text.failed ? -ENOMEM : url_parse(&u, buffer_span(&text), NULL, NULL);
        if (r == 0) {
            trust_add(&c->trust, host_place_hash(&u));
            u.port = 443;
            trust_add(&c->trust, host_place_hash(&u));
            url_fini(&u);
        }
        buffer_fini(&text);
    }
    return r == -ENOMEM ? r : 0;
}

static int add_sitemaps(struct coordinator *c)
{
    const char *const *text = c->settings->explore.sitemaps;
    for (; text && *text; text++) {
        struct url u;
        int r = url_parse(&u, span_of(*text), NULL, NULL);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            continue; // looked at by the command
        url_canonical(&u);
        if (c->settings->explore.scope.reach == SCOPE_PREFIX)
            marks_add(&c->explore->seeds, map_hash(host_key(&u)));
        else if (explore_add_seed(c, &u, NULL, true) < 0)
            explore_lose(c);
        explore_link(c, &(struct explore_link){ .href = url_href(&u),
                                                .mark = EXPLORE_SITEMAP | EXPLORE_SEED });
        url_fini(&u);
    }
    return 0;
}

int explore_open(struct coordinator *c)
{
    struct explore *x = c->explore = calloc(1, sizeof *x);
    if (!x)
        return -ENOMEM;
    x->known.room = EXPLORE_KNOWN;
    x->notes.said = x->queries.said = true;
    list_init(&x->listing);
    c->stock.host_most = c->settings->explore.host_most;
    return open_scope(c);
}

int explore_start(struct coordinator *c)
{
    int r = explore_open_disk(c);
    if (r < 0)
        return r;
    if (c->settings->explore.follow_sitemaps)
        c->on_sitemaps = explore_sitemaps;
    r = trust_listed(c);
    if (r == 0)
        r = add_sitemaps(c);
    if (r < 0)
        log_error("cannot start: %s", strerror(-r));
    return r;
}

static void free_login(struct map_node *n, void *arg)
{
    struct login *l = (struct login *)((char *)n - offsetof(struct login, node));
    (void)arg;
    free(l->credentials);
    free(l);
}

void explore_close(struct coordinator *c)
{
    struct explore *x = c->explore;
    if (!x)
        return;
    if (x->own_store) {
        store_close(c->store);
        c->store = NULL;
    }
    state_close(x->state);
    scope_free(x->scope);
    domain_list_free(x->domains);
    recent_fini(&x->known);
    marks_fini(&x->seeds);
    map_each(&x->logins, free_login, NULL);
    map_fini(&x->logins);
    same_free(x->bodies);
    buffer_fini(&x->notes.text);
    buffer_fini(&x->queries.text);
    buffer_fini(&x->item);
    buffer_fini(&x->via);
    buffer_fini(&x->location);
    buffer_fini(&x->same);
    free(x);
    c->explore = NULL;
}

// ---- links

// The hash under which a link that was left out is known: beside its own, since the same URL may be
// found again where it is followed, from a page nearer to a seed or by a link without nofollow.
static uint64_t known_as(uint64_t hash, enum left_out why)
{
    return hash ^ (uint64_t)why * UINT64_C(0x9e3779b97f4a7c15);
}

static void log_left_out(struct coordinator *c, const struct explore_link *link, enum left_out why)
{
    struct buffer *out = output_buffer(c->rejected);
    json_object_open(out);
    json_key(out, "url");
    json_text(out, link->href);
    json_key(out, "reason");
    json_text(out, span_of(left_out_word(why)));
    json_key(out, "depth");
    json_uint(out, link->depth);
    if (link->via.p) {
        json_key(out, "via");
        json_text(out, link->via);
    }
    json_object_close(out);
    json_newline(out);
    output_added(c->rejected);
}

void explore_leave_out(struct coordinator *c, const struct explore_link *link, enum left_out why)
{
    c->stats.left_out[why]++;
    if (c->rejected)
        log_left_out(c, link, why);
}

// A link that is lost would be a page that is missing, and nobody would know: better to end here,
// and go on from the last commit if there is a state.
void explore_lose(struct coordinator *c)
{
    if (c->end != CRAWL_BROKEN)
        log_error("out of memory: links that were found cannot be followed");
    coordinator_break(c);
}

static void put(struct coordinator *c, const struct explore_link *link, const struct url *u,
                uint64_t hash)
{
    struct explore *x = c->explore;
    unsigned depth = link->depth < UINT16_MAX ? link->depth : UINT16_MAX;
    struct continuation_url item = {
        .href = link->href, .via = link->via, .depth = (uint16_t)depth, .mark = link->mark
    };
    buffer_clear(&x->item);
    continuation_of_url(&x->item, &item);
    if (x->item.failed) {
        explore_lose(c);
        return;
    }
    uint64_t host = map_hash(host_key(u));
    struct store_link l = {
        .host = host, .hash = hash, .depth = item.depth, .item = buffer_span(&x->item)
    };
    store_link(c->store, &l);
    stock_put(&c->stock, host);
}

static enum left_out judge(struct coordinator *c, const struct explore_link *link,
                           const struct url *u)
{
    struct scope_link l = { u, link->depth, link->nofollow, false };
    if (link->mark & EXPLORE_SEED)
        return LEFT_OUT_NOT;
    return scope_judge(c->explore->scope, &l);
}

void explore_link(struct coordinator *c, const struct explore_link *link)
{
    struct explore *x = c->explore;
    uint64_t hash = store_hash(c->store, link->href);
    struct url u;
    c->stats.links++;
    if (recent_has(&x->known, hash) || recent_has(&x->known, known_as(hash, LEFT_OUT_SCOPE)))
        return;
    enum url_error wrong = URL_FINE;
    if (url_parse(&u, link->href, NULL, &wrong) < 0) {
        if (wrong == URL_NO_MEMORY) // anything else a worker has made up
            explore_lose(c);
        return;
    }
    enum left_out why = judge(c, link, &u);
    if (why == LEFT_OUT_NOT) {
        recent_add(&x->known, hash);
        if (!(link->mark & EXPLORE_SEED))
            explore_note_query(c, &u, hash);
        put(c, link, &u, hash);
    } else if (recent_add(&x->known, known_as(hash, why))) {
        explore_leave_out(c, link, why);
    }
    url_fini(&u);
}

// ---- seeds

int explore_keep_login(struct explore *x, const struct url *u, const char *credentials)
{
    struct span origin = host_key(u);
    uint64_t hash = map_hash(origin);
    if (map_find(&x->logins, hash, origin))
        return 0;
    struct login *l = calloc(1, sizeof *l + origin.n);
    if (!l || !(l->credentials = strdup(credentials)))
        goto fail;
    memcpy(l->origin, origin.p, origin.n);
    if (map_add(&x->logins, &l->node, hash, (struct span){ l->origin, origin.n }) == 0)
        return 1;
fail:
    if (l)
        free(l->credentials);
    free(l);
    return -ENOMEM;
}

const char *explore_login(const struct explore *x, const struct url *u)
{
    struct span origin = host_key(u);
    struct map_node *n = x->logins.count ? map_find(&x->logins, map_hash(origin), origin) : NULL;
    return n ? ((struct login *)((char *)n - offsetof(struct login, node)))->credentials : NULL;
}

void explore_seed(struct coordinator *c, struct item *i)
{
    url_canonical(&i->url);
    if (explore_add_seed(c, &i->url, i->credentials, true) < 0) {
        explore_lose(c); // fetched by itself it would be a page without its site
    } else {
        explore_link(c, &(struct explore_link){ .href = url_href(&i->url), .mark = EXPLORE_SEED });
        c->stats.links--; // it was typed
        c->stats.taken--; // and is taken when it comes back
    }
    item_free(i);
}
