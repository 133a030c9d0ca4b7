// SPDX-License-Identifier: MIT
#ifndef STORE_SURT_H
#define STORE_SURT_H
#include "data/buffer.h"

// The key under which an index of an archive has a URL (a SURT, "sort-friendly URI reordering
// transform"): its host from the back, so that what belongs together stands together, and without
// what makes no difference to most readers.
//
//     https://www.Example.org:443/A/b/?z=1&B=2#x   becomes   org,example)/a/b?b=2&z=1
//
// The canonical form is the Internet Archive's, which pywb and OpenWayback look up by: scheme, a
// leading www., the default port, the last slash, session ids of a few known forms and the order of
// what is asked for do not count; nor do case, nor how often something was percent-encoded.

// Appends the key of `url`, an absolute http or https URL as url_href gives it. One that is none is
// its own key. Lack of memory shows in `out`.
void surt_write(struct buffer *out, struct span url);
#endif
