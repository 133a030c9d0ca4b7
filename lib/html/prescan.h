// SPDX-License-Identifier: MIT
#ifndef HTML_PRESCAN_H
#define HTML_PRESCAN_H
#include "html/charset.h"

// How much of a document is looked at for a meta element that says its encoding, in bytes.
enum { PRESCAN_MOST = 1024 };

// The encoding that a meta element in `head`, the first bytes of a document, says (HTML standard
// §13.2.3.2, "prescan a byte stream"); CHARSET_UNKNOWN when none does.
enum charset prescan(struct span head);

// The encoding in the content attribute of a meta element with http-equiv=content-type
// (§2.6.5, "extracting a character encoding from a meta element").
enum charset prescan_content(struct span content);

// What a meta element is believed to mean by `c`: UTF-16 cannot be, for it was read as ASCII.
enum charset prescan_believed(enum charset c);
#endif
