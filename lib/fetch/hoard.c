// SPDX-License-Identifier: MIT
#include "fetch/hoard.h"
#include <stdatomic.h>

static pthread_mutex_t hoard_lock = PTHREAD_MUTEX_INITIALIZER; // of the list
static struct list hoard_all = { &hoard_all, &hoard_all };
static atomic_uint hoard_number;

void hoard_init(struct hoard *h, bool (*drop)(struct hoard *h))
{
    h->drop = drop;
    pthread_mutex_init(&h->use, NULL);
    pthread_mutex_lock(&hoard_lock);
    list_push(&hoard_all, &h->node);
    pthread_mutex_unlock(&hoard_lock);
    atomic_fetch_add_explicit(&hoard_number, 1, memory_order_relaxed);
}

void hoard_fini(struct hoard *h)
{
    atomic_fetch_sub_explicit(&hoard_number, 1, memory_order_relaxed);
    pthread_mutex_lock(&hoard_lock);
    list_remove(&h->node);
    pthread_mutex_unlock(&hoard_lock);
    pthread_mutex_destroy(&h->use);
}

void hoard_begin(struct hoard *h)
{
    pthread_mutex_lock(&h->use);
}

void hoard_end(struct hoard *h)
{
    pthread_mutex_unlock(&h->use);
}

unsigned hoard_count(void)
{
    return atomic_load_explicit(&hoard_number, memory_order_relaxed);
}

unsigned hoard_drop_idle(void)
{
    unsigned dropped = 0;
    pthread_mutex_lock(&hoard_lock);
    for (struct list *l = hoard_all.next; l != &hoard_all; l = l->next) {
        struct hoard *h = list_entry(l, struct hoard, node);
        if (pthread_mutex_trylock(&h->use) != 0)
            continue;
        dropped += h->drop(h);
        pthread_mutex_unlock(&h->use);
    }
    pthread_mutex_unlock(&hoard_lock);
    return dropped;
}
