// SPDX-License-Identifier: MIT
// A file name from outside: whatever the header says, what comes of it is one name of one file.
#include "fuzz.h"
#include "web/content_disposition.h"
#include "web/filename.h"

static bool is_one_name(const struct buffer *b)
{
    if (b->n == 0 || b->n > FILENAME_MOST || b->p[0] == '.')
        return false;
    for (size_t i = 0; i < b->n; i++)
        if (b->p[i] == '/' || (unsigned char)b->p[i] < ' ' || b->p[i] == 0x7f)
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size), path = fuzz_cut(&rest, '\n');
    struct buffer said = { 0 }, name = { 0 };
    content_disposition_type(rest);
    content_disposition_plain_name(rest, &said);
    buffer_clear(&said);
    content_disposition_name(rest, &said);
    filename_make(&name, buffer_span(&said), path);
    FUZZ_MUST(is_one_name(&name));
    filename_numbered(&said, buffer_span(&name), 12345);
    buffer_fini(&said);
    buffer_fini(&name);
    return 0;
}
