// SPDX-License-Identifier: MIT
#include "resolve/roster.h"
#include "sys/clock.h"
#include <errno.h>
#include <string.h>

#define ROSTER_TICK (1 * CLOCK_S)
#define ROSTER_LOOK (5 * CLOCK_S)

// Time for c-ares, and for what has been replaced. Stops when nothing is under way.
static void roster_fire(struct loop_timer *timer)
{
    struct roster *r = list_entry(timer, struct roster, tick);
    struct loop *l = r->loop;
    bool busy = upstreams_tick(r->now);
    list_each(node, next, &r->old)
    {
        struct upstreams *u = list_entry(node, struct upstreams, node);
        if (upstreams_tick(u) || u->holders)
            continue;
        r->asked += u->asked;
        upstreams_free(u);
    }
    if (busy || !list_empty(&r->old))
        loop_arm(l, timer, loop_now(l) + ROSTER_TICK);
}

// Whether the file is another one than when it was last looked at. One that is gone for the moment
// (replaced by rename, or unlinked and written anew) counts as unchanged.
static bool roster_changed(struct roster *r)
{
    struct stat st;
    if (stat(r->conf, &st) < 0 ||
        (st.st_ino == r->inode && st.st_size == r->size && st.st_mtim.tv_sec == r->changed.tv_sec &&
         st.st_mtim.tv_nsec == r->changed.tv_nsec))
        return false;
    r->inode = st.st_ino;
    r->size = st.st_size;
    r->changed = st.st_mtim;
    return true;
}

int roster_init(struct roster *r, struct loop *loop, const struct servers *servers,
                const char *conf, int64_t timeout)
{
    struct servers read;
    *r = (struct roster){ .loop = loop, .timeout = timeout, .tick.fire = roster_fire };
    list_init(&r->old);
    if (!servers) {
        r->conf = conf;
        r->looked = loop_now(loop);
        roster_changed(r);
        int err = servers_load(&read, conf);
        if (err < 0)
            return err;
        servers = &read;
    }
    return upstreams_new(&r->now, loop, servers, timeout);
}

void roster_fini(struct roster *r)
{
    loop_disarm(r->loop, &r->tick);
    list_each(node, next, &r->old) upstreams_free(list_entry(node, struct upstreams, node));
    upstreams_free(r->now);
}

static void roster_look(struct roster *r)
{
    struct servers read;
    struct upstreams *young;
    if (!roster_changed(r))
        return;
    if (servers_load(&read, r->conf) < 0 || upstreams_new(&young, r->loop, &read, r->timeout) < 0) {
        r->inode = 0; // looked at again
        return;
    }
    list_push(&r->old, &r->now->node);
    roster_release(r->now);
    r->now = young;
}

struct upstreams *roster_hold(struct roster *r, int64_t now)
{
    if (r->conf && now - r->looked >= ROSTER_LOOK) {
        r->looked = now;
        roster_look(r);
    }
    if (!r->tick.place)
        loop_arm(r->loop, &r->tick, now + ROSTER_TICK);
    r->now->holders++;
    return r->now;
}

void roster_release(struct upstreams *u)
{
    if (u)
        u->holders--;
}

uint64_t roster_asked(const struct roster *r)
{
    uint64_t asked = r->asked + r->now->asked;
    for (const struct list *node = r->old.next; node != &r->old; node = node->next)
        asked += list_entry(node, struct upstreams, node)->asked;
    return asked;
}
