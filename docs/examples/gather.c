// SPDX-License-Identifier: MIT
// Several things at once, all of which are needed: if one fails, the others are not worth waiting
// for. The nursery cancels them, their clean-up code runs, and closing returns the error.
#include "sched/loop.h"
#include "sched/nursery.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <errno.h>
#include <stdio.h>

struct part {
    const char *name;
    int ms;    // how long it takes
    int error; // how it ends
    bool cleaned_up;
};

static int fetch_part(void *arg)
{
    struct part *p = arg;
    int r =
        sleep_until(clock_after(clock_mono(), p->ms * CLOCK_MS)); // stands for waiting of any kind
    if (r == 0)
        r = p->error;
    printf("%s: %s\n", p->name, r == -ECANCELED ? "cancelled" : r < 0 ? "failed" : "done");
    p->cleaned_up = true; // every way out leads here
    return r;
}

static int gather(void *arg)
{
    struct part *parts = arg;
    struct nursery n;
    nursery_init(&n, "gather");
    for (int i = 0; i < 3; i++) {
        int r = nursery_spawn(&n, parts[i].name, fetch_part, &parts[i]);
        if (r < 0) {
            nursery_cancel(&n); // and still close: `parts` must outlive the fibers
            nursery_close(&n);
            return r;
        }
    }
    return nursery_close(&n);
}

int main(void)
{
    struct part parts[3] = {
        { .name = "head", .ms = 1 },
        { .name = "body", .ms = 20, .error = -EIO },
        { .name = "tail", .ms = 3600 * 1000 }, // an hour that nobody will wait
    };
    struct loop *l;
    if (loop_new(&l, NULL) < 0)
        return 1;
    int r = loop_run(l, gather, parts);
    loop_free(l);
    printf("gathering: %s\n", r == -EIO ? "I/O error" : "?");
    return r != -EIO || !parts[2].cleaned_up;
}
