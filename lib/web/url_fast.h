// SPDX-License-Identifier: MIT
#ifndef WEB_URL_FAST_H
#define WEB_URL_FAST_H
#include "web/url.h"

// Parses an absolute URL that is in normal form already, as nearly all lines of a list are, in one
// pass: `out` as url_parse fills it. A missing "/" after the host is put in. Returns 1 when it has
// done so, 0 when the general parser must look, -ENOMEM. Never says that an input is wrong.
int url_fast(struct url *out, struct span input);
#endif
