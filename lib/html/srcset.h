// SPDX-License-Identifier: MIT
#ifndef HTML_SRCSET_H
#define HTML_SRCSET_H
#include "data/span.h"

// Takes the URL of the next image off `rest`, the value of a srcset attribute with its character
// references decoded (HTML standard §4.8.4.2.4, "parse a srcset attribute"). False when none is
// left. Its descriptors are passed over, whatever they say: a browser would leave out a candidate
// whose descriptors it does not know, but what it names is there.
bool srcset_next(struct span *rest, struct span *url);
#endif
