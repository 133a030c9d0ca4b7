// SPDX-License-Identifier: MIT
// A response's head, line by line.
#include "fuzz.h"
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
    head_fini(&h);
    return 0;
}
