// SPDX-License-Identifier: MIT
#include "fetch/shard.h"
#include "fetch/deaf.h"
#include "fetch/tls_flood.h"
#include "sys/clock.h"
#include <errno.h>

static void shard_list(struct list *head, struct list *node)
{
    if (list_empty(node))
        list_push(head, node);
}

// The timer is armed when it would be late, but not moved or disarmed when it would be early:
// nearly every deadline of an exchange goes away unused. Then it fires in vain, once, and is armed
// for what has become due.
static void shard_set_timer(struct shard *s)
{
    if (s->due == CLOCK_NEVER || (s->timer.place && s->timer.at <= s->due))
        return;
    if (loop_arm(s->loop, &s->timer, s->due) < 0) {
        s->due = CLOCK_NEVER;
        shard_list(s->kick_list, &s->kicked); // no memory: ask libcurl again at once
    }
}

static int shard_on_timer(CURLM *curl, long ms, void *arg)
{
    (void)curl;
    struct shard *s = arg;
    s->due = CLOCK_NEVER;
    if (ms == 0) {
        shard_list(s->kick_list, &s->kicked);
    } else if (ms > 0) {
        s->due = clock_after(loop_now(s->loop), ms * CLOCK_MS);
        shard_set_timer(s);
    }
    return 0;
}

static void shard_on_time(struct loop_timer *timer)
{
    struct shard *s = list_entry(timer, struct shard, timer);
    if (s->due <= loop_now(s->loop)) {
        s->due = CLOCK_NEVER;
        shard_list(s->kick_list, &s->kicked);
    }
    shard_set_timer(s);
}

static int shard_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy, (void)known;
    struct shard *s = arg;
    struct socket_slot *slot = sockets_at(s->sockets, fd);
    if (what == CURL_POLL_REMOVE) {
        slot->wanted = 0;
        if (!slot->connected)
            socket_watch(s->sockets, slot, 0);
        return 0;
    }
    slot->shard = s;
    slot->wanted = (uint8_t)what;
    socket_watch(s->sockets, slot, slot->wanted);
    return 0;
}

int shard_open(struct shard *s, struct loop *l, struct sockets *sockets, struct list *kick_list,
               struct list *stir_list, long connections)
{
    bool heard = deaf_be(true);
    CURLM *curl = curl_multi_init();
    deaf_be(heard);
    if (!curl)
        return -ENOMEM;
    *s = (struct shard){ .curl = curl,
                         .loop = l,
                         .sockets = sockets,
                         .due = CLOCK_NEVER,
                         .timer.fire = shard_on_time,
                         .kick_list = kick_list,
                         .stir_list = stir_list };
    list_init(&s->kicked);
    list_init(&s->stirred);
    glance_init(&s->glance, sockets);
    curl_multi_setopt(curl, CURLMOPT_SOCKETFUNCTION, shard_on_socket);
    curl_multi_setopt(curl, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(curl, CURLMOPT_TIMERFUNCTION, shard_on_timer);
    curl_multi_setopt(curl, CURLMOPT_TIMERDATA, s);
    curl_multi_setopt(curl, CURLMOPT_MAXCONNECTS, connections);
    // How many requests share an HTTP/2 connection is for its server to say.
    curl_multi_setopt(curl, CURLMOPT_MAX_CONCURRENT_STREAMS, 1000L);
    return 0;
}

void shard_close(struct shard *s)
{
    if (!s->curl)
        return;
    curl_multi_cleanup(s->curl);
    loop_disarm(s->loop, &s->timer);
    list_remove(&s->kicked);
    list_remove(&s->stirred);
    s->curl = NULL;
}

static void shard_act(struct shard *s, curl_socket_t fd, int events)
{
    int running;
    struct poller *before = poller_use(&s->glance.poller);
    tls_flood_next_turn();
    s->failed |= curl_multi_socket_action(s->curl, fd, events, &running) != CURLM_OK;
    poller_use(before);
}

void shard_kick(struct shard *s)
{
    shard_act(s, CURL_SOCKET_TIMEOUT, 0);
    shard_list(s->stir_list, &s->stirred);
}

void shard_event(struct shard *s, int fd, int events)
{
    shard_act(s, fd, events);
    shard_list(s->stir_list, &s->stirred);
}
