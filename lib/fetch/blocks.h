// SPDX-License-Identifier: MIT
#ifndef FETCH_BLOCKS_H
#define FETCH_BLOCKS_H
#include <stddef.h>

// Memory for libcurl, which asks for some sixty blocks an exchange and gives them all back, and for
// OpenSSL, which asks for thousands a connection: a list of free blocks a size, a set of lists a
// thread. Measured against glibc's malloc: see docs/fetch.md. What was used most recently is given
// out first, for it is in the cache; a size shares its pages with no other, so that a block is
// dense, and of a large one only the pages that are written to are ever resident.
//
// Same contracts as malloc and its family. A block may be freed by another thread than the one that
// took it. Nothing goes back to the system but what is larger than BLOCKS_MOST; the lists of a
// thread that ends are taken over by the next one that starts.
enum { BLOCKS_MOST = 64 * 1024 }; // larger ones come from malloc

void *blocks_malloc(size_t n);
void *blocks_calloc(size_t count, size_t n);
void *blocks_realloc(void *p, size_t n);
char *blocks_strdup(const char *s);
void blocks_free(void *p);
#endif
