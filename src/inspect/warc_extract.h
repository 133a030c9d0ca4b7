// SPDX-License-Identifier: MIT
#ifndef INSPECT_WARC_EXTRACT_H
#define INSPECT_WARC_EXTRACT_H
#include "inspect/warc.h"

// The body of the latest capture of a URL, wherever in the files it is; a revisit's is that of the
// record that it refers to. As inspect_warc.
int inspect_warc_extract(const struct inspect_warc_question *q);
#endif
