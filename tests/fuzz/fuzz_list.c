// SPDX-License-Identifier: MIT
// The list: lines in whatever pieces they come, each as a URL and as JSON.
#include "frontier/item.h"
#include "fuzz.h"
#include "input/lines.h"
#include "input/lines_json.h"
#include "store/json_read.h"

static void read_json(struct span text)
{
    struct lines_json json = { 0 };
    struct buffer asked = { 0 }, out = { 0 };
    struct ask ask;
    if (lines_json_read(&json, text) == 0 && json.members.p) {
        struct json_read_fault fault;
        FUZZ_MUST(json_read_check(json.members, &fault) == 0);
        lines_json_meta(json.members);
        lines_json_ask(&ask, json.members, &asked);
    }
    if (json.url.p) {
        lines_json_write(&out, json.url, json.members);
        FUZZ_MUST(out.n > 0 && memchr(out.p, '\n', out.n) == out.p + out.n - 1);
    }
    lines_json_fini(&json);
    buffer_fini(&asked);
    buffer_fini(&out);
}

static void read_line(const struct line *line)
{
    struct item *i;
    enum url_error why;
    struct buffer safe = { 0 };
    if (item_new(&i, line->text, line->number, &why) == 0)
        item_free(i);
    item_redact(line->text, &safe);
    read_json(line->text);
    buffer_fini(&safe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size);
    size_t piece = 1 + fuzz_byte(&rest);
    struct lines l = { 0 };
    struct line line;
    while (rest.n) {
        size_t n = rest.n < piece ? rest.n : piece;
        lines_push(&l, (struct span){ rest.p, n });
        while (lines_next(&l, &line))
            read_line(&line);
        rest.p += n;
        rest.n -= n;
    }
    if (lines_last(&l, &line))
        read_line(&line);
    lines_fini(&l);
    return 0;
}
