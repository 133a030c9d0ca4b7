// SPDX-License-Identifier: MIT
// JSON where it lies, and base64.
#include "data/base64.h"
#include "fuzz.h"
#include "store/json_read.h"

static void walk(struct span value, int depth)
{
    struct buffer text = { 0 };
    struct span name, member;
    switch (json_read_kind(value)) {
    case JSON_READ_TEXT:
        json_read_is(value, "x");
        json_read_text(value, &text);
        break;
    case JSON_READ_OBJECT:
        while (depth < 4 && json_read_member(&value, &name, &member))
            walk(member, depth + 1);
        break;
    default:
        json_read_compact(value, &text);
    }
    buffer_fini(&text);
}

// What was decoded encodes to the same text, but for padding.
static void read_base64(struct span text)
{
    struct buffer bytes = { 0 }, again = { 0 };
    if (base64_decode(text, &bytes) == 0) {
        base64_encode(buffer_span(&bytes), &again);
        FUZZ_MUST(again.n >= text.n && again.n < text.n + 3);
        FUZZ_MUST(text.n == 0 || memcmp(again.p, text.p, text.n) == 0);
    } else {
        FUZZ_MUST(bytes.n == 0);
    }
    buffer_fini(&bytes);
    buffer_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_all(data, size);
    struct json_read_fault fault;
    char *copy = fuzz_copy(text);
    text.p = copy;
    if (json_read_check(text, &fault) == 0)
        walk(text, 0);
    else
        FUZZ_MUST(fault.at <= size && fault.why);
    read_base64(text);
    free(copy);
    return 0;
}
