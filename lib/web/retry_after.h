// SPDX-License-Identifier: MIT
#ifndef WEB_RETRY_AFTER_H
#define WEB_RETRY_AFTER_H
#include "data/span.h"
#include <stdint.h>

// Reads a Retry-After value (RFC 9110 §10.2.3), seconds or a date, into a wait: nanoseconds, from 0
// (also for a date that has passed) to `most`. `now` is wall time in nanoseconds. Errors: -EINVAL
// when the value means nothing and should be ignored, `wait` untouched.
int retry_after_parse(struct span value, int64_t now, int64_t most, int64_t *wait);
#endif
