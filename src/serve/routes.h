// SPDX-License-Identifier: MIT
#ifndef SERVE_ROUTES_H
#define SERVE_ROUTES_H
#include "serve/exchange.h"

// The paths that are served: one table, from which requests are routed and help is printed.
struct route {
    const char *name; // the first segment: "bytes"
    const char *rest; // what may follow, for people: "/N"
    const char *help; // half a sentence
    // Answers; parks. Returns 0, a negative errno (the connection is dropped), or ROUTES_AGAIN when
    // it has done its part and left in x->path another path that is to be answered.
    int (*answer)(struct exchange *x);
    bool keeps_body; // wants the request's body in x->body
};

enum { ROUTES_AGAIN = 1 };

extern const struct route routes_table[];
extern const unsigned routes_count;

// The route of x->path, whose first segment it takes off; NULL when there is none.
const struct route *routes_find(struct exchange *x);

// Answers by `route`, as found; 404 for NULL. Parks. Returns as `answer`, never ROUTES_AGAIN.
int routes_answer(struct exchange *x, const struct route *route);
#endif
