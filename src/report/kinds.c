// SPDX-License-Identifier: MIT
#include "report/kinds.h"
#include <stdio.h>
#include <string.h>

// What is being filled. Kinds that do not fit are left out, the smallest first when `sorted`.
struct filling {
    struct kind *out;
    unsigned room, count;
    bool sorted;
};

static void fill(struct filling *f, const char *name, size_t length, uint64_t count)
{
    unsigned at = f->count;
    if (count == 0)
        return;
    while (f->sorted && at > 0 && f->out[at - 1].count < count)
        at--;
    if (at >= f->room)
        return;
    unsigned last = f->count < f->room ? f->count++ : f->room - 1;
    memmove(&f->out[at + 1], &f->out[at], (last - at) * sizeof *f->out);
    snprintf(f->out[at].name, sizeof f->out[at].name, "%.*s", (int)length, name);
    f->out[at].count = count;
}

static void fill_statuses(struct filling *f, const struct crawl_stats *s, unsigned from)
{
    char name[8];
    for (unsigned status = from; status < 600; status++) {
        snprintf(name, sizeof name, "%u", status);
        fill(f, name, 3, s->status[status]);
    }
}

static void fill_errors(struct filling *f, const struct crawl_stats *s)
{
    for (unsigned e = FETCH_OK + 1; e < FETCH_ERROR_COUNT; e++) {
        struct span word = fetch_error_word((enum fetch_error)e);
        fill(f, word.p, word.n, s->error[e]);
    }
}

unsigned kinds_statuses(const struct crawl_stats *s, struct kind *out, unsigned room)
{
    struct filling f = { out, room, 0, false };
    fill_statuses(&f, s, 1);
    return f.count;
}

unsigned kinds_errors(const struct crawl_stats *s, struct kind *out, unsigned room)
{
    struct filling f = { out, room, 0, true };
    fill_errors(&f, s);
    return f.count;
}

unsigned kinds_failures(const struct crawl_stats *s, struct kind *out, unsigned room)
{
    struct filling f = { out, room, 0, true };
    fill_errors(&f, s);
    fill_statuses(&f, s, 400);
    return f.count;
}

unsigned kinds_ends(const struct crawl_stats *s, struct kind *out, unsigned room)
{
    struct filling f = { out, room, 0, true };
    fill_errors(&f, s);
    fill_statuses(&f, s, 1);
    return f.count;
}

unsigned kinds_left_out(const struct crawl_stats *s, struct kind *out, unsigned room)
{
    struct filling f = { out, room, 0, true };
    for (unsigned why = LEFT_OUT_NOT + 1; why < LEFT_OUT_COUNT; why++) {
        const char *word = left_out_word((enum left_out)why);
        fill(&f, word, strlen(word), s->left_out[why]);
    }
    return f.count;
}
