// SPDX-License-Identifier: MIT
#include "visit/turns.h"

static struct turn *turns_of(struct list *node)
{
    return list_entry(node, struct turn, node);
}

void turns_init(struct turns *s)
{
    list_init(&s->ready);
    list_init(&s->waiting);
    s->next = 1;
}

// Late ones are few and nearly in order: looked for from the end.
static void turns_wait(struct turns *s, struct turn *t)
{
    struct list *at = &s->waiting;
    while (at->prev != &s->waiting && turns_of(at->prev)->number > t->number)
        at = at->prev;
    list_insert(at, &t->node);
}

void turns_arrive(struct turns *s, struct turn *t)
{
    if (t->number && t->number != s->next) {
        turns_wait(s, t);
        return;
    }
    list_push(&s->ready, &t->node);
    if (!t->number)
        return;
    s->next++;
    while (!list_empty(&s->waiting) && turns_of(s->waiting.next)->number == s->next) {
        list_push(&s->ready, list_pop(&s->waiting));
        s->next++;
    }
}

struct turn *turns_next(struct turns *s)
{
    struct list *node = list_pop(&s->ready);
    return node ? turns_of(node) : NULL;
}
