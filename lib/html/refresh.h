// SPDX-License-Identifier: MIT
#ifndef HTML_REFRESH_H
#define HTML_REFRESH_H
#include "data/span.h"

// Whether the content of a meta element with http-equiv=refresh, or of a Refresh header, leads to
// another page, whose URL then goes to `url`, a view of `content` (HTML standard §4.2.5.3, "shared
// declarative refresh steps").
bool refresh_parse(struct span content, struct span *url);
#endif
