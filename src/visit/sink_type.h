// SPDX-License-Identifier: MIT
#ifndef VISIT_SINK_TYPE_H
#define VISIT_SINK_TYPE_H
#include "fetch/response.h"

// The sink before all others that ends an exchange when the head of a 2xx says that its body is of
// a type that nobody wants: not a byte of it is received on purpose. In place; belongs to one
// visit.
struct sink_type {
    struct sink sink;
    struct sink *next; // borrowed
    const char *types; // wanted, apart by spaces: "text/html image/*"; borrowed
    bool unwanted;
};

void sink_type_begin(struct sink_type *s, const char *types, struct sink *next);

// Whether a Content-Type is one of `types`. What has none is.
bool sink_type_is_wanted(struct span content_type, const char *types);
#endif
