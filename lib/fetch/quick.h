// SPDX-License-Identifier: MIT
#ifndef FETCH_QUICK_H
#define FETCH_QUICK_H
#include <stddef.h>

// Some of libcurl's own public functions, faster. libcurl 7.88 formats text one byte and one call
// at a time, a third of the instructions of a kept-alive request, and it calls its exported
// functions (curl_maprintf, curl_msnprintf and their like, curl_strnequal) through the dynamic
// linker; so definitions of these in the program take the place of libcurl's, as a malloc of one's
// own does. They do what curl_mprintf(3) and curl_strnequal(3) say. A conversion that is not among
// the plain ones (%s %d %u %x %c with a length, a width of zeros or a precision) is left to
// libcurl's own function. A libcurl that does not call them so is not affected.

// Makes the linker take these definitions. `alloc` is what libcurl was told to allocate with:
// curl_maprintf's result is freed by libcurl. Call before any other use of libcurl.
void quick_use(void *(*alloc)(size_t n));

// Says that a status line has come: the next line that this thread's libcurl compares with names is
// the first field of its head. Before 8.1 (curl issue 11101) libcurl takes a folded line there for
// more of the last field of an earlier head, which it has freed: a server could write into our
// memory. Such a line loses its blank before libcurl looks at it, and is then a field that nobody
// knows.
void quick_expect_field(void);
#endif
