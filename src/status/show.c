// SPDX-License-Identifier: MIT
#include "status/show.h"
#include "report/kinds.h"
#include "report/units.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <inttypes.h>

enum { SHOW_HOSTS = 5, SHOW_KINDS = 8, SHOW_COLUMN = 11, SHOW_NAME = 200 };

static const char *show_name(char out[SHOW_NAME], const struct survey_host *h)
{
    const char *p = h->origin ? strstr(h->origin, "://") : NULL;
    if (!p)
        return "a host";
    return log_escape(out, SHOW_NAME, p + 3, strlen(p + 3));
}

static void show_label(struct buffer *out, const char *label)
{
    buffer_add_format(out, "  %-*s", SHOW_COLUMN, label);
}

static double show_rate(const struct show *s)
{
    int64_t spent = s->survey->ledger.spent;
    return s->stats && spent > 0 ? (double)s->stats->records * CLOCK_S / (double)spent : 0;
}

// Lines of the list that are still to be read, guessed by its bytes; 0: none, or not to be known.
static uint64_t show_unread(const struct show *s)
{
    const struct ledger *l = &s->survey->ledger;
    const struct source_position *p = &l->source;
    if (l->fed || p->ended || p->compressed || p->offset == 0 || p->size <= p->offset)
        return 0;
    return (uint64_t)((double)(p->size - p->offset) * (double)p->line / (double)p->offset);
}

int64_t show_eta(const struct show *s)
{
    const struct survey *v = s->survey;
    double rate = show_rate(s);
    uint64_t left = v->left + show_unread(s);
    bool unknown = !v->ledger.fed && show_unread(s) == 0 && !v->ledger.source.ended;
    if (v->ledger.finished)
        return 0;
    if (unknown || rate <= 0)
        return -1;
    int64_t by_rate = (int64_t)((double)left / rate * CLOCK_S);
    return by_rate > v->bound ? by_rate : v->bound;
}

static void show_owner(struct buffer *out, const struct show *s)
{
    char time[UNITS_ROOM];
    if (s->owner) {
        show_label(out, "running");
        buffer_add_format(out, "process %" PRId64, s->owner);
        if (s->owner_since)
            buffer_add_format(out, ", for %s",
                              units_show_time(time, s->survey->now - s->owner_since));
    } else if (s->survey->ledger.finished) {
        show_label(out, "finished");
        buffer_add_string(out, "every URL has its record");
    } else {
        show_label(out, "stopped");
        buffer_add_format(out, "nobody works on it; trawl resume %s goes on", s->dir);
    }
    if (s->survey->committed)
        buffer_add_format(out, "; last commit %s ago",
                          units_show_time(time, s->survey->now - s->survey->ledger.when));
    buffer_add_byte(out, '\n');
}

static void show_refresh(struct buffer *out, const struct show *s)
{
    const struct ledger *l = &s->survey->ledger;
    if (l->refresh == 0)
        return;
    show_label(out, "refresh");
    buffer_add_format(out, "number %" PRIu64 ": what was known before is asked for again\n",
                      l->refresh);
}

static void show_done(struct buffer *out, const struct show *s)
{
    char n[UNITS_ROOM], good[UNITS_ROOM], bad[UNITS_ROOM], same[UNITS_ROOM];
    const struct crawl_stats *c = s->stats;
    if (!c)
        return;
    show_label(out, "done");
    buffer_add_format(out, "%s URLs: %s fetched, %s failed", units_show_count(n, c->records),
                      units_show_count(good, c->records - c->failed - c->skipped - c->not_modified),
                      units_show_count(bad, c->failed));
    if (s->survey->ledger.refresh)
        buffer_add_format(out, ", %s not modified", units_show_count(same, c->not_modified));
    buffer_add_byte(out, '\n');
}

static void show_left(struct buffer *out, const struct show *s)
{
    char n[UNITS_ROOM], hosts[UNITS_ROOM];
    const struct survey *v = s->survey;
    const struct source_position *p = &v->ledger.source;
    if (v->ledger.finished)
        return;
    show_label(out, "left");
    buffer_add_format(out, "%s taken and not done, of %s host%s", units_show_count(n, v->left),
                      units_show_count(hosts, v->hosts), v->hosts == 1 ? "" : "s");
    if (show_unread(s))
        buffer_add_format(out, "; %.1f %% of the list, about %s lines, not read yet",
                          100.0 * (double)(p->size - p->offset) / (double)p->size,
                          units_show_count(n, show_unread(s)));
    else if (!v->ledger.fed && !p->ended)
        buffer_add_string(out, "; the list has not been read to its end");
    buffer_add_byte(out, '\n');
}

static void show_speed(struct buffer *out, const struct show *s)
{
    char rate[UNITS_ROOM], spent[UNITS_ROOM], eta[UNITS_ROOM];
    int64_t left = show_eta(s);
    if (!s->stats || s->survey->ledger.spent <= 0)
        return;
    show_label(out, "speed");
    buffer_add_format(out, "%s URLs/s over %s", units_show_rate(rate, show_rate(s)),
                      units_show_time(spent, s->survey->ledger.spent));
    if (left > 0)
        buffer_add_format(out, "; about %s to go", units_show_time(eta, left));
    buffer_add_byte(out, '\n');
}

static void show_kinds(struct buffer *out, const char *label, const struct kind *kind, unsigned n)
{
    char count[UNITS_ROOM];
    if (n == 0)
        return;
    show_label(out, label);
    for (unsigned i = 0; i < n && i < SHOW_KINDS; i++)
        buffer_add_format(out, "%s%s %s", i ? "   " : "", kind[i].name,
                          units_show_count(count, kind[i].count));
    buffer_add_string(out, n > SHOW_KINDS ? "   ...\n" : "\n");
}

static void show_ends(struct buffer *out, const struct show *s)
{
    struct kind kind[SHOW_KINDS + 1];
    if (!s->stats)
        return;
    show_kinds(out, "status", kind, kinds_statuses(s->stats, kind, SHOW_KINDS + 1));
    show_kinds(out, "errors", kind, kinds_errors(s->stats, kind, SHOW_KINDS + 1));
}

// What hosts asked for, and what a crawl has come upon.
static void show_manners(struct buffer *out, const struct show *s)
{
    char n[UNITS_ROOM], denied[UNITS_ROOM];
    struct kind kind[SHOW_KINDS + 1];
    const struct crawl_stats *c = s->stats;
    if (!c)
        return;
    if (c->robots) {
        show_label(out, "robots");
        buffer_add_format(out, "%s asked for, %s URLs not allowed\n",
                          units_show_count(n, c->robots), units_show_count(denied, c->denied));
    }
    if (c->given_up) {
        show_label(out, "given up");
        buffer_add_format(out, "%s hosts\n", units_show_count(n, c->given_up));
    }
    if (c->links) {
        show_label(out, "links");
        buffer_add_format(out, "%s in pages, each time that they stood there\n",
                          units_show_count(n, c->links));
    }
    show_kinds(out, "left out", kind, kinds_left_out(c, kind, SHOW_KINDS + 1));
}

// How far apart its exchanges are, by its pace.
static void show_apart(struct buffer *out, const struct survey_host *h)
{
    char time[UNITS_ROOM];
    if (h->delay > 0)
        buffer_add_format(out, ", %s apart", units_show_time(time, h->delay));
    else if (h->interval > 0)
        buffer_add_format(out, ", one each %s", units_show_time(time, h->interval));
}

static void show_host(struct buffer *out, const struct show *s, const struct survey_host *h)
{
    char name[SHOW_NAME], left[UNITS_ROOM], time[UNITS_ROOM];
    show_label(out, "");
    buffer_add_format(out, "%-30s %s left", show_name(name, h), units_show_count(left, h->left));
    if (h->until > s->survey->now)
        buffer_add_format(out, ", not for another %s (%s)",
                          units_show_time(time, h->until - s->survey->now),
                          h->asked      ? "it asked for that"
                          : h->failures ? "it kept failing"
                                        : "its pace");
    show_apart(out, h);
    if (survey_pace(h, s->survey->now) > CLOCK_S)
        buffer_add_format(out, ": %s", units_show_time(time, survey_pace(h, s->survey->now)));
    buffer_add_byte(out, '\n');
}

static void show_hosts(struct buffer *out, const struct show *s)
{
    char n[UNITS_ROOM];
    const struct survey *v = s->survey;
    if (v->left == 0)
        return;
    if (v->waiting) {
        show_label(out, "held back");
        buffer_add_format(out, "%s URLs, for a time that has not come\n",
                          units_show_count(n, v->waiting));
    }
    show_label(out, "hosts");
    buffer_add_string(out, "whose pace takes longest, or with most left\n");
    for (unsigned i = 0; i < v->shown && i < SHOW_HOSTS; i++)
        show_host(out, s, v->most[i]);
}

// Why it is not faster.
static void show_why(struct buffer *out, const struct show *s)
{
    char name[SHOW_NAME], time[UNITS_ROOM];
    const struct survey *v = s->survey;
    const struct survey_host *h = v->slowest;
    double rate = show_rate(s);
    if (!h || v->left == 0)
        return;
    bool paced =
        rate <= 0 || (double)v->bound / CLOCK_S > (double)(v->left + show_unread(s)) / rate;
    if (!paced)
        return;
    show_label(out, "slow for");
    buffer_add_format(out, "the pace of %s: %.0f %% of what is left is its own", show_name(name, h),
                      100.0 * (double)h->left / (double)v->left);
    show_apart(out, h);
    buffer_add_format(out, "; no less than %s\n", units_show_time(time, v->bound));
}

void show_text(struct buffer *out, const struct show *s)
{
    buffer_add_format(out, "%s: %s\n", s->dir, s->command ? s->command : "a state of trawl");
    show_owner(out, s);
    if (!s->survey->committed) {
        show_label(out, "done");
        buffer_add_string(out, "nothing has been committed yet\n");
        return;
    }
    show_refresh(out, s);
    show_done(out, s);
    show_left(out, s);
    show_speed(out, s);
    show_ends(out, s);
    show_manners(out, s);
    show_hosts(out, s);
    show_why(out, s);
}
