// SPDX-License-Identifier: MIT
#include "resolve/question.h"
#include "resolve/answer.h"
#include "sys/clock.h"
#include "sys/shortage.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    QUESTION_DOUBLINGS = 6,
    QUESTION_REFUSALS = 3, // that may mean "too many at once"
    QUESTION_CROWD = 64,   // questions that are
    QUESTION_FORMERR = 1,
    QUESTION_NOTIMP = 4,
    QUESTION_REFUSED = 5,
};

// One query sent. It lives until c-ares ends it, which may be long after its question was answered
// by another.
struct attempt {
    struct ask ask;
    struct list node;
    struct question *question; // NULL: nobody wants to hear of it
    struct upstreams *servers;
    unsigned server;
    int64_t at;
    bool tcp;
};

void question_start(struct question *q, struct upstreams *servers, struct span name,
                    enum query_type type, int64_t step, int64_t now,
                    void (*changed)(struct question *q))
{
    q->servers = servers;
    q->name = name;
    q->type = type;
    q->found.kind = FINDING_UNKNOWN;
    q->found.count = 0;
    q->found.server = NULL;
    q->changed = changed;
    q->step = step;
    q->due = now;
    list_init(&q->attempts);
    q->tried = q->done = q->doubtful = 0;
    q->sent = q->refused = 0;
    q->resend = -1;
    q->again = false;
    q->tcp = servers->servers.tcp;
    q->error = 0;
}

void question_drop(struct question *q)
{
    if (!q->attempts.next)
        return;
    for (struct list *node; (node = list_pop(&q->attempts)) != NULL;)
        list_entry(node, struct attempt, node)->question = NULL;
}

static const char *question_server(const struct question *q, unsigned i)
{
    return q->servers->servers.server[i].name;
}

// Ends with `kind`; or with the addresses of a cut answer, when that is all that was to be had.
static void question_end(struct question *q, enum finding_kind kind, int64_t now)
{
    q->found.kind = q->found.count ? FINDING_ADDRESSES : kind;
    q->found.at = now;
    question_drop(q);
    q->changed(q);
}

// Server `i` was of no help; nor will it be if it is asked again, when `finally`.
static void question_failed(struct question *q, unsigned i, bool finally, int64_t now)
{
    q->found.server = question_server(q, i);
    if (finally)
        q->done |= 1u << i;
    if (q->found.count || (q->done && !(upstreams_well(q->servers, now) & ~q->done))) {
        question_end(q, FINDING_FAILED, now);
        return;
    }
    q->again = upstreams_all(q->servers) & ~q->done & ~q->tried;
    q->changed(q);
}

static void question_keep(struct question *q, const struct answer *a, unsigned server, int64_t now)
{
    q->found.count = a->count;
    memcpy(q->found.address, a->address, a->count * sizeof *a->address);
    q->found.expires = now + a->ttl * CLOCK_S;
    q->found.server = question_server(q, server);
}

static void question_resend(struct question *q, unsigned server)
{
    q->resend = (int)server;
    q->changed(q);
}

// Whether the answer may be bad only because the server does not know EDNS (RFC 6891 §7).
static bool question_blames_edns(const struct attempt *t, const struct answer *a)
{
    if (!t->ask.channel->edns)
        return false;
    if (a->kind == ANSWER_DAMAGED)
        return channel_lost_edns(t->ask.channel);
    return a->kind == ANSWER_REFUSED && !a->edns &&
           (a->rcode == QUESTION_FORMERR || a->rcode == QUESTION_NOTIMP);
}

// Whether REFUSED means that the server has too many questions at once, not that it will never
// answer this one: it answers others, or had many to think about just now. Being refused again when
// asked again later speaks against it, and a few times of that settle it.
static bool question_is_crowded(struct question *q, const struct attempt *t, const struct answer *a,
                                int64_t now)
{
    struct upstream *u = &q->servers->at[t->server];
    if (a->kind != ANSWER_REFUSED || a->rcode != QUESTION_REFUSED)
        return false;
    if (t->ask.channel->under_way >= QUESTION_CROWD)
        u->crowd = now;
    if (q->refused == QUESTION_REFUSALS || !u->patience ||
        !(u->useful || now - u->crowd < UPSTREAMS_CROWD))
        return false;
    if (q->refused++)
        upstreams_refused_again(q->servers, t->server, now);
    return true;
}

static void question_bad_answer(struct question *q, const struct attempt *t, const struct answer *a,
                                int64_t now)
{
    if (question_blames_edns(t, a)) {
        upstreams_without_edns(q->servers, t->server);
        question_resend(q, t->server);
        return;
    }
    snprintf(q->found.why, sizeof q->found.why, "%s from %s",
             a->kind == ANSWER_REFUSED ? answer_rcode_name(a->rcode) : "a damaged answer",
             question_server(q, t->server));
    question_failed(q, t->server, !question_is_crowded(q, t, a, now), now);
}

static void question_answered(struct question *q, const struct attempt *t, const struct answer *a,
                              int64_t now)
{
    if (a->kind == ANSWER_REFUSED || a->kind == ANSWER_DAMAGED ||
        (a->kind == ANSWER_CUT && t->tcp)) {
        question_bad_answer(q, t, a, now);
        return;
    }
    upstreams_helped(q->servers, t->server, q->refused);
    question_keep(q, a, t->server, now);
    if (a->kind == ANSWER_CUT) {
        q->tcp = true;
        question_resend(q, t->server);
    } else {
        question_end(q, a->kind == ANSWER_NO_NAME ? FINDING_NO_NAME : FINDING_EMPTY, now);
    }
}

// c-ares ended an attempt without an answer.
static void question_unanswered(struct question *q, const struct attempt *t, int status,
                                int64_t now)
{
    if (status == ARES_ETIMEOUT || status == ARES_EDESTRUCTION || status == ARES_ECANCELLED)
        return;
    const struct channel *c = t->ask.channel;
    int err = status == ARES_ENOMEM ? ENOMEM : c->error;
    if (!q->found.count && shortage_is(err, c->server->address.family)) {
        q->error = -err;
        question_end(q, FINDING_FAILED, now);
        return;
    }
    char text[64];
    snprintf(q->found.why, sizeof q->found.why, "%s: %s", question_server(q, t->server),
             err ? strerror_r(err, text, sizeof text) : "closed the connection");
    uint32_t bit = 1u << t->server;
    bool again = q->doubtful & bit;
    q->doubtful |= bit;
    question_failed(q, t->server, again, now);
}

static void question_attempt_done(struct ask *ask, int status, const uint8_t *packet, size_t n)
{
    struct attempt *t = list_entry(ask, struct attempt, ask);
    struct question *q = t->question;
    int64_t now = loop_now(ask->channel->loop);
    list_remove(&t->node);
    if (status == ARES_SUCCESS)
        upstreams_heard(t->servers, t->server, now);
    if (q && status == ARES_SUCCESS) {
        struct answer a;
        answer_read(&a, packet, n, q->name, q->type);
        question_answered(q, t, &a, now);
    } else if (q) {
        question_unanswered(q, t, status, now);
    }
    free(t);
}

static void question_send(struct question *q, int64_t now)
{
    int server = q->resend;
    if (server < 0) {
        server = upstreams_pick(q->servers, &q->tried, q->done, now);
        q->sent++;
    }
    q->resend = -1;
    q->again = false;
    unsigned rounds = (q->sent - 1) / q->servers->servers.count;
    q->due = now + (q->step << (rounds < QUESTION_DOUBLINGS ? rounds : QUESTION_DOUBLINGS));
    struct attempt *t = malloc(sizeof *t);
    if (!t) {
        q->error = -ENOMEM;
        question_end(q, FINDING_FAILED, now);
        return;
    }
    *t = (struct attempt){ .ask.done = question_attempt_done,
                           .question = q,
                           .servers = q->servers,
                           .server = (unsigned)server,
                           .at = now,
                           .tcp = q->tcp };
    list_init(&t->node);
    list_push(&q->attempts, &t->node);
    int err = upstreams_ask(q->servers, t->server, &t->ask, q->name, q->type, q->tcp, now);
    if (err < 0) {
        list_remove(&t->node);
        free(t);
        q->error = err;
        question_end(q, FINDING_FAILED, now);
    }
}

// The last server asked was silent for a step. The addresses of a cut answer do instead of it.
static void question_missed(struct question *q, int64_t now)
{
    if (list_empty(&q->attempts))
        return;
    struct attempt *last = list_entry(q->attempts.prev, struct attempt, node);
    upstreams_missed(q->servers, last->server, last->at, now);
    if (q->found.count)
        question_end(q, FINDING_TIMEOUT, now);
}

int64_t question_step(struct question *q, int64_t now)
{
    while (q->found.kind == FINDING_UNKNOWN) {
        if (q->due <= now)
            question_missed(q, now);
        else if (q->resend < 0 && !q->again)
            return q->due;
        if (q->found.kind == FINDING_UNKNOWN)
            question_send(q, now);
    }
    return CLOCK_NEVER;
}

void question_expire(struct question *q, int64_t now)
{
    if (q->found.kind != FINDING_UNKNOWN)
        return;
    bool failed = q->done || q->doubtful || q->refused;
    if (!failed) {
        bool several = q->servers->servers.count > 1;
        snprintf(q->found.why, sizeof q->found.why, "no answer from %s%s", question_server(q, 0),
                 several ? " or another" : "");
    }
    question_end(q, failed ? FINDING_FAILED : FINDING_TIMEOUT, now);
}

bool question_hears(const struct question *q)
{
    return q->found.kind == FINDING_UNKNOWN && !list_empty(&q->attempts);
}
