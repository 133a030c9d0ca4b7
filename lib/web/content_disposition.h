// SPDX-License-Identifier: MIT
#ifndef WEB_CONTENT_DISPOSITION_H
#define WEB_CONTENT_DISPOSITION_H
#include "data/buffer.h"

// The file name in a Content-Disposition header (RFC 6266, RFC 8187), read as leniently as browsers
// do. What comes out is UTF-8 and nothing more: it may hold slashes, dots and control characters
// (filename.h makes a safe name of it).

// Appends the name that the header means: `filename*` when it can be decoded (UTF-8 or ISO-8859-1),
// else `filename`, whose bytes are taken for ISO-8859-1 when they are not UTF-8. Of several the
// first counts. Returns whether there is a name; it may be empty. No memory shows in `out`.
bool content_disposition_name(struct span header, struct buffer *out);

// As above, but `filename` only.
bool content_disposition_plain_name(struct span header, struct buffer *out);

// The disposition type as it stands ("attachment", "inline", in any case). Empty when there is
// none.
struct span content_disposition_type(struct span header);
#endif
