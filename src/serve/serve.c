// SPDX-License-Identifier: MIT
#include "serve/serve.h"
#include "sched/loop.h"
#include "sched/park.h"
#include "serve/access_log.h"
#include "serve/connection.h"
#include "serve/dns.h"
#include "serve/listener.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <stdlib.h>

enum { SERVE_KEPT_BLOCKS = 256 };

static int serve_take(struct listener *l, int fd)
{
    struct connection *c = calloc(1, sizeof *c);
    if (!c)
        return -ENOMEM;
    c->server = l->server;
    c->fd = fd;
    c->drained = true;
    c->number = l->server->counts.connections + 1;
    int r = nursery_spawn(&l->server->fibers, "connection", connection_serve, c);
    if (r < 0)
        free(c);
    else
        l->server->counts.connections++;
    return r;
}

static int serve_take_tls(struct listener *l, int fd)
{
    return play_take(&l->server->play, &l->server->fibers, fd);
}

// ---- what can be wrong with the settings

static int serve_wrong(const char *what, const char *text)
{
    log_error("%s: '%s'", what, text);
    return -EINVAL;
}

// A suffix is labels of 1 to 63 letters, digits and hyphens.
static bool serve_suffix_is_good(const char *suffix)
{
    size_t n = strlen(suffix), label = 0;
    if (n == 0 || n > WEB_SUFFIX_MAX)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = suffix[i];
        bool letter =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        if (c == '.' ? label == 0 : !letter || label == 63)
            return false;
        label = c == '.' ? 0 : label + 1;
    }
    return label > 0;
}

static int serve_check(const struct serve_settings *s)
{
    if (!serve_suffix_is_good(s->suffix))
        return serve_wrong("a suffix is a name such as " SERVE_SUFFIX ", not", s->suffix);
    if (s->web_hosts > WEB_HOSTS_MAX || s->web_pages > WEB_PAGES_MAX ||
        (s->web_hosts > 0) != (s->web_pages > 0)) {
        log_error("a synthetic web has 1 to %d hosts of 1 to %d pages", WEB_HOSTS_MAX,
                  WEB_PAGES_MAX);
        return -EINVAL;
    }
    if (!(s->web_errors >= 0 && s->web_errors <= 1) || s->web_delay < 0 ||
        s->web_delay > 3600 * CLOCK_S) {
        log_error("the share of errors is 0 to 1, the delay an hour at most");
        return -EINVAL;
    }
    return 0;
}

// ---- starting

// Whether all of 127/8 is served, each host of the web at an address of its own.
static bool serve_spreads(const struct serve_settings *s)
{
    return !s->bind && s->web_hosts > 0 && !s->one_address;
}

static int serve_listen(struct server *s, struct listener **out, uint16_t port,
                        int (*take)(struct listener *l, int fd))
{
    const struct serve_settings *t = &s->settings;
    struct endpoint at;
    char text[ENDPOINT_TEXT];
    bool spreads = serve_spreads(t);
    if (endpoint_of(&at, t->bind ? t->bind : spreads ? "0.0.0.0" : "127.0.0.1", port) < 0)
        return serve_wrong("no address to listen on", t->bind);
    int r = listener_open(out, s, &at, spreads, take);
    if (r < 0)
        log_error("cannot listen on %s: %s", endpoint_text(&at, text), strerror(-r));
    return r;
}

static int serve_open_tls(struct server *s)
{
    const struct serve_settings *t = &s->settings;
    if (!t->tls_ca)
        return 0;
    int r = play_open(&s->play, t->suffix, t->tls_ca, t->idle_timeout);
    return r < 0 ? r : serve_listen(s, &s->tls, t->tls_port, serve_take_tls);
}

// Where the names of the zone lead when not each to an address of its own: to the address listened
// on.
static bool serve_only_address(const struct server *s, struct endpoint *only)
{
    const struct serve_settings *t = &s->settings;
    *only = s->listener->at;
    bool any = endpoint_is_any(only);
    if (any && only->any.sa_family == AF_INET && !t->one_address)
        return false;
    if (any)
        endpoint_of(only, only->any.sa_family == AF_INET ? "127.0.0.1" : "::1", 0);
    return true;
}

static int serve_answer_dns(struct server *s)
{
    struct endpoint at, only;
    char text[ENDPOINT_TEXT];
    if (!s->settings.dns)
        return 0;
    if (endpoint_parse(&at, s->settings.dns) < 0)
        return serve_wrong("DNS is answered on [ADDRESS:]PORT, not on", s->settings.dns);
    bool one = serve_only_address(s, &only);
    int r = dns_open(&s->dns, s, &at, one ? &only : NULL);
    if (r < 0)
        log_error("cannot answer DNS on %s: %s", endpoint_text(&at, text), strerror(-r));
    else
        s->dns_at = at;
    return r;
}

static int serve_open_log(struct server *s)
{
    int r = s->settings.log ? access_log_open(&s->log, s->settings.log, &s->fibers) : 0;
    if (r < 0)
        log_error("cannot write %s: %s", s->settings.log, strerror(-r));
    return r;
}

static void serve_make_web(struct server *s)
{
    const struct serve_settings *t = &s->settings;
    s->web = (struct web){ .seed = t->seed,
                           .hosts = t->web_hosts,
                           .pages = t->web_pages,
                           .suffix = t->suffix,
                           .port = serve_port(s),
                           .delay_ms = (uint32_t)(t->web_delay / CLOCK_MS),
                           .errors = (uint32_t)(t->web_errors * 1e6 + 0.5) };
}

int serve_start(struct server **out, const struct serve_settings *settings)
{
    int r = serve_check(settings);
    if (r < 0)
        return r;
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->settings = *settings;
    if (s->settings.idle_timeout == 0)
        s->settings.idle_timeout = CLOCK_NEVER;
    nursery_init(&s->fibers, "server");
    list_init(&s->room);
    pool_init(&s->intakes, sizeof(struct intake), SERVE_KEPT_BLOCKS);
    pool_init(&s->outlets, sizeof(struct outlet), SERVE_KEPT_BLOCKS);
    r = serve_open_log(s);
    if (r == 0)
        r = serve_listen(s, &s->listener, s->settings.port, serve_take);
    if (r == 0)
        r = serve_open_tls(s);
    if (r == 0) {
        serve_make_web(s); // the port stands in its links
        r = serve_answer_dns(s);
    }
    if (r < 0) {
        serve_stop(s);
        return r;
    }
    *out = s;
    return 0;
}

void serve_stop(struct server *s)
{
    if (!s)
        return;
    nursery_cancel(&s->fibers);
    nursery_close(&s->fibers);
    listener_close(s->listener);
    listener_close(s->tls);
    play_close(&s->play);
    dns_close(s->dns);
    access_log_close(s->log);
    flaky_fini(&s->flaky);
    pool_fini(&s->intakes);
    pool_fini(&s->outlets);
    free(s);
}

uint16_t serve_port(const struct server *s)
{
    return endpoint_port(&s->listener->at);
}

uint16_t serve_tls_port(const struct server *s)
{
    return s->tls ? endpoint_port(&s->tls->at) : 0;
}

uint16_t serve_dns_port(const struct server *s)
{
    return s->dns ? endpoint_port(&s->dns_at) : 0;
}

struct serve_counts serve_counts(const struct server *s)
{
    return s->counts;
}
