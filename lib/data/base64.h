// SPDX-License-Identifier: MIT
#ifndef DATA_BASE64_H
#define DATA_BASE64_H
#include "data/buffer.h"

// Appends what `text` stands for (RFC 4648 §4): the standard alphabet, with or without the padding
// at its end, and nothing else: no white space, and no bits in the last character that would be
// lost. Errors: -EINVAL, `out` as it was; without memory `out` says so.
int base64_decode(struct span text, struct buffer *out);

// Appends `bytes` in base64, padded.
void base64_encode(struct span bytes, struct buffer *out);
#endif
