// SPDX-License-Identifier: MIT
#ifndef VISIT_ARCHIVE_HTTP_H
#define VISIT_ARCHIVE_HTTP_H
#include "data/buffer.h"

// Heads of HTTP messages as an archive has them: as they went over the wire, but for what would
// mislead its readers, or give a secret away.
//
// - The body is archived without its transfer coding: Transfer-Encoding becomes
//   X-Crawler-Transfer-Encoding, as Common Crawl has it, and a Content-Length beside it, which does
//   not count (RFC 9112 §6.3), X-Crawler-Content-Length.
// - HTTP/2 is written as HTTP/1.1, which it can be translated to and readers know; WARC-Protocol
//   says what it was.
// - What a request shows in Authorization and Proxy-Authorization is withheld, but for the scheme.

// Appends a response's head, its blank line included.
void archive_http_response(struct buffer *out, struct span head);

// Appends a request's head.
void archive_http_request(struct buffer *out, struct span head);
#endif
