// SPDX-License-Identifier: MIT
#include "bench/calibrate.h"
#include "sys/clock.h"
#include "visit/work.h"
#include <time.h>

enum { CALIBRATE_TRIES = 5 };
#define CALIBRATE_SPAN (10 * CLOCK_MS)

static int64_t cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * CLOCK_S + t.tv_nsec;
}

// The fastest of some tries is the one that was disturbed least.
static double round_time(void)
{
    enum { FEW = 64 };
    double best = 0;
    for (int i = 0; i < CALIBRATE_TRIES; i++) {
        int64_t began = cpu_now(), now;
        uint64_t rounds = 0;
        do {
            work_do(FEW);
            rounds += FEW;
            now = cpu_now();
        } while (now - began < CALIBRATE_SPAN);
        double each = (double)(now - began) / (double)rounds;
        best = best == 0 || each < best ? each : best;
    }
    return best;
}

uint32_t calibrate_work(int64_t time)
{
    double rounds = (double)time / round_time();
    return rounds < 1 ? 1 : rounds > WORK_ROUNDS_MOST ? WORK_ROUNDS_MOST : (uint32_t)rounds;
}
