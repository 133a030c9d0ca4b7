// SPDX-License-Identifier: MIT
#include "resolve/hosts.h"
#include "sys/shortage.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

// Takes the next word of `line`; an absent span at its end or at a comment.
static struct span hosts_word(struct span *line)
{
    size_t at = 0, end;
    while (at < line->n && strchr(" \t\r\n\f\v", line->p[at]))
        at++;
    for (end = at; end < line->n && !strchr(" \t\r\n\f\v#", line->p[end]); end++)
        ;
    struct span word = { end > at ? line->p + at : NULL, end - at };
    line->p += end;
    line->n -= end;
    return word;
}

static struct span hosts_undotted(struct span name)
{
    if (name.n > 1 && name.p[name.n - 1] == '.')
        name.n--;
    return name;
}

// The entry of `name`, made when there is none; NULL when there is no memory.
static struct hosts_entry *hosts_entry(struct hosts *h, struct span name)
{
    name = hosts_undotted(name);
    struct hosts_entry *e = malloc(sizeof *e + name.n);
    if (!e)
        return NULL;
    *e = (struct hosts_entry){ 0 };
    for (size_t i = 0; i < name.n; i++)
        e->name[i] = name.p[i] >= 'A' && name.p[i] <= 'Z' ? (char)(name.p[i] + 32) : name.p[i];
    struct span key = { e->name, name.n };
    uint64_t hash = map_hash(key);
    struct map_node *found = map_find(&h->names, hash, key);
    if (!found && map_add(&h->names, &e->by_name, hash, key) == 0)
        return e;
    free(e);
    return found ? list_entry(found, struct hosts_entry, by_name) : NULL;
}

static int hosts_entry_add(struct hosts_entry *e, const struct address *a)
{
    for (unsigned i = 0; i < e->count; i++)
        if (address_equal(&e->address[i], a))
            return 0;
    if (e->count == e->room) {
        unsigned room = e->room ? e->room * 2 : 2;
        struct address *more = reallocarray(e->address, room, sizeof *more);
        if (!more)
            return -ENOMEM;
        e->address = more;
        e->room = room;
    }
    e->address[e->count++] = *a;
    return 0;
}

int hosts_add_line(struct hosts *h, struct span line)
{
    struct address a;
    struct span word = hosts_word(&line);
    if (!word.p || address_parse(&a, word) < 0)
        return 0;
    while ((word = hosts_word(&line)).p) {
        struct hosts_entry *e = hosts_entry(h, word);
        if (!e || hosts_entry_add(e, &a) < 0)
            return -ENOMEM;
    }
    return 0;
}

int hosts_load(struct hosts *h, const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return shortage_is(errno, 0) ? -errno : 0;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    int err = 0;
    while (!err && (n = getline(&line, &room, f)) > 0)
        err = hosts_add_line(h, (struct span){ line, (size_t)n });
    free(line);
    fclose(f);
    return err;
}

const struct hosts_entry *hosts_find(const struct hosts *h, struct span name)
{
    if (!h->names.count)
        return NULL;
    struct map_node *n = map_find(&h->names, map_hash(name), name);
    return n ? list_entry(n, struct hosts_entry, by_name) : NULL;
}

static void hosts_free_entry(struct map_node *n, void *arg)
{
    (void)arg;
    struct hosts_entry *e = list_entry(n, struct hosts_entry, by_name);
    free(e->address);
    free(e);
}

void hosts_fini(struct hosts *h)
{
    map_each(&h->names, hosts_free_entry, NULL);
    map_fini(&h->names);
    *h = (struct hosts){ 0 };
}

// Whether `name` is `last` or ends in a dot and `last`.
static bool hosts_under(struct span name, const char *last)
{
    size_t n = strlen(last);
    return name.n >= n && memcmp(name.p + name.n - n, last, n) == 0 &&
           (name.n == n || name.p[name.n - n - 1] == '.');
}

bool hosts_is_localhost(struct span name)
{
    return hosts_under(name, "localhost");
}

bool hosts_is_nowhere(struct span name)
{
    return hosts_under(name, "onion") || hosts_under(name, "invalid");
}
