// SPDX-License-Identifier: MIT
#ifndef WEB_PUNYCODE_H
#define WEB_PUNYCODE_H
#include "data/buffer.h"
#include <stdint.h>

// Punycode (RFC 3492) of any length: libidn2 has it only up to the 63 bytes that DNS allows.
// Both cost the square of the length, so callers bound it.

// Appends the punycode form of the `n` code points at `cp`, without "xn--". Errors: -EOVERFLOW.
int punycode_encode(struct buffer *out, const uint32_t *cp, size_t n);

// Decodes `text`, which comes without its "xn--", into at most `*n` code points at `cp`; sets `*n`.
// Errors: -EINVAL (not punycode, or too many), then `cp` and `*n` mean nothing.
int punycode_decode(struct span text, uint32_t *cp, size_t *n);
#endif
