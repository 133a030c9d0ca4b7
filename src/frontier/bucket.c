// SPDX-License-Identifier: MIT
#include "frontier/bucket.h"
#include "sys/clock.h"

// What a late wake-up of the loop may cost, and is given back. Longer intervals get no slack:
// there, two starts that follow closely would be seen by the server, and the loss is small.
enum { SLACK_MS = 10 };

void bucket_init(struct bucket *b, double rate)
{
    *b = (struct bucket){ 0 };
    if (rate <= 0)
        return;
    double interval = (double)CLOCK_S / rate;
    b->interval = interval < 1 ? 1 : interval > 1e18 ? (int64_t)1e18 : (int64_t)interval;
    if (b->interval < SLACK_MS * CLOCK_MS)
        b->slack = SLACK_MS * CLOCK_MS;
}

int64_t bucket_next(const struct bucket *b, int64_t now)
{
    int64_t earliest = b->due - b->slack;
    return b->interval == 0 || earliest <= now ? now : earliest;
}

void bucket_take(struct bucket *b, int64_t now)
{
    if (b->interval == 0)
        return;
    // An idle time is not saved up beyond the slack.
    b->due = clock_after(b->due > now ? b->due : now, b->interval);
}
