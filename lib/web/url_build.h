// SPDX-License-Identifier: MIT
#ifndef WEB_URL_BUILD_H
#define WEB_URL_BUILD_H
#include "web/url.h"

// The general parser: any input, already trimmed and without tabs and newlines, of URL_MAX bytes at
// most. Results as url_parse; `why` is never NULL.
int url_build(struct url *out, struct span input, const struct url *base, enum url_error *why);
#endif
