// SPDX-License-Identifier: MIT
#ifndef FETCH_DEAF_H
#define FETCH_DEAF_H
#include <stdbool.h>

// Each of libcurl's multis keeps a pair of sockets for curl_multi_wakeup: two descriptors a thread
// that blocks, for what nobody calls here, as each curl_easy_perform has a multi of its own. While
// the calling thread is deaf, the program's own socketpair() says that there are no descriptors
// left, and libcurl does without.

// Makes the calling thread deaf, or hearing again. Returns what it was.
bool deaf_be(bool deaf);
#endif
