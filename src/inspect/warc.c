// SPDX-License-Identifier: MIT
#include "inspect/warc.h"
#include "inspect/answer.h"
#include "inspect/warc_check.h"
#include "inspect/warc_extract.h"
#include "inspect/warc_out.h"
#include "inspect/warc_repair.h"
#include "store/json.h"
#include "sys/log.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

struct inspect_warc_run {
    const struct inspect_warc_question *q;
    const char *file;
    struct warc_out out;
};

// ---- for a person

static void show_span(struct buffer *out, struct span s, int width)
{
    size_t before = out->n;
    inspect_answer_shown(out, s);
    while (out->n - before < (size_t)width && !out->failed)
        buffer_add_byte(out, ' ');
    buffer_add_byte(out, ' ');
}

static void show_record(struct buffer *out, const struct warc_checked *c)
{
    const struct warc_head *h = &c->found->head;
    int status = c->http ? warc_payload_status(c->http) : 0;
    buffer_add_format(out, "%12" PRIu64 " ", c->found->offset);
    show_span(out, h->type, 8);
    if (status)
        buffer_add_format(out, "%3d ", status);
    else
        buffer_add_string(out, "  - ");
    buffer_add_format(out, "%10" PRIu64 " ", h->length);
    show_span(out, h->date, 27);
    inspect_answer_shown(out, h->target_uri.p ? h->target_uri : h->filename);
    if (h->truncated.p && !span_is(h->type, "revisit")) {
        buffer_add_string(out, " (truncated: ");
        inspect_answer_shown(out, h->truncated);
        buffer_add_byte(out, ')');
    }
    buffer_add_byte(out, '\n');
    if (c->problem)
        buffer_add_format(out, "%12s BAD: %s\n", "", c->problem);
}

static void show_damage(struct buffer *out, uint64_t offset, const char *why)
{
    buffer_add_format(out, "%12" PRIu64 " BAD: %s\n", offset, why);
}

static void show_file(struct buffer *out, const char *file, const struct warc_check *c,
                      enum warc_repaired repaired)
{
    inspect_answer_shown(out, span_of(file));
    buffer_add_format(out, ": %" PRIu64 " records, %" PRIu64 " bytes: ", c->records, c->bytes);
    uint64_t bad = c->problems - (repaired == WARC_REPAIRED_CUT);
    if (repaired == WARC_REPAIRED_CUT)
        buffer_add_format(out, "%" PRIu64 " bytes behind the last whole record were cut off%s",
                          c->bytes - c->whole, bad ? ", " : "");
    else if (c->torn)
        buffer_add_format(out, "%" PRIu64 " bytes behind the last whole record, ",
                          c->bytes - c->whole);
    if (bad)
        buffer_add_format(out, "%" PRIu64 " problem%s", bad, bad == 1 ? "" : "s");
    else if (repaired != WARC_REPAIRED_CUT)
        buffer_add_string(out, "good");
    if (c->crowded)
        buffer_add_string(out, " (records are no members of their own)");
    buffer_add_byte(out, '\n');
}

// ---- for a program

static void tell(struct buffer *out, const char *key, struct span value)
{
    if (!value.p)
        return;
    json_key(out, key);
    json_text(out, value);
}

static void tell_number(struct buffer *out, const char *key, uint64_t value)
{
    json_key(out, key);
    json_uint(out, value);
}

static void tell_record(struct buffer *out, const char *file, const struct warc_checked *c)
{
    const struct warc_head *h = &c->found->head;
    int status = c->http ? warc_payload_status(c->http) : 0;
    json_object_open(out);
    tell(out, "file", span_of(file));
    tell_number(out, "offset", c->found->offset);
    tell_number(out, "length", c->end - c->found->offset);
    tell(out, "type", h->type);
    tell(out, "id", h->id);
    tell(out, "date", h->date);
    tell(out, "url", h->target_uri);
    tell(out, "content_type", h->content_type);
    tell_number(out, "content_length", h->length);
    if (status)
        tell_number(out, "status", (uint64_t)status);
    if (c->http)
        tell_number(out, "payload_length", c->http->given);
    tell(out, "concurrent_to", h->concurrent_to);
    tell(out, "profile", h->profile);
    tell(out, "refers_to", h->refers_to);
    tell(out, "refers_to_url", h->refers_to_uri);
    tell(out, "refers_to_date", h->refers_to_date);
    tell(out, "truncated", h->truncated);
    tell(out, "payload_digest", h->payload_digest);
    tell(out, "block_check", span_of(c->block));
    tell(out, "payload_check", span_of(c->payload));
    tell(out, "problem", span_of(c->problem));
    json_object_close(out);
    json_newline(out);
}

static void tell_damage(struct buffer *out, const char *file, uint64_t offset, const char *why)
{
    json_object_open(out);
    tell(out, "file", span_of(file));
    tell_number(out, "offset", offset);
    tell(out, "problem", span_of(why));
    json_object_close(out);
    json_newline(out);
}

static void tell_file(struct buffer *out, const char *file, const struct warc_check *c,
                      enum warc_repaired repaired)
{
    bool cut = repaired == WARC_REPAIRED_CUT;
    json_object_open(out);
    tell(out, "file", span_of(file));
    tell_number(out, "records", c->records);
    tell_number(out, "bytes", c->bytes);
    tell_number(out, "problems", c->problems - cut);
    tell_number(out, "torn", c->torn ? c->bytes - c->whole : 0);
    if (cut)
        tell_number(out, "cut", c->bytes - c->whole);
    json_key(out, "compressed");
    json_bool(out, c->compressed);
    json_key(out, "by_record");
    json_bool(out, !c->crowded);
    json_object_close(out);
    json_newline(out);
}

// ---- one file

static int inspect_warc_record(void *arg, const struct warc_checked *c)
{
    struct inspect_warc_run *run = arg;
    if (run->q->json)
        tell_record(&run->out.held, run->file, c);
    else
        show_record(&run->out.held, c);
    return warc_out_flush(&run->out, false);
}

static int inspect_warc_damage(void *arg, uint64_t offset, const char *why)
{
    struct inspect_warc_run *run = arg;
    if (run->q->json)
        tell_damage(&run->out.held, run->file, offset, why);
    else
        show_damage(&run->out.held, offset, why);
    return warc_out_flush(&run->out, false);
}

// Returns whether it is bad, or an error.
static int inspect_warc_file(struct inspect_warc_run *run)
{
    const struct warc_check_told told = { inspect_warc_record, inspect_warc_damage, run };
    enum warc_repaired repaired = WARC_REPAIRED_NOTHING;
    struct warc_check c = { 0 };
    int fd = open(run->file, O_RDONLY | O_CLOEXEC);
    int e = fd < 0 ? -errno : warc_check_file(fd, &told, &c);
    if (fd >= 0)
        close(fd);
    if (e < 0 && run->out.held.n == 0 && e != -EPIPE && e != -ENOMEM) {
        log_error("'%s' cannot be read: %s", run->file, strerror(-e));
        return 1;
    }
    if (e < 0)
        return e;
    bool failed = run->q->repair && warc_repair(run->file, &c, &repaired) < 0;
    if (run->q->json)
        tell_file(&run->out.held, run->file, &c, repaired);
    else
        show_file(&run->out.held, run->file, &c, repaired);
    e = warc_out_flush(&run->out, true);
    return e < 0 ? e : failed || c.problems > (repaired == WARC_REPAIRED_CUT);
}

int inspect_warc(const struct inspect_warc_question *q)
{
    struct inspect_warc_run run = { .q = q };
    int bad = 0;
    if (!q->files[0]) {
        log_error("inspect warc: of which files? write trawl inspect warc FILE...");
        return -EINVAL;
    }
    if (q->extract && (q->repair || q->json)) {
        log_error("--extract writes a body: leave %s out", q->repair ? "--repair" : "--json");
        return -EINVAL;
    }
    if (q->include && !q->extract) {
        log_error("--include: needs --extract URL");
        return -EINVAL;
    }
    if (q->extract)
        return inspect_warc_extract(q);
    for (const char *const *file = q->files; *file && bad >= 0; file++) {
        run.file = *file;
        int e = inspect_warc_file(&run);
        bad = e < 0 ? e : bad | e;
    }
    warc_out_fini(&run.out);
    return bad;
}
