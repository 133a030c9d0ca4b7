// SPDX-License-Identifier: MIT
#include "input/source.h"
#include "input/inflow.h"
#include "sys/log.h"
#include "web/coding.h"
#include <errno.h>
#include <stdlib.h>

enum {
    SLICE = 1 << 10, // of a compressed block unpacked at once: bounds what one step can make of it
};

struct source {
    const char *const *urls;
    uint64_t number; // of lines, over arguments and file
    struct inflow in;
    bool has_input, ended, started;
    struct lines lines;
    struct span raw;       // of the block, not yet unpacked
    struct coding *coding; // NULL: plain
    struct buffer unpacked;
    // What is being divided into lines: `chunk`, which ends at byte `pushed` of the list.
    struct span chunk;
    uint64_t pushed;
    bool traced;
    struct footprint footprint;
    uint64_t taken, taken_line; // the end of the last line that was given, and its number
    struct footprint_mark mark; // up to there, when the footprint has gone further
    bool marked;
};

// ---- how far it has come

// Brings the footprint to the byte `at`, which is in the chunk.
static void trace(struct source *s, uint64_t at)
{
    uint64_t begins = s->pushed - s->chunk.n, from = s->footprint.bytes;
    if (at <= from || from < begins)
        return;
    footprint_add(&s->footprint,
                  (struct span){ s->chunk.p + (from - begins), (size_t)(at - from) });
}

// The chunk is about to go.
static void leave_chunk(struct source *s)
{
    if (!s->traced)
        return;
    if (s->taken >= s->footprint.bytes) {
        trace(s, s->taken);
        s->mark = footprint_mark(&s->footprint);
        s->marked = true;
    }
    trace(s, s->pushed);
}

static void push(struct source *s, struct span bytes)
{
    leave_chunk(s);
    s->chunk = bytes;
    s->pushed += bytes.n;
    lines_push(&s->lines, bytes);
}

static void note_taken(struct source *s)
{
    s->taken = s->pushed - s->lines.rest.n;
    s->taken_line = s->lines.number;
    s->marked = false;
}

void source_tell(struct source *s, struct source_position *out)
{
    struct source_position p = s->in.identity;
    if (!s->marked) {
        trace(s, s->taken);
        s->mark = footprint_mark(&s->footprint);
        s->marked = true;
    }
    p.arguments = s->number;
    p.line = s->taken_line;
    p.offset = s->taken;
    p.mark = s->mark;
    p.ended = s->ended && s->raw.n == 0 && s->taken == s->pushed;
    p.compressed = s->coding != NULL;
    p.spooled = s->in.spooled ? s->in.spool.length : 0;
    p.spooled_all = s->in.whole;
    *out = p;
}

// ---- more bytes

static int sniff(struct source *s)
{
    const char *coding = NULL;
    if (s->raw.n >= 2 && memcmp(s->raw.p, "\x1f\x8b", 2) == 0)
        coding = "gzip";
    else if (s->raw.n >= 4 && memcmp(s->raw.p, "\x28\xb5\x2f\xfd", 4) == 0)
        coding = "zstd";
    s->started = true;
    return coding ? coding_new(&s->coding, span_of(coding), UINT64_MAX) : 0;
}

static int keep(void *arg, const char *p, size_t n)
{
    struct buffer *b = arg;
    buffer_add(b, p, n);
    return b->failed ? -ENOMEM : 0;
}

static int damaged(struct source *s, int r)
{
    log_error("%s: %s after %llu bytes: %s", s->in.name,
              r == -ENODATA ? "the compressed data ends too early"
                            : "the compressed data is damaged",
              (unsigned long long)s->in.read,
              r == -ENOMEM ? "no memory" : "the lines up to there were taken");
    return r == -ENOMEM ? r : -EIO;
}

static int unpack(struct source *s)
{
    leave_chunk(s);
    s->chunk = (struct span){ NULL, 0 };
    buffer_clear(&s->unpacked);
    struct span slice = { s->raw.p, s->raw.n < SLICE ? s->raw.n : SLICE };
    s->raw.p += slice.n;
    s->raw.n -= slice.n;
    int r = coding_write(s->coding, slice, keep, &s->unpacked);
    push(s, buffer_span(&s->unpacked));
    return r < 0 ? damaged(s, r) : 1;
}

// Gets more bytes to divide. Returns 1, 0 at the end, or a negative errno.
static int more(struct source *s)
{
    if (s->raw.n > 0)
        return unpack(s);
    if (s->ended)
        return 0;
    leave_chunk(s);
    s->chunk = (struct span){ NULL, 0 };
    int r = inflow_next(&s->in, &s->raw);
    if (r > 0 && !s->started)
        r = sniff(s) < 0 ? -ENOMEM : 1;
    if (r <= 0) {
        s->raw.n = 0;
        s->ended = r != -ECANCELED;
        int f = r == 0 && s->coding ? coding_finish(s->coding) : 0;
        return f < 0 ? damaged(s, f) : r;
    }
    if (s->coding)
        return unpack(s);
    push(s, s->raw);
    s->raw.n = 0;
    return 1;
}

int source_next(struct source *s, struct line *out)
{
    if (*s->urls) {
        *out = (struct line){ span_of(*s->urls++), ++s->number, 0 };
        return 1;
    }
    int r = 1, last;
    while (r > 0) {
        if (lines_next(&s->lines, out)) {
            note_taken(s);
            out->number += s->number;
            return 1;
        }
        r = more(s);
    }
    if (r < 0)
        return r;
    last = lines_last(&s->lines, out);
    note_taken(s);
    if (last)
        out->number += s->number;
    return last;
}

// ---- going on

static int refuse(const struct source *s, const char *why)
{
    log_error("%s %s: give the list that the state was begun with, or begin again with another "
              "--state",
              s->in.name, why);
    return -ESTALE;
}

// Reads on without dividing into lines, up to the byte `to` of the list; what follows it stays.
static int skip(struct source *s, uint64_t to)
{
    while (s->pushed < to) {
        int r = more(s);
        if (r < 0)
            return r;
        if (r == 0)
            return refuse(s, "is shorter than it was");
    }
    uint64_t behind = s->pushed - to;
    s->lines.rest = (struct span){ s->chunk.p + (s->chunk.n - behind), (size_t)behind };
    trace(s, to);
    return 0;
}

// A file that nobody has touched need not be read anew up to the block where we stopped.
static bool is_untouched(const struct source *s, const struct source_position *from)
{
    const struct source_position *now = &s->in.identity;
    return s->in.spooled || (now->device == from->device && now->inode == from->inode &&
                             now->size == from->size && now->modified == from->modified);
}

// A last line that nothing had ended may have become longer. 1: it has.
static int has_grown_in_its_last_line(struct source *s, const struct source_position *from)
{
    size_t done = s->chunk.n - s->lines.rest.n;
    if (!from->ended || done == 0 || s->chunk.p[done - 1] == '\n')
        return 0;
    int r = s->lines.rest.n > 0 ? 1 : more(s);
    if (r <= 0)
        return r;
    char next = s->lines.rest.n > 0 ? *s->lines.rest.p : '\n';
    return next != '\n' && next != '\r';
}

static int go_on(struct source *s, const struct source_position *from)
{
    int r;
    if (s->in.spooled && from->spooled > s->in.spool.length)
        return refuse(s, "is not kept any more as it was");
    if (!from->compressed && is_untouched(s, from)) {
        uint64_t block = from->offset - from->offset % FOOTPRINT_BLOCK;
        inflow_seek(&s->in, block);
        footprint_begin(&s->footprint, block, from->mark.chain);
        s->pushed = block;
        s->started = from->offset > 0;
    }
    r = skip(s, from->offset);
    if (r < 0)
        return r;
    s->mark = footprint_mark(&s->footprint);
    s->marked = true;
    s->taken = from->offset;
    s->lines.number = s->taken_line = from->line;
    s->lines.begun = from->offset > 0;
    if (s->mark.chain != from->mark.chain || s->mark.hash != from->mark.hash)
        return refuse(s, "is not the list that it was");
    r = has_grown_in_its_last_line(s, from);
    return r == 1 ? refuse(s, "has another last line than it had") : r;
}

// What standard input has to do with what is kept of it.
static int look_at_standard_input(struct source *s, const struct source_setup *setup)
{
    if (setup->from)
        s->in.whole = setup->from->spooled_all;
    s->in.cut = !setup->given && !s->in.whole;
    if (!setup->given || !setup->from)
        return 0;
    int r = inflow_compare(&s->in);
    return r == -ESTALE ? refuse(s, "is not the list that it was") : r;
}

static int take_arguments(struct source *s, uint64_t n)
{
    for (; n > 0 && *s->urls; n--, s->number++)
        s->urls++;
    return n == 0 ? 0 : -ESTALE;
}

// ---- its life

static int prepare(struct source *s, const struct source_setup *setup)
{
    int r = 0;
    if (setup->traced)
        r = footprint_init(&s->footprint);
    s->traced = setup->traced && r == 0;
    if (r == 0 && setup->path)
        r = inflow_open(&s->in, setup->path, setup->spool, setup->given,
                        setup->given && !setup->from);
    s->has_input = setup->path && r == 0;
    s->ended = !setup->path;
    if (r == 0 && s->in.spooled)
        r = look_at_standard_input(s, setup);
    if (r < 0 || !setup->from)
        return r;
    r = take_arguments(s, setup->from->arguments);
    if (r == 0 && s->has_input)
        r = go_on(s, setup->from);
    return r;
}

int source_open(struct source **out, const struct source_setup *setup)
{
    static const char *const none[] = { NULL };
    struct source *s = calloc(1, sizeof *s);
    if (!s)
        return -ENOMEM;
    s->urls = setup->urls ? setup->urls : none;
    int r = prepare(s, setup);
    if (r < 0)
        source_close(s);
    else
        *out = s;
    return r;
}

void source_progress(const struct source *s, uint64_t *read, uint64_t *size)
{
    *read = s->in.read;
    *size = s->in.size;
}

bool source_is_at_hand(const struct source *s)
{
    return s->ended || s->in.regular;
}

int source_sync(struct source *s)
{
    return s->in.spooled ? spool_sync(&s->in.spool) : 0;
}

bool source_was_cut(const struct source *s)
{
    return s->in.cut && !s->in.whole;
}

void source_close(struct source *s)
{
    if (!s)
        return;
    if (s->has_input)
        inflow_close(&s->in);
    if (s->traced)
        footprint_fini(&s->footprint);
    lines_fini(&s->lines);
    buffer_fini(&s->unpacked);
    coding_free(s->coding);
    free(s);
}
