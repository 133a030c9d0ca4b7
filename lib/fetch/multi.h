// SPDX-License-Identifier: MIT
#ifndef FETCH_MULTI_H
#define FETCH_MULTI_H
#include "fetch/io.h"
#include <stddef.h>

// Exchanges on the calling thread's loop, through several curl multis (facts: many small ones beat
// a big one). The sole owner of every CURLM of its loop. Hosts are spread over the multis by hash,
// so that a connection finds its host again; a host with many transfers overflows to further
// multis; an HTTP/2 host stays in one.
struct multi;
struct loop;
struct fetch_settings;

// Makes one for up to about `in_flight` exchanges at once. Borrows `settings` until it is freed.
// Errors: -ENOMEM, -EIO (libcurl would not start).
int multi_new(struct multi **out, struct loop *l, const struct fetch_settings *settings,
              unsigned in_flight);

// Closes every connection. No exchange may be under way. NULL is legal.
void multi_free(struct multi *m);

// The `io` whose fetch parks the calling fiber. Lives as long as the multi.
struct io *multi_io(struct multi *m);
#endif
