// SPDX-License-Identifier: MIT
// What clients send to `trawl serve`.
#include "fuzz.h"
#include "serve/drain.h"
#include "serve/request_head.h"
#include "serve/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request_head h;
    char *copy = fuzz_copy(fuzz_all(data, size));
    size_t seen = 0, n = request_head_end(copy, size, &seen);
    if (n > 0 && n <= REQUEST_HEAD_MAX && request_head_parse(&h, copy, n) == 0) {
        struct span path = request_head_span(&h, h.path), segment;
        struct drain d;
        char decoded[REQUEST_HEAD_MAX];
        FUZZ_MUST(h.size == n && h.count <= REQUEST_HEAD_FIELDS);
        while (target_segment(&path, &segment))
            target_decode(segment, decoded);
        target_value(request_head_span(&h, h.query), "n");
        drain_init(&d, h.chunked, h.length);
        for (size_t at = n; at < size && d.state != DRAIN_DONE && d.state != DRAIN_BAD;) {
            struct span body;
            size_t took = drain_take(&d, copy + at, size - at, &body);
            FUZZ_MUST(took <= size - at && body.n <= took);
            if (took == 0)
                break;
            at += took;
        }
    }
    free(copy);
    return 0;
}
