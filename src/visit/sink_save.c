// SPDX-License-Identifier: MIT
#include "visit/sink_save.h"
#include "sched/errand.h"
#include "visit/budget.h"
#include "web/content_disposition.h"
#include "web/filename.h"
#include <errno.h>

// ---- the head, on the loop's stack

// RFC 9110 §15.3.5, §15.3.6.
static bool sink_save_has_body(const struct head *head)
{
    return head->status >= 200 && head->status < 300 && head->status != 204 && head->status != 205;
}

// The directory of the URL, with the name that the server suggests.
static void sink_save_name(struct sink_save *s, const struct head *head)
{
    struct span field = head_find(head, "content-disposition");
    const char *slash = memrchr(s->setup.path.p, '/', s->setup.path.n);
    struct buffer name = { 0 };
    buffer_clear(&s->name);
    if (field.n && !s->setup.by_url && slash && content_disposition_name(field, &name) && name.n) {
        size_t n = (size_t)(slash - s->setup.path.p) + 1;
        buffer_add(&s->name, s->setup.path.p, n);
        filename_make(&s->name, buffer_span(&name),
                      (struct span){ s->setup.path.p + n, s->setup.path.n - n });
    } else {
        buffer_add(&s->name, s->setup.path.p, s->setup.path.n);
    }
    if (name.failed || s->name.failed)
        s->error = -ENOMEM;
    buffer_fini(&name);
}

static enum sink_answer sink_save_head(struct sink *sink, const struct head *head)
{
    struct sink_save *s = (struct sink_save *)sink;
    s->wanted = sink_save_has_body(head);
    if (s->wanted)
        sink_save_name(s, head);
    if (s->error)
        return SINK_STOP;
    if (!s->chain->head || !(s->wanted || s->pass))
        return SINK_GO;
    return s->chain->head(s->chain, head);
}

// What has come must be held, but not when there is nothing left for more.
static bool sink_save_charge(struct sink_save *s, size_t n)
{
    struct budget *b = s->setup.budget;
    bool fits = !b || budget_take(b, n);
    if (!fits)
        budget_force(b, n);
    s->charged += b ? n : 0;
    return fits;
}

void sink_save_release(struct sink_save *s)
{
    if (s->charged)
        budget_give(s->setup.budget, s->charged);
    s->charged = 0;
}

static enum sink_answer sink_save_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_save *s = (struct sink_save *)sink;
    if (!s->wanted)
        return s->pass ? s->chain->write(s->chain, p, n) : SINK_GO;
    buffer_add(&s->held, p, n);
    if (s->held.failed) {
        s->error = -ENOMEM;
        return SINK_STOP;
    }
    return sink_save_charge(s, n) && s->held.n < SINK_SAVE_HELD ? SINK_GO : SINK_PAUSE;
}

// ---- the rest, where blocking is allowed

static int sink_save_work(void *arg)
{
    sink_save_flush(arg);
    return 0;
}

static enum sink_answer sink_save_drain(struct sink *sink, struct errand *e)
{
    struct sink_save *s = (struct sink_save *)sink;
    if (e->result < 0 && !s->error)
        s->error = e->result;
    if (s->error || s->stopped)
        return SINK_STOP;
    if (!s->held.n)
        return SINK_GO;
    errand_work(e, sink_save_work, s);
    return SINK_PAUSE;
}

void sink_save_flush(struct sink_save *s)
{
    if (s->held.n && !s->error && !s->stopped)
        s->stopped = s->chain->write(s->chain, s->held.p, s->held.n) == SINK_STOP;
    buffer_clear(&s->held);
    sink_save_release(s);
}

static enum sink_answer sink_save_put(struct sink *tail, const char *p, size_t n)
{
    struct sink_save *s =
        (struct sink_save *)(void *)((char *)tail - offsetof(struct sink_save, tail));
    if (!s->wanted)
        return SINK_GO;
    if (s->file.fd < 0)
        s->error = save_begin(s->setup.save, &s->file);
    if (!s->error)
        s->error = save_write(&s->file, (struct span){ p, n });
    return s->error ? SINK_STOP : SINK_GO;
}

void sink_save_keep(struct sink_save *s)
{
    if (s->file.fd < 0)
        s->error = save_begin(s->setup.save, &s->file); // an empty body
    if (!s->error)
        s->error = save_keep(s->setup.save, &s->file, buffer_span(&s->name), &s->saved);
}

void sink_save_drop(struct sink_save *s)
{
    if (s->setup.save)
        save_drop(s->setup.save, &s->file);
}

struct span sink_save_complaint(struct sink_save *s)
{
    struct buffer *out = &s->saved; // nothing was
    buffer_clear(out);
    buffer_add_string(out, "cannot save to ");
    save_name(s->setup.save, buffer_span(&s->name), out);
    buffer_add_format(out, ": %s", strerror(-s->error));
    return out->failed ? (struct span){ NULL, 0 } : buffer_span(out);
}

// ---- its life

void sink_save_begin(struct sink_save *s, const struct sink_save_setup *setup, struct sink *chain,
                     bool pass)
{
    struct buffer held = s->held, name = s->name, saved = s->saved;
    sink_save_release(s);
    buffer_clear(&held);
    buffer_clear(&saved);
    *s = (struct sink_save){
        .sink = { sink_save_head, sink_save_write, sink_save_drain },
        .tail = { NULL, sink_save_put, NULL },
        .chain = chain,
        .pass = pass,
        .setup = *setup,
        .file = { .fd = -1 },
        .held = held,
        .name = name,
        .saved = saved,
    };
}

void sink_save_trim(struct sink_save *s, size_t most)
{
    if (s->held.room > most)
        buffer_fini(&s->held);
}

void sink_save_fini(struct sink_save *s)
{
    sink_save_drop(s);
    sink_save_release(s);
    buffer_fini(&s->held);
    buffer_fini(&s->name);
    buffer_fini(&s->saved);
}
