// SPDX-License-Identifier: MIT
#ifndef WEB_HTTP_DATE_H
#define WEB_HTTP_DATE_H
#include "data/span.h"
#include <stdint.h>

// Room for an IMF-fixdate and its NUL: "Sun, 06 Nov 1994 08:49:37 GMT".
enum { HTTP_DATE_ROOM = 30 };

// Reads an HTTP date: the three forms of RFC 9110 §5.6.7, and beyond them what servers really send
// (other zones, missing weekdays, ISO order). A two-digit year is taken as RFC 9110 says, by `now`
// (seconds since 1970, UTC). `out` is seconds since 1970, UTC; may be negative. Errors: -EINVAL,
// `out` untouched. Does not depend on TZ or the locale.
int http_date_parse(struct span text, int64_t now, int64_t *out);

// Writes `t` (seconds since 1970, years 1 to 9999) as an IMF-fixdate with its NUL.
void http_date_text(int64_t t, char out[HTTP_DATE_ROOM]);
#endif
