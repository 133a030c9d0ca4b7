// SPDX-License-Identifier: MIT
#ifndef WEB_COOKIE_DATE_H
#define WEB_COOKIE_DATE_H
#include "data/span.h"
#include <stdint.h>

// Reads a cookie's Expires by the algorithm of RFC 6265 §5.1.1, which takes other things for a date
// than HTTP does. `out` is seconds since 1970, UTC. Errors: -EINVAL, `out` untouched.
int cookie_date_parse(struct span text, int64_t *out);
#endif
