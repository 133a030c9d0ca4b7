// SPDX-License-Identifier: MIT
#ifndef WEB_HOST_H
#define WEB_HOST_H
#include "web/url.h"

// Parses the host of an http URL (URL standard §3.5) as it stands between '//' and port, and
// appends its serialisation: lower-case ASCII domain, dotted quad, or IPv6 in brackets. `kind`, and
// `address` for a literal one, say what it is. Errors: -EINVAL with `why`, -ENOMEM; `out` may then
// hold part of it.
int host_parse(struct buffer *out, struct span host, enum url_host_kind *kind,
               struct address *address, enum url_error *why);

// Whether `c` may not stand in a domain (the standard's forbidden domain code points; beyond ASCII:
// no).
bool host_forbids(unsigned char c);
#endif
