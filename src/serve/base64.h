// SPDX-License-Identifier: MIT
#ifndef SERVE_BASE64_H
#define SERVE_BASE64_H
#include "data/buffer.h"

// Appends `bytes` in base64 with padding (RFC 4648 §4). Pure.
void base64_add(struct buffer *b, struct span bytes);
#endif
