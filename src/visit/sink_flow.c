// SPDX-License-Identifier: MIT
#include "visit/sink_flow.h"
#include "sched/errand.h"
#include "sys/clock.h"
#include "visit/flow.h"

static enum sink_answer sink_flow_head(struct sink *sink, const struct head *head)
{
    struct sink_flow *s = (struct sink_flow *)sink;
    flow_take(s->flow, head->text.n, clock_mono()); // waiting is for bodies, and who comes next
    return s->next->head ? s->next->head(s->next, head) : SINK_GO;
}

static enum sink_answer sink_flow_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_flow *s = (struct sink_flow *)sink;
    int64_t now = clock_mono();
    enum sink_answer answer = s->next->write(s->next, p, n);
    int64_t until = flow_take(s->flow, n, now);
    if (until > now)
        s->until = until;
    if (answer == SINK_PAUSE)
        s->paused = true;
    return answer == SINK_GO && s->until > now ? SINK_PAUSE : answer;
}

// Its own wait first, then whatever the next sink wants.
static enum sink_answer sink_flow_drain(struct sink *sink, struct errand *e)
{
    struct sink_flow *s = (struct sink_flow *)sink;
    if (s->until) {
        errand_wait(e, s->until);
        s->until = 0;
        s->waits = true;
        return SINK_PAUSE;
    }
    if (s->waits) {
        s->waits = false;
        if (e->result < 0)
            return SINK_GO; // cancelled, as whoever waits for the exchange is told next
        *e = (struct errand){ 0 };
    }
    if (!s->paused)
        return SINK_GO;
    enum sink_answer answer = s->next->drain(s->next, e);
    s->paused = answer == SINK_PAUSE;
    return answer;
}

void sink_flow_begin(struct sink_flow *s, struct flow *flow, struct sink *next)
{
    *s = (struct sink_flow){
        .sink = { sink_flow_head, sink_flow_write, sink_flow_drain },
        .next = next,
        .flow = flow,
    };
}
