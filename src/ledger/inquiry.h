// SPDX-License-Identifier: MIT
#ifndef LEDGER_INQUIRY_H
#define LEDGER_INQUIRY_H
#include "ledger/store_answer.h"
#include "store/state.h"

// Operations that ask. Each is answered from the open transaction of a state; no thread, no queue.

// Fills `out`, which was made for `op` and is empty. OPERATION_TAKE and OPERATION_REVIVE also
// change the state. Errors: those of lib/store/state.h, -ENOMEM; then `out` is worth nothing.
int inquiry_answer(struct state *s, const struct operation *op, struct store_answer_packed *out);
#endif
