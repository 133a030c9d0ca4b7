// SPDX-License-Identifier: MIT
// JSON where it lies.
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
    free(copy);
    return 0;
}
