// SPDX-License-Identifier: MIT
#ifndef WEB_URL_CANONICAL_H
#define WEB_URL_CANONICAL_H
#include "web/url.h"

// The form in which a crawl takes two URLs for one. Parsing has done most of it already (lower case
// of scheme and host, IDNA, default ports, dot segments, percent-encoding of what needs it). What
// is added, in place, and cannot fail:
//   - user name, password and fragment go;
//   - in path and query, percent escapes of what never needs any (letters, digits, '-', '.', '_',
//     '~'; RFC 3986 §6.2.2.2) are undone, and those that stay are in upper case (§6.2.2.1). A URL
//     with a '%' that is no escape keeps all of its own, for undoing could make new ones.
// Everything else means what its server wants it to mean, and stays: the order of a query, an empty
// query, doubled slashes, case, index.html, "www.", http and https, a dot at the end of the host.
//
// What is canonical stays as it is.
void url_canonical(struct url *u);
#endif
