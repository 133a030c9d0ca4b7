// SPDX-License-Identifier: MIT
#include "inspect/warc_check.h"
#include "store/digest.h"
#include <errno.h>
#include <stdlib.h>
#include <strings.h>

enum { WARC_CHECK_BLOCK = 64 * 1024 };

// A digest that a record says, taken again.
struct warc_check_digest {
    struct digest said;
    struct digest_sum sum;
    const char *verdict; // NULL: it is being taken
};

struct warc_check_run {
    struct warc_reader *reader;
    struct warc_check *out;
    struct warc_check_digest block, payload;
    struct warc_check_digest coded; // of the payload with its chunks, which some take it for
    uint64_t seen;                  // bytes of the block
    struct warc_payload http;
    char room[WARC_CHECK_BLOCK];
};

static int warc_check_begin(struct warc_check_digest *d, struct span said)
{
    d->verdict = "none";
    if (!said.p)
        return 0;
    int e = digest_parse(&d->said, said);
    d->verdict = e == -EPROTONOSUPPORT ? "unknown" : e < 0 ? "bad" : NULL;
    return e < 0 ? 0 : digest_begin(&d->sum, d->said.kind);
}

static void warc_check_end(struct warc_check_digest *d)
{
    struct digest is;
    if (d->verdict)
        return;
    d->verdict = digest_end(&d->sum, &is) == 0 && digest_equal(&is, &d->said) ? "ok" : "bad";
}

static int warc_check_give(void *arg, struct span some)
{
    struct warc_check_run *run = arg;
    if (!run->payload.verdict)
        digest_add(&run->payload.sum, some);
    return 0;
}

static bool warc_check_is_http(const struct warc_head *h)
{
    static const char type[] = "application/http";
    return h->content_type.n >= sizeof type - 1 &&
           strncasecmp(h->content_type.p, type, sizeof type - 1) == 0;
}

static int warc_check_begin_record(struct warc_check_run *run, const struct warc_head *h, bool http)
{
    int e = warc_check_begin(&run->block, h->block_digest);
    if (e == 0)
        e = warc_check_begin(&run->payload, h->payload_digest);
    run->seen = 0;
    if (e == 0 && http)
        e = warc_check_begin(&run->coded, h->payload_digest);
    if (e == 0 && http)
        warc_payload_begin(&run->http, warc_check_give, run);
    if (span_is(h->type, "revisit") && h->payload_digest.p)
        run->payload.verdict = "elsewhere";
    return e;
}

// The part of a piece that stands behind the head.
static void warc_check_coded(struct warc_check_run *run, struct span some)
{
    uint64_t before = run->seen;
    run->seen += some.n;
    if (run->coded.verdict || !run->http.chunked || run->seen <= run->http.head.n)
        return;
    size_t head = before < run->http.head.n ? (size_t)(run->http.head.n - before) : 0;
    digest_add(&run->coded.sum, (struct span){ some.p + head, some.n - head });
}

// Reads the block of a record. Returns 0 or an error of the reader.
static int warc_check_block(struct warc_check_run *run, bool http)
{
    long n;
    while ((n = warc_reader_read(run->reader, run->room, sizeof run->room)) > 0) {
        struct span some = { run->room, (size_t)n };
        if (!run->block.verdict)
            digest_add(&run->block.sum, some);
        int e = http ? warc_payload_take(&run->http, some) : warc_check_give(run, some);
        if (e < 0)
            return e;
        if (http)
            warc_check_coded(run, some);
    }
    return n < 0 ? (int)n : warc_reader_finish(run->reader);
}

static const char *warc_check_problem(const struct warc_check_run *run, const struct warc_head *h)
{
    if (strcmp(run->block.verdict, "bad") == 0)
        return "the digest of its block is another";
    if (strcmp(run->payload.verdict, "bad") == 0)
        return "the digest of its payload is another";
    return h->fault;
}

static int warc_check_record(struct warc_check_run *run, const struct warc_found *f,
                             const struct warc_check_told *told)
{
    bool http = warc_check_is_http(&f->head);
    int e = warc_check_begin_record(run, &f->head, http);
    if (e == 0)
        e = warc_check_block(run, http);
    if (e < 0)
        return e;
    warc_check_end(&run->block);
    warc_check_end(&run->payload);
    if (http && run->http.chunked) {
        warc_check_end(&run->coded);
        if (strcmp(run->coded.verdict, "ok") == 0)
            run->payload.verdict = run->coded.verdict;
    }
    struct warc_checked c = { .found = f,
                              .end = warc_reader_end(run->reader),
                              .http = http ? &run->http : NULL,
                              .block = run->block.verdict,
                              .payload = run->payload.verdict,
                              .problem = warc_check_problem(run, &f->head) };
    run->out->records++;
    run->out->problems += c.problem != NULL;
    run->out->whole = c.end;
    return told->record(told->arg, &c);
}

// Something that is no record. Returns 1 when there are more behind it, 0 when there are none.
static int warc_check_damage(struct warc_check_run *run, int error,
                             const struct warc_check_told *told)
{
    uint64_t offset = warc_reader_offset(run->reader);
    const char *why = warc_reader_why(run->reader);
    if (error != -ENODATA && error != -EUCLEAN)
        return error;
    int more = warc_reader_recover(run->reader);
    if (more < 0)
        return more;
    run->out->problems++;
    run->out->damaged += more > 0;
    run->out->torn = more == 0;
    int e = told->damage(told->arg, offset, why);
    return e ? e : more;
}

static int warc_check_all(struct warc_check_run *run, const struct warc_check_told *told)
{
    struct warc_found found;
    for (;;) {
        int r = warc_reader_next(run->reader, &found);
        if (r == 0)
            return 0;
        if (r > 0)
            r = warc_check_record(run, &found, told);
        if (r > 0)
            return r; // what was told has had enough
        if (r == 0)
            continue;
        r = warc_check_damage(run, r, told);
        if (r <= 0)
            return r;
    }
}

int warc_check_file(int fd, const struct warc_check_told *told, struct warc_check *out)
{
    struct warc_check_run *run = calloc(1, sizeof *run);
    *out = (struct warc_check){ 0 };
    if (!run)
        return -ENOMEM;
    run->out = out;
    int e = warc_reader_new(&run->reader, fd);
    if (e == 0)
        e = warc_check_all(run, told);
    if (run->reader) {
        out->bytes = warc_reader_position(run->reader);
        out->crowded = warc_reader_is_crowded(run->reader);
        out->compressed = warc_reader_is_compressed(run->reader);
    }
    warc_reader_free(run->reader);
    digest_fini(&run->block.sum);
    digest_fini(&run->payload.sum);
    digest_fini(&run->coded.sum);
    warc_payload_fini(&run->http);
    free(run);
    return e;
}
