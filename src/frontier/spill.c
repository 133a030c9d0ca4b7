// SPDX-License-Identifier: MIT
#include "frontier/spill.h"
#include "sched/offload.h"
#include "sched/park.h"
#include "sys/clock.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// A block: the number of the one after it, how many bytes it holds, and those bytes. A line may go
// over from one to the next.
struct block {
    uint64_t next;
    uint32_t used, unused;
    char bytes[SPILL_BLOCK - 16];
};

// What stands before each line in the stream.
struct prefix {
    uint64_t number;
    uint32_t n;
};

void spill_init(struct spill *s)
{
    *s = (struct spill){ .fd = -1 };
    list_init(&s->overflows);
    list_init(&s->lock);
}

void spill_fini(struct spill *s)
{
    list_each(node, following, &s->overflows) spill_end(s, list_entry(node, struct overflow, node));
    if (s->fd >= 0)
        close(s->fd);
    free(s->unused);
    *s = (struct spill){ .fd = -1 };
}

static void lock(struct spill *s)
{
    while (s->locked)
        if (park_on(&s->lock, CLOCK_NEVER) == -ECANCELED)
            yield_fiber(); // what is inside ends soon: work that was taken up is always waited for
    s->locked = true;
}

static void unlock(struct spill *s)
{
    s->locked = false;
    wake_one(&s->lock, 0);
}

static int open_file(struct spill *s)
{
    const char *dir = getenv("TMPDIR");
    dir = dir && *dir ? dir : "/var/tmp";
    s->fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0 && errno == EOPNOTSUPP) {
        char path[4096];
        snprintf(path, sizeof path, "%s/trawl.XXXXXX", dir);
        s->fd = mkostemp(path, O_CLOEXEC);
        if (s->fd >= 0)
            unlink(path);
    }
    if (s->fd < 0) {
        int r = -errno;
        log_warning("%s: no temporary file can be made there (%s): the list is read less far "
                    "ahead; set TMPDIR",
                    dir, strerror(-r));
        return r;
    }
    return 0;
}

static uint64_t take_number(struct spill *s)
{
    return s->unused_count > 0 ? s->unused[--s->unused_count] : s->blocks++;
}

// A number that cannot be remembered for want of memory is lost: the file grows instead.
static void give_number(struct spill *s, uint64_t number)
{
    if (s->unused_count == s->unused_room) {
        size_t room = s->unused_room ? 2 * s->unused_room : 64;
        uint64_t *more = realloc(s->unused, room * sizeof *more);
        if (!more)
            return;
        s->unused = more;
        s->unused_room = room;
    }
    s->unused[s->unused_count++] = number;
}

struct transfer {
    int fd;
    uint64_t number;
    struct block *block;
};

static int write_block(void *arg)
{
    struct transfer *t = arg;
    ssize_t n = pwrite(t->fd, t->block, sizeof *t->block, (off_t)(t->number * sizeof *t->block));
    return n == (ssize_t)sizeof *t->block ? 0 : n < 0 ? -errno : -ENOSPC;
}

static int read_block(void *arg)
{
    struct transfer *t = arg;
    ssize_t n = pread(t->fd, t->block, sizeof *t->block, (off_t)(t->number * sizeof *t->block));
    return n == (ssize_t)sizeof *t->block && t->block->used <= sizeof t->block->bytes ? 0
           : n < 0                                                                    ? -errno
                                                                                      : -EIO;
}

// On a thread; where it is when there is none, or the run is being cancelled.
static int do_transfer(int (*work)(void *), struct transfer *t)
{
    int r = offload(work, t);
    return r == -ECANCELED || r == -EAGAIN || r == -ENOMEM ? work(t) : r;
}

// Writes the first block's worth of the tail.
static int write_tail(struct spill *s, struct overflow *o)
{
    struct block *b = calloc(1, sizeof *b);
    if (!b)
        return -ENOMEM;
    uint64_t next = take_number(s);
    b->next = next;
    b->used = sizeof b->bytes;
    memcpy(b->bytes, o->tail.p, sizeof b->bytes);
    struct transfer t = { s->fd, o->last, b };
    int r = do_transfer(write_block, &t);
    free(b);
    if (r < 0) {
        give_number(s, next);
        log_warning("the temporary file of lines read ahead cannot be written (%s): the list is "
                    "read less far ahead",
                    strerror(-r));
        return r;
    }
    if (o->on_disk++ == 0)
        o->first = o->last;
    o->last = next;
    buffer_consume(&o->tail, sizeof b->bytes);
    return 0;
}

static int push(struct spill *s, struct overflow *o, const struct line *line)
{
    struct prefix p = { line->number, (uint32_t)line->text.n };
    size_t before = o->tail.n;
    if (s->error)
        return s->error;
    buffer_add(&o->tail, &p, sizeof p);
    buffer_add(&o->tail, line->text.p, line->text.n);
    if (o->tail.failed) {
        o->tail.failed = false;
        o->tail.n = before;
        return -ENOMEM;
    }
    o->lines++;
    s->lines++;
    // A failure now is the next line's: this one is in memory.
    while (o->tail.n >= sizeof(struct block) && s->error == 0)
        s->error = write_tail(s, o);
    return 0;
}

int spill_push(struct spill *s, struct overflow **o, struct host *host, const struct line *line)
{
    int r = 0;
    lock(s);
    if (s->fd < 0 && s->error == 0)
        r = s->error = open_file(s);
    if (r == 0 && !*o) {
        *o = calloc(1, sizeof **o);
        if (*o) {
            (*o)->host = host;
            (*o)->last = take_number(s);
            list_push(&s->overflows, &(*o)->node);
        }
        r = *o ? 0 : -ENOMEM;
    }
    if (r == 0)
        r = push(s, *o, line);
    unlock(s);
    return r;
}

static int read_head(struct spill *s, struct overflow *o)
{
    struct block *b = malloc(sizeof *b);
    if (!b)
        return -ENOMEM;
    struct transfer t = { s->fd, o->first, b };
    int r = do_transfer(read_block, &t);
    if (r == 0) {
        buffer_add(&o->head, b->bytes, b->used);
        r = o->head.failed ? -ENOMEM : 0;
        o->head.failed = false;
    }
    if (r == 0) {
        give_number(s, o->first);
        o->first = b->next;
        o->on_disk--;
    } else {
        log_error("lines read ahead cannot be read back from the temporary file: %s", strerror(-r));
    }
    free(b);
    return r;
}

int spill_fetch(struct spill *s, struct overflow *o)
{
    int r = 0;
    lock(s);
    buffer_consume(&o->head, o->taken);
    o->taken = 0;
    if (o->on_disk > 0) {
        r = read_head(s, o);
    } else {
        buffer_add(&o->head, o->tail.p, o->tail.n);
        r = o->head.failed ? -ENOMEM : 0;
        o->head.failed = false;
        if (r == 0)
            buffer_clear(&o->tail);
    }
    unlock(s);
    return r;
}

bool spill_take(struct spill *s, struct overflow *o, struct line *out)
{
    struct prefix p;
    size_t left = o->head.n - o->taken;
    if (left < sizeof p)
        return false;
    memcpy(&p, o->head.p + o->taken, sizeof p);
    if (left - sizeof p < p.n)
        return false;
    *out = (struct line){ { o->head.p + o->taken + sizeof p, p.n }, p.number, 0 };
    o->taken += sizeof p + p.n;
    o->lines--;
    s->lines--;
    return true;
}

void spill_end(struct spill *s, struct overflow *o)
{
    if (!o)
        return;
    s->lines -= o->lines;
    if (o->on_disk == 0)
        give_number(s, o->last);
    list_remove(&o->node);
    buffer_fini(&o->head);
    buffer_fini(&o->tail);
    free(o);
}
