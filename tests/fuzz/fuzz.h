// SPDX-License-Identifier: MIT
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H
#include "data/span.h"
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// A fuzz target reads bytes from outside and must come through it whole. Built with libFuzzer
// (configure --enable-fuzz) it looks for bytes that break it; built for `make check`, main.c has it
// read its corpus.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Something that must hold did not.
#define FUZZ_MUST(condition)                                                               \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

static inline struct span fuzz_all(const uint8_t *data, size_t size)
{
    return (struct span){ (const char *)data, size };
}

// Takes what stands before `separator` off `rest`, which is empty afterwards when there is none.
static inline struct span fuzz_cut(struct span *rest, char separator)
{
    const char *p = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    struct span head = { rest->p, p ? (size_t)(p - rest->p) : rest->n };
    *rest = p ? (struct span){ p + 1, rest->n - head.n - 1 } : (struct span){ rest->p + head.n, 0 };
    return head;
}

// Takes the first byte off; 0 when there is none.
static inline unsigned fuzz_byte(struct span *rest)
{
    if (rest->n == 0)
        return 0;
    unsigned byte = (unsigned char)*rest->p++;
    rest->n--;
    return byte;
}

// A copy that ends exactly where it ends, so that a sanitizer sees a step beyond, and lies at a
// multiple of 8. The caller frees it.
static inline void *fuzz_copy(struct span s)
{
    void *p = malloc(s.n ? s.n : 1);
    FUZZ_MUST(p);
    if (s.n)
        memcpy(p, s.p, s.n);
    return p;
}
#endif
