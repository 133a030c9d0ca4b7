// SPDX-License-Identifier: MIT
#ifndef FETCH_SENTENCE_H
#define FETCH_SENTENCE_H

// libcurl's sentence about what went wrong, where it says nothing of it: when a reused connection
// dies without an answer, libcurl sends the request once more over another one by itself; but the
// first sentence that it has put into CURLOPT_ERRORBUFFER stays there, whatever happens to the
// second request. So a second failure would be told, and judged, in the words of the first.
struct transfer;

// The request of `t` is about to be sent again: what was said is forgotten, and libcurl's trace is
// listened to from now on, which has the next sentence. The handle is to be reset when the exchange
// is over.
void sentence_anew(struct transfer *t);
#endif
