// SPDX-License-Identifier: MIT
#include "options/state_options.h"
#include "options/reader.h"

int state_options_interval(const struct option *o, void *at, const char *text, char *why)
{
    struct arguments_state *s = at;
    int r = reader_time(o, &s->interval, text, why);
    s->interval_said = r == 0;
    return r;
}
