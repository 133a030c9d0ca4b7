// SPDX-License-Identifier: MIT
#include "engine/green.h"
#include "data/list.h"
#include "data/map.h"
#include "engine/coro.h"
#include "fetch/easy.h"
#include "fetch/request.h"
#include "fetch/start.h"
#include "sched/green.h"
#include <errno.h>
#include <stdlib.h>

// Engine coro over an io of its own, which has a handle for each exchange under way. A handle has
// its own connections and shares them with nobody; so of those that are idle, one is taken that was
// at the same host last, or else the one that has not been used for longest.
enum { GREEN_HOSTS = 256 }; // lists that idle handles are looked for in; a power of two

struct green_handle {
    struct list idle; // among all
    struct list same; // among those whose last host is in the same list
    struct easy *easy;
};

struct green {
    struct io io;
    const struct fetch_settings *settings;
    struct list idle; // the one used last is the first
    struct list hosts[GREEN_HOSTS];
};

static struct list *green_hosts(struct green *g, const struct request *q)
{
    return &g->hosts[map_hash(request_origin(q)) % GREEN_HOSTS];
}

static int green_new_handle(struct green *g, struct green_handle **out)
{
    struct green_handle *h = malloc(sizeof *h);
    if (!h)
        return -ENOMEM;
    int r = easy_new_green(&h->easy, g->settings);
    if (r < 0) {
        free(h);
        return r;
    }
    list_init(&h->idle);
    list_init(&h->same);
    *out = h;
    return 0;
}

static int green_take(struct green *g, struct list *hosts, struct green_handle **out)
{
    struct green_handle *h;
    if (!list_empty(hosts))
        h = list_entry(hosts->next, struct green_handle, same);
    else if (!list_empty(&g->idle))
        h = list_entry(g->idle.prev, struct green_handle, idle);
    else
        return green_new_handle(g, out);
    list_remove(&h->idle);
    list_remove(&h->same);
    *out = h;
    return 0;
}

static int green_fetch(struct io *io, const struct request *request, struct sink *sink,
                       struct response *out)
{
    struct green *g = list_entry(io, struct green, io);
    struct list *hosts = green_hosts(g, request);
    struct green_handle *h;
    int r = green_take(g, hosts, &h);
    if (r < 0)
        return r;
    struct io *own = easy_io(h->easy);
    r = own->fetch(own, request, sink, out);
    list_push_front(&g->idle, &h->idle);
    list_push_front(hosts, &h->same);
    return r;
}

static void green_done_with(struct io *io)
{
    struct green *g = list_entry(io, struct green, io);
    struct list *node;
    while ((node = list_pop(&g->idle))) {
        struct green_handle *h = list_entry(node, struct green_handle, idle);
        easy_free(h->easy);
        free(h);
    }
    green_end();
    free(g);
}

int green_open(struct engine **out, const struct engine_spec *spec,
               const struct engine_setup *setup)
{
    int r = start_libcurl(); // and OpenSSL, which a visit may need before it has a handle
    if (r < 0)
        return r;
    struct green *g = malloc(sizeof *g);
    if (!g)
        return -ENOMEM;
    g->io = (struct io){ .fetch = green_fetch, .wait = errand_park };
    g->settings = &setup->settings->fetch;
    list_init(&g->idle);
    for (unsigned i = 0; i < GREEN_HOSTS; i++)
        list_init(&g->hosts[i]);
    green_begin();
    return coro_open_io(out, spec, setup, &g->io, green_done_with);
}
