// SPDX-License-Identifier: MIT
#include "fetch/passage_sweep.h"
#include "fetch/request.h"
#include "sys/clock.h"

enum { SWEEP_TRIM = 64 }; // passages that are freed at a time

static int64_t pause_of(const struct passage_sweep *s)
{
    int64_t t = s->settings->min_speed_time / 8;
    if (t == 0 || t > CLOCK_S)
        return CLOCK_S;
    return t < 50 * CLOCK_MS ? 50 * CLOCK_MS : t;
}

void passage_sweep_set(struct passage_sweep *s)
{
    s->due = clock_after(loop_now(s->loop), pause_of(s));
    (void)loop_arm(s->loop, &s->timer, s->due);
}

// Whether this process has been stopped, or kept from running, for so long that the rule of
// `min_speed` would be about us: what we were to send has not been sent.
static bool was_away(const struct passage_sweep *s, int64_t now)
{
    return now - s->due > s->settings->min_speed_time / 2;
}

static void forgive(struct passages *all)
{
    list_each(node, following, &all->under_way)
    {
        list_entry(node, struct passage, node)->transfer.slowness = (struct slowness){ 0 };
    }
}

static struct passage *next(struct list *ended)
{
    struct list *node = list_pop(ended);
    return node ? list_entry(node, struct passage, ended) : NULL;
}

static void end_slow(struct passages *all, int64_t now)
{
    struct list slow, late;
    struct passage *p;
    list_init(&slow);
    list_init(&late);
    list_each(node, following, &all->under_way)
    {
        p = list_entry(node, struct passage, node);
        if (p->paused || p->over)
            continue;
        if (transfer_is_late(&p->transfer, now))
            list_push(&late, &p->ended);
        else if (transfer_is_slow(&p->transfer, now))
            list_push(&slow, &p->ended);
    }
    while ((p = next(&slow)))
        passage_abort_slow(p);
    while ((p = next(&late)))
        passage_abort_late(p);
}

static void fire(struct loop_timer *timer)
{
    struct passage_sweep *s = list_entry(timer, struct passage_sweep, timer);
    int64_t now = loop_now(s->loop), looked = s->looked;
    if (!looked) {
        if (was_away(s, now))
            forgive(s->passages);
        // Who is judged for the time until now has what has come by now read first.
        s->looked = now;
        if (loop_arm(s->loop, &s->timer, now) == 0)
            return;
        looked = now;
    }
    s->looked = 0;
    end_slow(s->passages, looked);
    passages_trim(s->passages, s->spare, SWEEP_TRIM);
    if (s->passages->busy || s->passages->idle_count > s->spare)
        passage_sweep_want(s);
}

void passage_sweep_init(struct passage_sweep *s, struct loop *l, struct passages *passages,
                        const struct fetch_settings *settings, unsigned spare)
{
    *s = (struct passage_sweep){
        .loop = l, .passages = passages, .settings = settings, .spare = spare
    };
    s->timer.fire = fire;
}

void passage_sweep_fini(struct passage_sweep *s)
{
    loop_disarm(s->loop, &s->timer);
}
