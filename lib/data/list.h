// SPDX-License-Identifier: MIT
#ifndef DATA_LIST_H
#define DATA_LIST_H
#include <stdbool.h>
#include <stddef.h>

// An intrusive, circular, doubly linked list. A head and a member are the same type;
// a head that points at itself is empty; a member that points at itself is on no list.
// Everything is O(1), nothing allocates, and nothing is owned.
struct list {
    struct list *prev, *next;
};

// The structure of type `type` whose member `member` is at `node`.
#define list_entry(node, type, member) ((type *)((char *)(node)-offsetof(type, member)))

// Visits every member of `head` in order; the member being visited may be removed.
// NOLINTBEGIN(bugprone-macro-parentheses): names that are declared
#define list_each(node, following, head)                                            \
    for (struct list *node = (head)->next, *following = node->next; node != (head); \
         node = following, following = node->next)
// NOLINTEND(bugprone-macro-parentheses)

// Makes `l` an empty head, or a member of no list.
static inline void list_init(struct list *l)
{
    l->prev = l->next = l;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

// Puts `l` before `at`: at the tail when `at` is the head. `l` must be on no list.
static inline void list_insert(struct list *at, struct list *l)
{
    l->prev = at->prev;
    l->next = at;
    at->prev->next = l;
    at->prev = l;
}

static inline void list_push(struct list *head, struct list *l)
{
    list_insert(head, l);
}

static inline void list_push_front(struct list *head, struct list *l)
{
    list_insert(head->next, l);
}

#ifdef __clang_analyzer__
// It takes what was on a list for what is on it still, so it is not told what these do.
void list_remove(struct list *l);
struct list *list_pop(struct list *head);
#else
// Takes `l` off the list it is on, if any.
static inline void list_remove(struct list *l)
{
    l->prev->next = l->next;
    l->next->prev = l->prev;
    list_init(l);
}

// Takes and returns the first member, NULL when empty.
static inline struct list *list_pop(struct list *head)
{
    struct list *l = head->next;
    if (l == head)
        return NULL;
    list_remove(l);
    return l;
}
#endif
#endif
