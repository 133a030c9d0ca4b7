// SPDX-License-Identifier: MIT
#include "store/gzip_fast.h"
#include "config.h"
#include <errno.h>
#include <stdlib.h>

#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>

enum {
    GZIP_FAST_SHORT = 2048, // bytes; what is no longer is taken for the head of a record
    GZIP_FAST_LOOK = 256,   // bytes that tell text from other things
    GZIP_FAST_EVERY = 1024, // members that share a code, once some have been seen
};

// A code that is shared by many members, and how often which symbol came up in those that count.
struct gzip_fast_code {
    struct isal_hufftables tables;
    struct isal_huff_histogram seen;
    unsigned members;
    bool made;
};

struct gzip_fast {
    struct isal_zstream stream;
    struct gzip_fast_code heads, texts;
    uint8_t room[ISAL_DEF_LVL1_DEFAULT]; // for members with a code of their own
};

struct gzip_fast *gzip_fast_new(void)
{
    return calloc(1, sizeof(struct gzip_fast));
}

void gzip_fast_free(struct gzip_fast *f)
{
    free(f);
}

// Whether a look at its end, for all records begin with text, finds hardly anything else.
static bool gzip_fast_is_text(struct span data)
{
    static const bool odd[256] = {
        [0 ... '\b'] = true, [14 ... 31] = true, ['\v'] = true, ['\f'] = true, [127 ... 255] = true
    };
    unsigned n = 0;
    for (const char *p = data.p + data.n - GZIP_FAST_LOOK; p < data.p + data.n; p++)
        n += odd[(unsigned char)*p];
    return n <= GZIP_FAST_LOOK / 16;
}

// Half of what was is forgotten each time.
static void gzip_fast_fade(struct isal_huff_histogram *h)
{
    for (unsigned i = 0; i < ISAL_DEF_LIT_LEN_SYMBOLS; i++)
        h->lit_len_histogram[i] /= 2;
    for (unsigned i = 0; i < ISAL_DEF_DIST_SYMBOLS; i++)
        h->dist_histogram[i] /= 2;
}

// Counts a member in and makes the code anew when it is time to. Returns whether there is one.
static bool gzip_fast_learn(struct gzip_fast_code *c, struct span data)
{
    unsigned nth = c->members++;
    if (nth % GZIP_FAST_EVERY && nth != 3 && nth != 30) // the first ones tell most
        return c->made;
    gzip_fast_fade(&c->seen);
    isal_update_histogram((uint8_t *)(uintptr_t)data.p, (int)data.n, &c->seen);
    c->made = isal_create_hufftables(&c->tables, &c->seen) == 0;
    return c->made;
}

static struct gzip_fast_code *gzip_fast_code(struct gzip_fast *f, struct span data)
{
    if (data.n == 0 || data.n > INT32_MAX)
        return NULL;
    bool head = data.n <= GZIP_FAST_SHORT;
    if (!head && !gzip_fast_is_text(data))
        return NULL;
    struct gzip_fast_code *c = head ? &f->heads : &f->texts;
    return gzip_fast_learn(c, data) ? c : NULL;
}

// Compresses in one go; `code` NULL: with one made for this member. Returns the bytes that it took,
// 0 when they were more than `room`.
static size_t gzip_fast_put(struct gzip_fast *f, struct gzip_fast_code *code, struct span data,
                            char *at, size_t room)
{
    struct isal_zstream *z = &f->stream;
    isal_deflate_stateless_init(z);
    if (code) {
        z->hufftables = &code->tables;
    } else {
        z->level = 1;
        z->level_buf = f->room;
        z->level_buf_size = sizeof f->room;
    }
    z->gzip_flag = IGZIP_GZIP;
    z->end_of_stream = 1;
    z->next_in = (uint8_t *)(uintptr_t)data.p;
    z->avail_in = (uint32_t)data.n;
    z->next_out = (uint8_t *)at;
    z->avail_out = (uint32_t)room;
    return isal_deflate_stateless(z) == COMP_OK && z->avail_in == 0 ? z->total_out : 0;
}

int gzip_fast_member(struct gzip_fast *f, struct span data, struct buffer *out)
{
    size_t room = data.n + data.n / 1024 + 256; // blocks that are only stored, and what is around
    char *at = room < UINT32_MAX ? buffer_reserve(out, room) : NULL;
    if (!at)
        return -ENOMEM;
    struct gzip_fast_code *code = gzip_fast_code(f, data);
    size_t n = gzip_fast_put(f, code, data, at, room);
    if (code == &f->texts && n > data.n / 4 * 3) // text unlike the others
        n = gzip_fast_put(f, NULL, data, at, room);
    out->n += n;
    return n ? 0 : -ENOMEM; // never: what is stored fits
}

#else

struct gzip_fast *gzip_fast_new(void)
{
    return NULL;
}

void gzip_fast_free(struct gzip_fast *f)
{
    (void)f;
}

int gzip_fast_member(struct gzip_fast *f, struct span data, struct buffer *out)
{
    (void)f, (void)data, (void)out;
    return -ENOMEM;
}
#endif
