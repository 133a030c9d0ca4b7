// SPDX-License-Identifier: MIT
// Content codings: no more comes out than is allowed, whatever goes in and in what pieces.
#include "fuzz.h"
#include "web/coding.h"

enum { MOST = 1 << 20 };

static int take(void *arg, const char *p, size_t n)
{
    size_t *sum = arg;
    volatile char last = n ? p[n - 1] : 0;
    (void)last;
    *sum += n;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const codings[] = {
        "gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip", "br, deflate", "zstd, identity"
    };
    struct span rest = fuzz_all(data, size);
    struct coding *c = NULL;
    unsigned kind = fuzz_byte(&rest);
    size_t sum = 0, piece = 1 + 7 * (kind >> 4);
    if (coding_new(&c, span_of(codings[kind % 8]), MOST) < 0 || !c)
        return 0;
    int r = 0;
    while (rest.n && r == 0) {
        size_t n = rest.n < piece ? rest.n : piece;
        r = coding_write(c, (struct span){ rest.p, n }, take, &sum);
        rest.p += n;
        rest.n -= n;
    }
    FUZZ_MUST(sum <= MOST);
    coding_finish(c);
    coding_free(c);
    return 0;
}
