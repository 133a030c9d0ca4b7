// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_FAULT_H
#define SERVE_ANSWER_FAULT_H
struct exchange;

// Routes that break HTTP on purpose. See struct route.
int answer_fault_reset(struct exchange *x);
int answer_fault_truncate(struct exchange *x);
int answer_fault_malformed(struct exchange *x);

// Sends what was gathered and resets the connection. Returns a negative errno, for the caller to
// return.
int answer_fault_reset_now(struct exchange *x);
#endif
