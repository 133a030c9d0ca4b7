// SPDX-License-Identifier: MIT
#include "ledger/mailbox.h"

static void on_bell(struct bell *bell)
{
    struct mailbox *m = list_entry(bell, struct mailbox, bell);
    m->wake(m->arg);
}

int mailbox_open(struct mailbox *m, struct loop *l, void (*wake)(void *arg), void *arg)
{
    *m = (struct mailbox){ .wake = wake, .arg = arg };
    int r = bell_open(&m->bell, l, on_bell);
    if (r < 0)
        return r;
    list_init(&m->in);
    list_init(&m->out);
    pthread_mutex_init(&m->lock, NULL);
    pthread_cond_init(&m->wanted, NULL);
    return 0;
}

void mailbox_close(struct mailbox *m)
{
    struct list *node;
    bell_close(&m->bell);
    while ((node = list_pop(&m->in)))
        batch_free(list_entry(node, struct batch, node));
    while ((node = list_pop(&m->out)))
        store_answer_free(list_entry(node, struct store_answer_packed, node));
    pthread_cond_destroy(&m->wanted);
    pthread_mutex_destroy(&m->lock);
}

// To look is to lock.
static pthread_mutex_t *lock_of(const struct mailbox *m)
{
    return (pthread_mutex_t *)(uintptr_t)&m->lock;
}

// ---- the loop's side

void mailbox_put(struct mailbox *m, struct batch *b)
{
    pthread_mutex_lock(&m->lock);
    bool broken = m->error < 0;
    if (!broken) {
        m->waiting += b->bytes.n;
        list_push(&m->in, &b->node);
        pthread_cond_signal(&m->wanted);
    }
    pthread_mutex_unlock(&m->lock);
    if (broken)
        batch_free(b);
}

void mailbox_seal(struct mailbox *m, uint64_t cut)
{
    pthread_mutex_lock(&m->lock);
    m->sealed = cut;
    pthread_cond_signal(&m->wanted);
    pthread_mutex_unlock(&m->lock);
}

struct store_answer_packed *mailbox_receive(struct mailbox *m, uint64_t *committed)
{
    pthread_mutex_lock(&m->lock);
    struct list *node = list_pop(&m->out);
    *committed = node || m->committed == m->told ? 0 : m->committed;
    if (*committed)
        m->told = m->committed;
    pthread_mutex_unlock(&m->lock);
    return node ? list_entry(node, struct store_answer_packed, node) : NULL;
}

void mailbox_stop(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    m->stopping = true;
    pthread_cond_signal(&m->wanted);
    pthread_mutex_unlock(&m->lock);
}

int mailbox_error(const struct mailbox *m)
{
    pthread_mutex_lock(lock_of(m));
    int r = m->error;
    pthread_mutex_unlock(lock_of(m));
    return r;
}

size_t mailbox_waiting(const struct mailbox *m)
{
    pthread_mutex_lock(lock_of(m));
    size_t n = m->waiting;
    pthread_mutex_unlock(lock_of(m));
    return n;
}

uint64_t mailbox_done(const struct mailbox *m)
{
    pthread_mutex_lock(lock_of(m));
    uint64_t n = m->done;
    pthread_mutex_unlock(lock_of(m));
    return n;
}

void mailbox_counts(const struct mailbox *m, uint64_t *frontier, uint64_t *seen)
{
    pthread_mutex_lock(lock_of(m));
    *frontier = m->frontier;
    *seen = m->seen;
    pthread_mutex_unlock(lock_of(m));
}

// ---- the thread's side

struct batch *mailbox_get(struct mailbox *m)
{
    pthread_mutex_lock(&m->lock);
    while (list_empty(&m->in) && !m->stopping)
        pthread_cond_wait(&m->wanted, &m->lock);
    struct list *node = m->stopping ? NULL : list_pop(&m->in);
    pthread_mutex_unlock(&m->lock);
    return node ? list_entry(node, struct batch, node) : NULL;
}

void mailbox_look(struct mailbox *m, bool (*look)(void *arg, const struct batch *b), void *arg)
{
    pthread_mutex_lock(&m->lock);
    for (struct list *at = m->in.next; at != &m->in; at = at->next)
        if (!look(arg, list_entry(at, struct batch, node)))
            break;
    pthread_mutex_unlock(&m->lock);
}

bool mailbox_wait_for_seal(struct mailbox *m, uint64_t cut)
{
    pthread_mutex_lock(&m->lock);
    while (m->sealed < cut && !m->stopping)
        pthread_cond_wait(&m->wanted, &m->lock);
    bool sealed = m->sealed >= cut;
    pthread_mutex_unlock(&m->lock);
    return sealed;
}

void mailbox_committed(struct mailbox *m, uint64_t cut)
{
    pthread_mutex_lock(&m->lock);
    m->committed = cut;
    bell_ring(&m->bell);
    pthread_mutex_unlock(&m->lock);
}

void mailbox_publish(struct mailbox *m, size_t bytes, struct list *answers, uint64_t frontier,
                     uint64_t seen)
{
    struct list *node;
    pthread_mutex_lock(&m->lock);
    while ((node = list_pop(answers)))
        list_push(&m->out, node);
    m->waiting -= bytes;
    m->done++;
    m->frontier = frontier;
    m->seen = seen;
    if (!list_empty(&m->out) || list_empty(&m->in)) // else it wakes for what comes next
        bell_ring(&m->bell);
    pthread_mutex_unlock(&m->lock);
}

void mailbox_fail(struct mailbox *m, int error)
{
    pthread_mutex_lock(&m->lock);
    if (m->error == 0)
        m->error = error;
    bell_ring(&m->bell);
    pthread_mutex_unlock(&m->lock);
}
