// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_BODY_H
#define SERVE_ANSWER_BODY_H
struct exchange;

// Routes whose point is their body, and when it comes. See struct route.
int answer_body_bytes(struct exchange *x);
int answer_body_chunked(struct exchange *x);
int answer_body_delay(struct exchange *x);
int answer_body_drip(struct exchange *x);
#endif
