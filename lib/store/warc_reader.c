// SPDX-License-Identifier: MIT
#include "store/warc_reader.h"
#include "store/warc_record.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum { WARC_READER_IN = 64 * 1024, WARC_READER_OUT = 64 * 1024 };

// Bytes of the file come into `in`; what they unpack to into `out`, a member at a time.
struct warc_reader {
    int fd;
    bool begun, compressed, at_end; // of the file
    bool inside;                    // a member has begun and not ended
    bool crowded;
    z_stream z;
    unsigned char in[WARC_READER_IN], out[WARC_READER_OUT];
    size_t in_at, in_n, out_at, out_n;
    uint64_t read;        // bytes of the file, up to the end of `in`
    uint64_t member;      // where the one begins that the bytes in `out` are of
    uint64_t offset, end; // of the record; of the last whole one
    bool open;            // a record is being read
    uint64_t left;        // of its block
    struct buffer head;
    const char *why;
};

int warc_reader_new(struct warc_reader **out, int fd)
{
    struct warc_reader *r = calloc(1, sizeof *r);
    if (!r)
        return -ENOMEM;
    if (inflateInit2(&r->z, 31) != Z_OK) {
        free(r);
        return -ENOMEM;
    }
    r->fd = fd;
    *out = r;
    return 0;
}

void warc_reader_free(struct warc_reader *r)
{
    if (!r)
        return;
    inflateEnd(&r->z);
    buffer_fini(&r->head);
    free(r);
}

const char *warc_reader_why(const struct warc_reader *r)
{
    return r->why;
}

uint64_t warc_reader_end(const struct warc_reader *r)
{
    return r->end;
}

uint64_t warc_reader_offset(const struct warc_reader *r)
{
    return r->offset;
}

bool warc_reader_is_crowded(const struct warc_reader *r)
{
    return r->crowded;
}

bool warc_reader_is_compressed(const struct warc_reader *r)
{
    return r->compressed;
}

static int warc_reader_refuse(struct warc_reader *r, int error, const char *why)
{
    r->why = why;
    return error;
}

// ---- bytes

// Reads more into `in`, which is used up. Returns 1; 0 at the end; an error.
static int warc_reader_fill(struct warc_reader *r)
{
    ssize_t n;
    do
        n = read(r->fd, r->in, sizeof r->in);
    while (n < 0 && errno == EINTR);
    r->in_at = 0;
    r->in_n = n > 0 ? (size_t)n : 0;
    r->read += r->in_n;
    r->at_end = n == 0;
    return n < 0 ? -errno : n > 0;
}

// Where in the file the next byte of `in` is.
uint64_t warc_reader_position(const struct warc_reader *r)
{
    return r->read - (r->in_n - r->in_at);
}

// Whether there is another byte of the file.
static int warc_reader_more(struct warc_reader *r)
{
    return r->in_at < r->in_n ? 1 : warc_reader_fill(r);
}

static int warc_reader_plain(struct warc_reader *r)
{
    int some = warc_reader_more(r);
    if (some <= 0)
        return some;
    r->member = warc_reader_position(r);
    r->out_at = 0;
    r->out_n = r->in_n - r->in_at < sizeof r->out ? r->in_n - r->in_at : sizeof r->out;
    memcpy(r->out, r->in + r->in_at, r->out_n);
    r->in_at += r->out_n;
    return 1;
}

static int warc_reader_begin_member(struct warc_reader *r)
{
    int some = warc_reader_more(r);
    if (some <= 0)
        return some;
    r->member = warc_reader_position(r);
    r->inside = true;
    return inflateReset(&r->z) == Z_OK ? 1 : -ENOMEM;
}

// Unpacks some into `out`, which is used up, of the member that it is in. Returns 1; 0 when the
// member has ended; an error.
static int warc_reader_inflate(struct warc_reader *r)
{
    for (;;) {
        int some = warc_reader_more(r);
        if (some < 0)
            return some;
        if (some == 0)
            return warc_reader_refuse(r, -ENODATA, "the file ends within a member");
        r->z.next_in = r->in + r->in_at;
        r->z.avail_in = (unsigned)(r->in_n - r->in_at);
        r->z.next_out = r->out;
        r->z.avail_out = sizeof r->out;
        int result = inflate(&r->z, Z_NO_FLUSH);
        r->in_at = r->in_n - r->z.avail_in;
        r->out_at = 0;
        r->out_n = sizeof r->out - r->z.avail_out;
        if (result == Z_MEM_ERROR)
            return -ENOMEM;
        if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) {
            r->out_n = 0;
            return warc_reader_refuse(r, -EUCLEAN, "a member is damaged, or is none");
        }
        r->inside = result != Z_STREAM_END;
        if (r->out_n || !r->inside)
            return r->out_n > 0;
    }
}

// Brings more bytes into `out`, which is used up. Returns 1; 0 at the file's end; an error.
static int warc_reader_unpack(struct warc_reader *r)
{
    int some = 1;
    if (!r->compressed)
        return warc_reader_plain(r);
    do {
        if (!r->inside)
            some = warc_reader_begin_member(r);
        if (some > 0)
            some = warc_reader_inflate(r);
        else
            return some;
    } while (some == 0); // a member of no bytes, or its last
    return some;
}

// ---- records

// Takes up what stands between records when it belongs to none; then `offset` is where the next one
// begins. Returns 1; 0 at the end; an error.
static int warc_reader_find(struct warc_reader *r)
{
    bool fresh = r->out_at == r->out_n;
    int some = fresh ? warc_reader_unpack(r) : 1;
    if (some < 0 && r->compressed)
        r->offset = r->member;
    if (some <= 0)
        return some;
    r->offset = r->compressed ? r->member : warc_reader_position(r) - (r->out_n - r->out_at);
    if (!fresh && r->compressed)
        r->crowded = true;
    return 1;
}

static int warc_reader_take_head(struct warc_reader *r)
{
    buffer_clear(&r->head);
    for (;;) {
        size_t before = r->head.n;
        buffer_add(&r->head, r->out + r->out_at, r->out_n - r->out_at);
        if (r->head.failed)
            return -ENOMEM;
        if (r->head.n >= 5 && memcmp(r->head.p, "WARC/", 5) != 0)
            return warc_reader_refuse(r, -EUCLEAN, "what stands there is no record");
        long n = warc_head_length(buffer_span(&r->head));
        if (n < 0)
            return warc_reader_refuse(r, -EUCLEAN, "the head of a record has no end");
        if (n > 0) {
            r->head.n = (size_t)n;
            r->out_at += (size_t)n - before;
            return 0;
        }
        r->out_at = r->out_n;
        int some = warc_reader_unpack(r);
        if (some < 0)
            return some;
        if (some == 0)
            return warc_reader_refuse(r, -ENODATA, "the file ends within the head of a record");
    }
}

long warc_reader_read(struct warc_reader *r, void *out, size_t n)
{
    if (!r->open || r->left == 0)
        return 0;
    if (r->out_at == r->out_n) {
        if (r->compressed && !r->inside)
            r->crowded = true; // the record goes on in another member
        int some = warc_reader_unpack(r);
        if (some <= 0)
            return some < 0 ? some
                            : warc_reader_refuse(r, -ENODATA, "the file ends within a record");
    }
    size_t most = r->out_n - r->out_at;
    n = n < most ? n : most;
    n = n < r->left ? n : (size_t)r->left;
    memcpy(out, r->out + r->out_at, n);
    r->out_at += n;
    r->left -= n;
    return (long)n;
}

// The two line ends behind a block, and with them the member.
static int warc_reader_close(struct warc_reader *r)
{
    for (int i = 0; i < 4; i++, r->out_at++) {
        int some = r->out_at == r->out_n ? warc_reader_unpack(r) : 1;
        if (some < 0)
            return some;
        if (some == 0)
            return warc_reader_refuse(r, -ENODATA, "the file ends within a record");
        if (r->out[r->out_at] != (unsigned char)WARC_RECORD_END[i])
            return warc_reader_refuse(r, -EUCLEAN, "the record does not end where it should");
    }
    // A member's checksum has been looked at only when its end has been.
    int some = 0;
    if (r->compressed && r->inside && r->out_at == r->out_n)
        some = warc_reader_inflate(r);
    if (some < 0)
        return some;
    if (!r->compressed)
        r->end = warc_reader_position(r) - (r->out_n - r->out_at);
    else if (!r->inside && r->out_at == r->out_n)
        r->end = warc_reader_position(r);
    return 0;
}

int warc_reader_finish(struct warc_reader *r)
{
    char skipped[4096];
    long n = 0;
    while (r->open && (n = warc_reader_read(r, skipped, sizeof skipped)) > 0)
        ;
    int e = n < 0 ? (int)n : r->open ? warc_reader_close(r) : 0;
    r->open = false;
    return e;
}

// Whether the file is compressed is seen from its first byte; what is neither could have been.
static int warc_reader_begin(struct warc_reader *r)
{
    int some = warc_reader_more(r);
    r->begun = some >= 0;
    r->compressed = some > 0 && r->in[0] != 'W';
    return some;
}

int warc_reader_next(struct warc_reader *r, struct warc_found *out)
{
    const char *why;
    int e = r->begun ? 1 : warc_reader_begin(r);
    if (e <= 0)
        return e;
    e = warc_reader_finish(r);
    if (e == 0)
        e = warc_reader_find(r);
    if (e <= 0)
        return e;
    e = warc_reader_take_head(r);
    if (e < 0)
        return e;
    out->text = buffer_span(&r->head);
    out->offset = r->offset;
    if (warc_head_read(&out->head, out->text, &why) < 0)
        return warc_reader_refuse(r, -EUCLEAN, why);
    r->left = out->head.length;
    r->open = true;
    return 1;
}

// ---- after damage

static int warc_reader_seek(struct warc_reader *r, uint64_t at)
{
    if (lseek(r->fd, (off_t)at, SEEK_SET) < 0)
        return -errno;
    r->read = at;
    r->in_at = r->in_n = r->out_at = r->out_n = 0;
    r->inside = r->open = r->at_end = false;
    return 0;
}

// Whether a member that unpacks to the beginning of a record begins there.
static bool warc_reader_is_member(struct warc_reader *r, const unsigned char *p, size_t n)
{
    static const char begins[] = "WARC/";
    unsigned char out[sizeof begins - 1];
    if (n < 18 || p[0] != 0x1f || p[1] != 0x8b || p[2] != 8 || p[3] & 0xe0 ||
        inflateReset(&r->z) != Z_OK)
        return false;
    r->z.next_in = (unsigned char *)(uintptr_t)p;
    r->z.avail_in = (unsigned)n;
    r->z.next_out = out;
    r->z.avail_out = sizeof out;
    int result = inflate(&r->z, Z_SYNC_FLUSH);
    return (result == Z_OK || result == Z_STREAM_END) && r->z.avail_out == 0 &&
           memcmp(out, begins, sizeof out) == 0;
}

int warc_reader_recover(struct warc_reader *r)
{
    enum { LOOK = 1024 }; // bytes that are enough to see what a member begins with
    uint64_t at = r->offset + 1;
    if (!r->compressed)
        return 0;
    for (;;) {
        ssize_t n = pread(r->fd, r->in, sizeof r->in, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        // What is looked at near the end of what was read is looked at once more, whole.
        size_t sure = n == (ssize_t)sizeof r->in ? (size_t)n - LOOK : (size_t)n;
        for (size_t i = 0; i < sure; i++) {
            size_t some = (size_t)n - i < LOOK ? (size_t)n - i : LOOK;
            if (warc_reader_is_member(r, r->in + i, some))
                return warc_reader_seek(r, at + i) < 0 ? -errno : 1;
        }
        at += sure;
    }
}
