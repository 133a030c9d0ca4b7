// SPDX-License-Identifier: MIT
#include "visit/sink_archive.h"
#include "sched/errand.h"
#include "web/head.h"

// What the next sink answered, as the exchange is to be told.
static enum sink_answer sink_archive_pass(struct sink_archive *s, enum sink_answer answer)
{
    if (answer == SINK_STOP)
        s->sated = true;
    else if (answer == SINK_PAUSE)
        s->paused = true;
    return s->error ? SINK_STOP : s->full || s->paused ? SINK_PAUSE : SINK_GO;
}

static enum sink_answer sink_archive_head(struct sink *sink, const struct head *head)
{
    struct sink_archive *s = (struct sink_archive *)sink;
    if (head->has_length)
        archive_body_expect(&s->capture.body, head->length);
    enum sink_answer answer = s->next->head ? s->next->head(s->next, head) : SINK_GO;
    return sink_archive_pass(s, answer);
}

static enum sink_answer sink_archive_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_archive *s = (struct sink_archive *)sink;
    int room = archive_body_take(&s->capture.body, (struct span){ p, n });
    if (room < 0)
        s->error = room;
    else if (room == 0)
        s->full = true;
    return sink_archive_pass(s, s->sated ? SINK_GO : s->next->write(s->next, p, n));
}

static int sink_archive_spill(void *arg)
{
    struct sink_archive *s = arg;
    return archive_spill(s->archive, &s->capture);
}

// Our own work first, then whatever the next sink wants.
static enum sink_answer sink_archive_drain(struct sink *sink, struct errand *e)
{
    struct sink_archive *s = (struct sink_archive *)sink;
    if (s->full) {
        s->full = false;
        s->ours = true;
        errand_work(e, sink_archive_spill, s);
        return SINK_PAUSE;
    }
    if (s->ours) {
        s->ours = false;
        if (e->result < 0)
            s->error = e->result;
        *e = (struct errand){ 0 };
    }
    if (s->error)
        return SINK_STOP;
    if (!s->paused)
        return SINK_GO;
    enum sink_answer answer = s->next->drain(s->next, e);
    s->paused = answer == SINK_PAUSE;
    if (answer == SINK_STOP)
        s->sated = true;
    return s->paused ? SINK_PAUSE : SINK_GO;
}

void sink_archive_begin(struct sink_archive *s, struct archive *a, struct sink *next)
{
    s->sink = (struct sink){ sink_archive_head, sink_archive_write, sink_archive_drain };
    s->next = next;
    s->archive = a;
    s->full = s->paused = s->sated = s->ours = false;
    s->error = 0;
    archive_begin(a, &s->capture);
}

void sink_archive_trim(struct sink_archive *s, size_t most)
{
    struct wire *w = &s->capture.wire;
    archive_body_end(&s->capture.body, most);
    if (w->sent.room + w->received.room > most)
        wire_fini(w);
}

void sink_archive_fini(struct sink_archive *s)
{
    archive_capture_fini(&s->capture);
}
