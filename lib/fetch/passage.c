// SPDX-License-Identifier: MIT
#include "fetch/passage.h"
#include "fetch/shard.h"
#include <errno.h>
#include <stdlib.h>

void passages_init(struct passages *s, const struct fetch_settings *settings,
                   struct dial_owner *owner, void (*over)(struct passages *s, struct passage *p))
{
    *s = (struct passages){ .settings = settings, .owner = owner, .over = over };
    list_init(&s->under_way);
    list_init(&s->idle);
    list_init(&s->stirred);
}

static int passage_new(struct passages *s, struct passage **out)
{
    struct passage *p = calloc(1, sizeof *p);
    if (!p)
        return -ENOMEM;
    int r = transfer_init(&p->transfer, s->settings, s->owner);
    if (r < 0) {
        free(p);
        return r;
    }
    p->passages = s;
    list_init(&p->node);
    list_init(&p->ended);
    list_init(&p->stirred);
    *out = p;
    return 0;
}

static void passage_free(struct passage *p)
{
    list_remove(&p->node);
    transfer_fini(&p->transfer);
    free(p); // NOLINT(clang-analyzer-unix.Malloc): it has left the list
}

void passages_fini(struct passages *s)
{
    struct list *node;
    while ((node = list_pop(&s->idle)))
        passage_free(list_entry(node, struct passage, node));
}

void passages_trim(struct passages *s, unsigned spare, unsigned most)
{
    for (; most && s->idle_count > 2 * s->busy + spare; most--) {
        passage_free(list_entry(s->idle.prev, struct passage, node));
        s->idle_count--;
    }
}

int passage_take(struct passages *s, struct passage **out)
{
    struct list *node = list_pop(&s->idle);
    if (!node)
        return passage_new(s, out);
    s->idle_count--;
    *out = list_entry(node, struct passage, node);
    return 0;
}

void passage_give(struct passage *p)
{
    list_push_front(&p->passages->idle, &p->node);
    p->passages->idle_count++;
}

// ---- in and out of a multi

static int passage_enter(struct passage *p, struct shard *s)
{
    p->shard = s;
    if (curl_multi_add_handle(s->curl, p->transfer.easy) == CURLM_OK)
        return 0;
    p->shard = NULL;
    return -ENOMEM;
}

static void passage_leave(struct passage *p)
{
    if (p->shard)
        curl_multi_remove_handle(p->shard->curl, p->transfer.easy);
    p->shard = NULL;
}

// ---- pausing

static void passage_stir(struct passage *p)
{
    if (list_empty(&p->stirred))
        list_push(&p->passages->stirred, &p->stirred);
}

// In a callback of libcurl's: takes effect when that returns.
static void passage_on_pause(struct arrival *a)
{
    struct passage *p = list_entry(a, struct passage, transfer.arrival);
    curl_easy_pause(p->transfer.easy, CURLPAUSE_RECV);
    transfer_hold(&p->transfer);
    p->paused = true;
    passage_stir(p);
}

int passage_begin(struct passage *p, struct shard *s)
{
    struct passages *all = p->passages;
    p->paused = p->over = false;
    p->result = 0;
    p->transfer.arrival.pause = passage_on_pause;
    int r = passage_enter(p, s);
    if (r < 0)
        return r;
    list_push(&all->under_way, &p->node);
    all->busy++;
    return 0;
}

// ---- the end

// Nobody is at work for it any more.
static void passage_retire(struct passage *p)
{
    struct passages *s = p->passages;
    list_remove(&p->node);
    s->busy--;
    s->over(s, p);
    passage_give(p);
}

static void passage_over(struct passage *p)
{
    void (*done)(void *arg, int code) = p->done;
    void *arg = p->arg;
    int result = p->result;
    passage_retire(p); // first: `done` may begin the next one
    done(arg, result);
}

// Libcurl is through with it. Returns whether a thread is still at work for its sink.
static bool passage_close(struct passage *p, int result)
{
    list_remove(&p->ended);
    list_remove(&p->stirred);
    p->result = result;
    p->over = true;
    return p->run.errand && !errand_give_up(&p->run);
}

static void passage_end(struct passage *p)
{
    if (!passage_close(p, 0))
        passage_over(p);
}

bool passage_cancel(struct passage *p)
{
    if (p->over) // and is waited for
        return false;
    passage_leave(p);
    transfer_abort(&p->transfer, FETCH_CANCELLED, "cancelled");
    if (passage_close(p, -ECANCELED))
        return false;
    passage_retire(p);
    return true;
}

void passage_abort(struct passage *p, enum fetch_error why, const char *message)
{
    passage_leave(p);
    transfer_abort(&p->transfer, why, message);
    passage_end(p);
}

void passage_abort_slow(struct passage *p)
{
    passage_leave(p);
    transfer_abort_slow(&p->transfer);
    passage_end(p);
}

void passage_abort_late(struct passage *p)
{
    passage_leave(p);
    transfer_abort_late(&p->transfer);
    passage_end(p);
}

void passage_ended(struct passage *p)
{
    struct shard *s = p->shard;
    passage_leave(p);
    if (!transfer_finish(&p->transfer, p->code))
        passage_end(p);
    else if (passage_enter(p, s) < 0)
        passage_abort(p, FETCH_NO_RESOURCES, "out of memory");
}

// Ends one that libcurl holds and has received some of.
static void passage_stop(struct passage *p, CURLcode code)
{
    passage_leave(p);
    if (transfer_finish(&p->transfer, code)) // goes on only when nothing was received
        transfer_abort(&p->transfer, FETCH_INTERNAL, "paused before it began");
    passage_end(p);
}

// ---- after a pause

static void passage_drained(struct passage *p, enum sink_answer answer)
{
    p->paused = false;
    p->transfer.slowness = (struct slowness){ 0 }; // the server was not asked for anything
    transfer_release(&p->transfer);
    if (answer != SINK_STOP) {
        passage_stir(p);
        return;
    }
    p->transfer.arrival.out->stopped = true;
    passage_stop(p, CURLE_WRITE_ERROR);
}

static void passage_on_errand(struct errand_run *run);

// Has the sink make room.
static void passage_drain(struct passage *p)
{
    struct sink *sink = p->transfer.arrival.sink;
    enum sink_answer answer;
    while ((answer = sink->drain(sink, &p->errand)) == SINK_PAUSE)
        if (errand_begin(&p->run, &p->errand, passage_on_errand) == 0)
            return;
    passage_drained(p, answer);
}

static void passage_on_errand(struct errand_run *run)
{
    struct passage *p = list_entry(run, struct passage, run);
    if (p->over)
        passage_over(p);
    else
        passage_drain(p);
}

// Lets a transfer go on. What libcurl held back arrives within this call, which fails when that
// ends the transfer: libcurl would not notice.
static void passage_resume(struct passage *p)
{
    CURLcode code = curl_easy_pause(p->transfer.easy, CURLPAUSE_CONT);
    if (code != CURLE_OK)
        passage_stop(p, code);
}

bool passages_run(struct passages *s)
{
    struct list now, *node;
    if (list_empty(&s->stirred))
        return false;
    list_init(&now);
    while ((node = list_pop(&s->stirred)))
        list_push(&now, node);
    while ((node = list_pop(&now))) {
        struct passage *p = list_entry(node, struct passage, stirred);
        if (!p->paused) {
            passage_resume(p);
            continue;
        }
        p->errand = (struct errand){ 0 };
        passage_drain(p);
    }
    return true;
}
