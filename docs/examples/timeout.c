// SPDX-License-Identifier: MIT
// A deadline is a point in time, not a length of time: it is computed once and handed down
// unchanged, so three waits in a row take no longer than one would.
#include "sched/chan.h"
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>

// Asks, and waits for the answer. Both may take long.
static int ask(struct chan *questions, struct chan *answers, void **answer, int64_t deadline)
{
    int r = chan_send(questions, "how are you?", deadline);
    return r < 0 ? r : chan_recv(answers, answer, deadline);
}

struct talk {
    struct chan *questions, *answers;
};

static int answer_slowly(void *arg)
{
    struct talk *t = arg;
    void *question;
    int r;
    while ((r = chan_recv(t->questions, &question, CLOCK_NEVER)) == 0) {
        r = sleep_until(clock_after(clock_mono(), 20 * CLOCK_MS));
        if (r == 0)
            r = chan_send(t->answers, "fine", CLOCK_NEVER);
        if (r < 0)
            break;
    }
    return r;
}

static int run(void *arg)
{
    struct talk *t = arg;
    struct nursery n;
    void *answer;
    nursery_init(&n, "talk");
    int r = nursery_spawn(&n, "slow one", answer_slowly, t);
    if (r < 0)
        return r;

    int hasty = ask(t->questions, t->answers, &answer, clock_after(clock_mono(), 5 * CLOCK_MS));
    printf("within 5 ms: %s\n", hasty == -ETIMEDOUT ? "timed out" : (char *)answer);

    // The answer to the first question is still on its way.
    int patient = chan_recv(t->answers, &answer, clock_after(clock_mono(), 10 * CLOCK_S));
    printf("within 10 s: %s\n", patient == 0 ? (char *)answer : "timed out");

    nursery_cancel(&n); // it waits for questions, and there will be none
    r = nursery_close(&n);
    return r < 0 ? r : hasty == -ETIMEDOUT && patient == 0 ? 0 : -EINVAL;
}

int main(void)
{
    struct talk t = { 0 };
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = chan_new(&t.questions, 0, NULL);
    if (r == 0)
        r = chan_new(&t.answers, 0, NULL);
    if (r == 0)
        r = loop_run(l, run, &t);
    chan_free(t.questions);
    chan_free(t.answers);
    loop_free(l);
    return r < 0;
}
