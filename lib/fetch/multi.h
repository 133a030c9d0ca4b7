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
struct passage;

// Makes one for up to about `in_flight` exchanges at once. Borrows `settings` until it is freed.
// Errors: -ENOMEM, -EIO (libcurl would not start).
int multi_new(struct multi **out, struct loop *l, const struct fetch_settings *settings,
              unsigned in_flight);

// Closes every connection. No exchange may be under way. NULL is legal.
void multi_free(struct multi *m);

// The `io` whose fetch parks the calling fiber. Lives as long as the multi.
struct io *multi_io(struct multi *m);

// Whose that is.
struct multi *multi_of_io(struct io *io);

// ---- the same without a fiber

// Begins an exchange, which borrows `request`, `sink` and `response` until it is over; sends
// nothing yet. Once it is over `done(arg, code)` is called with what io->fetch would have returned,
// on the loop's stack, where nothing may park; it may begin others. Never from within this call or
// multi_cancel. Returns 0, with the exchange under way in `*out`; 1 when it was over before it
// began, as `response` says: then `done` will not be called; -ENOMEM. Does not park.
int multi_start(struct multi *m, struct passage **out, const struct request *request,
                struct sink *sink, struct response *response, void (*done)(void *arg, int code),
                void *arg);

// Ends an exchange that is under way; `response` says FETCH_CANCELLED. Returns true when that is
// all, and `done` will not be called; false while a thread is at work for its sink: then `done`
// will be called when that is over.
bool multi_cancel(struct passage *p);
#endif
