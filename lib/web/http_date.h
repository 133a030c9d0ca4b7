// SPDX-License-Identifier: MIT
#ifndef WEB_HTTP_DATE_H
#define WEB_HTTP_DATE_H
#include "data/span.h"
#include <stdint.h>

// Room for an IMF-fixdate and its NUL: "Sun, 06 Nov 1994 08:49:37 GMT".
enum { HTTP_DATE_ROOM = 30 };

// Reads an HTTP date: the three forms of RFC 9110 §5.6.7, and beyond them what servers really send:
// the parts in another order, weekday, seconds or time left out, other zones (numeric, North
// American, European, military). What follows a complete date is ignored. The weekday need not fit;
// a day that its month does not have runs on into the next. A two-digit year is taken as RFC 9110
// says, by `now` (seconds since 1970, UTC); none is before 1583 or after 9999. `out` is seconds
// since 1970, UTC; it may be negative. Errors: -EINVAL, `out` untouched. Does not depend on TZ or
// the locale.
int http_date_parse(struct span text, int64_t now, int64_t *out);

// Writes `t` (seconds since 1970, years 1 to 9999) as an IMF-fixdate with its NUL.
void http_date_text(int64_t t, char out[HTTP_DATE_ROOM]);
#endif
