// SPDX-License-Identifier: MIT
#include "engine_killer.h"
#include "engine_tally.h"
#include "sched/park.h"
#include "sys/clock.h"
#include <signal.h>
#include <stdlib.h>

int engine_killer_run(void *killer)
{
    struct engine_killer *k = killer;
    pid_t pids[16];
    while (sleep_until(clock_mono() + rand() % (10 * CLOCK_MS)) == 0) {
        if (*k->outcomes - k->then < k->between)
            continue;
        unsigned n = engine_tally_pids(k->zygote, pids, 16);
        if (n && kill(pids[(unsigned)rand() % n], SIGKILL) == 0) {
            k->killed++;
            k->then = *k->outcomes;
        }
    }
    return 0;
}
