// SPDX-License-Identifier: MIT
// A response's head, line by line; and heads as an archive has them.
#include "fuzz.h"
#include "visit/archive_http.h"
#include "web/head.h"

static void look_at(const struct head *h)
{
    struct buffer joined = { 0 };
    FUZZ_MUST(head_count(h) <= HEAD_FIELDS_MOST && h->text.n <= HEAD_BYTES_MOST + 65536);
    for (size_t i = 0; i < head_count(h); i++) {
        struct span name = head_name(h, i), text = head_text(h, i);
        FUZZ_MUST(name.p >= h->text.p && name.p + name.n <= h->text.p + h->text.n);
        FUZZ_MUST(text.p >= h->text.p && text.p + text.n <= h->text.p + h->text.n);
    }
    head_join(h, "x-field", &joined);
    head_list_has(head_find(h, "connection"), "close");
    buffer_fini(&joined);
}

// No line of what is archived says that the body has a transfer coding, for it has none there.
static void archive(struct span head)
{
    struct buffer response = { 0 }, request = { 0 };
    archive_http_response(&response, head);
    archive_http_request(&request, head);
    struct span rest = buffer_span(&response);
    for (rest.n ? fuzz_cut(&rest, '\n') : rest; rest.n;) {
        struct span line = fuzz_cut(&rest, '\n');
        if (line.n <= 1)
            break; // the head ends
        FUZZ_MUST(line.n < 18 || strncasecmp(line.p, "transfer-encoding:", 18) != 0);
    }
    buffer_fini(&response);
    buffer_fini(&request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size);
    struct head h = { 0 };
    head_reset(&h, fuzz_byte(&rest) & 1);
    while (rest.n) {
        struct span line = fuzz_cut(&rest, '\n');
        line.n += rest.n > 0; // with its LF
        char *copy = fuzz_copy(line);
        int r = head_take(&h, (struct span){ copy, line.n });
        free(copy);
        if (r < 0)
            break;
    }
    look_at(&h);
    archive(fuzz_all(data, size));
    head_fini(&h);
    return 0;
}
