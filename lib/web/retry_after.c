// SPDX-License-Identifier: MIT
#include "web/retry_after.h"
#include "web/http_date.h"
#include <errno.h>

static const int64_t retry_after_second = INT64_C(1000000000);

// Whether `s` is nothing but digits; `value` is then what they say, held at 2^32.
static bool retry_after_seconds(struct span s, int64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        *value = *value * 10 + (s.p[i] - '0');
        if (*value > INT64_C(1) << 32)
            *value = INT64_C(1) << 32;
    }
    return s.n > 0;
}

int retry_after_parse(struct span value, int64_t now, int64_t most, int64_t *wait)
{
    struct span text = span_trim(value);
    int64_t seconds, date;
    if (!retry_after_seconds(text, &seconds)) {
        // "-1", "1.0" and "+1" are no seconds, and must not be read as a date either.
        bool worded =
            text.n && ((*text.p >= 'A' && *text.p <= 'Z') || (*text.p >= 'a' && *text.p <= 'z'));
        if (!worded || http_date_parse(text, now / retry_after_second, &date) < 0)
            return -EINVAL;
        int64_t ahead = date - now / retry_after_second;
        seconds = ahead < 0 ? 0 : ahead;
    }
    *wait = seconds > most / retry_after_second ? most : seconds * retry_after_second;
    return 0;
}
