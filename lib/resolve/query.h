// SPDX-License-Identifier: MIT
#ifndef RESOLVE_QUERY_H
#define RESOLVE_QUERY_H
#include "data/span.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The question that is sent (RFC 1035 §4.1). Pure.
enum query_type { QUERY_A = 1, QUERY_AAAA = 28 };

enum {
    QUERY_PAYLOAD = 1232, // bytes a UDP answer may have: passes everywhere without fragments
    QUERY_OPT = 11,       // bytes of an OPT record without options (RFC 6891 §6.1.2)
    QUERY_NAME = 253,     // bytes of the longest name in dotted form
    QUERY_ROOM = 12 + QUERY_NAME + 2 + 4 + QUERY_OPT,
};

// Whether DNS can hold `name` (dotted, a trailing dot allowed): no empty label, none over 63 bytes,
// 253 in all.
bool query_holds(struct span name);

// Writes one recursive question in class IN. `name` is one that query_holds; with `edns` an OPT
// record that allows answers of QUERY_PAYLOAD bytes is the last thing in the packet. Returns its
// length.
size_t query_write(uint8_t out[QUERY_ROOM], struct span name, enum query_type type, uint16_t id,
                   bool edns);
#endif
