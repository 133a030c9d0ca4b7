// SPDX-License-Identifier: MIT
#include "visit/archive_body.h"
#include "store/warc_name.h"
#include "sys/files.h"
#include "visit/budget.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { ARCHIVE_BODY_TRAIL = 16 }; // bytes, for what ends a record

void archive_body_begin(struct archive_body *b, struct budget *budget)
{
    archive_body_end(b, SIZE_MAX);
    b->budget = budget;
}

struct span archive_body_held(const struct archive_body *b)
{
    if (b->held.n < ARCHIVE_BODY_LEAD)
        return (struct span){ NULL, 0 };
    return (struct span){ b->held.p + ARCHIVE_BODY_LEAD, b->held.n - ARCHIVE_BODY_LEAD };
}

// Leaves the lead free before the first byte.
static void archive_body_lead(struct archive_body *b, size_t n)
{
    if (b->held.n == 0 && buffer_reserve(&b->held, ARCHIVE_BODY_LEAD + n))
        b->held.n = ARCHIVE_BODY_LEAD;
}

void archive_body_expect(struct archive_body *b, uint64_t length)
{
    size_t most = ARCHIVE_BODY_PIECE;
    archive_body_lead(b, (length < most ? (size_t)length : most) + ARCHIVE_BODY_TRAIL);
}

struct span archive_body_frame(struct archive_body *b, struct span head, struct span more,
                               struct span end)
{
    size_t lead = head.n + more.n;
    if (b->spilled || lead > ARCHIVE_BODY_LEAD || b->held.n < ARCHIVE_BODY_LEAD)
        return (struct span){ NULL, 0 };
    buffer_add(&b->held, end.p, end.n);
    if (b->held.failed)
        return (struct span){ NULL, 0 };
    char *at = b->held.p + ARCHIVE_BODY_LEAD - lead;
    memcpy(at, head.p, head.n);
    memcpy(at + head.n, more.p, more.n);
    return (struct span){ at, b->held.n - ARCHIVE_BODY_LEAD + lead };
}

// Takes room for `n` more bytes from the budget; a body's first bytes it always gets.
static bool archive_body_charge(struct archive_body *b, size_t n)
{
    size_t held = archive_body_held(b).n;
    if (held + n <= b->charged)
        return true;
    size_t more = held + n - b->charged, step = b->charged ? b->charged : n;
    if (more < step && b->charged + step <= ARCHIVE_BODY_HELD)
        more = step; // as the buffer grows
    bool fits = budget_take(b->budget, more);
    if (!fits)
        budget_force(b->budget, more);
    b->charged += more;
    return fits;
}

int archive_body_take(struct archive_body *b, struct span data)
{
    bool fits = archive_body_charge(b, data.n);
    archive_body_lead(b, data.n);
    buffer_add(&b->held, data.p, data.n);
    if (b->held.failed)
        return -ENOMEM;
    b->length += data.n;
    size_t most = b->spilled ? ARCHIVE_BODY_PIECE : ARCHIVE_BODY_HELD;
    return fits && archive_body_held(b).n < most;
}

// A file without a name where the archive will be, for there is room for it, if anywhere.
static int archive_body_open(const char *prefix)
{
    struct span where = warc_name_directory(span_of(prefix));
    struct buffer path = { 0 };
    buffer_add(&path, where.p, where.n);
    if (!buffer_string(&path))
        return -ENOMEM;
    int fd = open(path.p, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)) {
        buffer_add_string(&path, "/.trawl-spill-XXXXXX");
        fd = buffer_string(&path) ? mkostemp(path.p, O_CLOEXEC) : -1;
        if (fd >= 0)
            unlink(path.p);
    }
    int e = fd < 0 ? -errno : fd;
    buffer_fini(&path);
    return e;
}

static int archive_body_begin_spill(struct archive_body *b, enum digest_kind kind,
                                    const char *prefix, struct span head)
{
    int fd = archive_body_open(prefix);
    if (fd < 0)
        return fd;
    b->fd = fd;
    b->spilled = true;
    b->packed = 0;
    b->sum = (struct gzip_sum){ 0 };
    int e = digest_begin(&b->block, kind);
    if (e == 0)
        e = digest_begin(&b->payload, kind);
    if (e == 0)
        digest_add(&b->block, head);
    return e;
}

int archive_body_spill(struct archive_body *b, struct gzip *g, enum digest_kind kind,
                       const char *prefix, struct span head)
{
    struct buffer packed = { 0 };
    struct span held = archive_body_held(b);
    int e = b->spilled ? 0 : archive_body_begin_spill(b, kind, prefix, head);
    if (e == 0) {
        digest_add(&b->block, held);
        digest_add(&b->payload, held);
        e = gzip_part(g, held, &b->sum, &packed);
    }
    if (e == 0)
        e = files_write_all(b->fd, packed.p, packed.n);
    if (e == 0)
        b->packed += packed.n;
    buffer_fini(&packed);
    buffer_fini(&b->held);
    budget_give(b->budget, b->charged);
    b->charged = 0;
    return e;
}

void archive_body_end(struct archive_body *b, size_t keep)
{
    if (b->charged)
        budget_give(b->budget, b->charged);
    if (b->spilled && b->fd >= 0)
        close(b->fd);
    b->charged = 0;
    b->length = 0;
    b->spilled = false;
    b->fd = -1;
    if (b->held.room > keep)
        buffer_fini(&b->held);
    buffer_clear(&b->held);
}

void archive_body_fini(struct archive_body *b)
{
    archive_body_end(b, 0);
    digest_fini(&b->block);
    digest_fini(&b->payload);
}
