// SPDX-License-Identifier: MIT
#ifndef FETCH_WIRE_H
#define FETCH_WIRE_H
#include "data/buffer.h"
#include <curl/curl.h>

// The heads of an exchange as they went over the wire, for who keeps them: request.wire. Of an
// exchange that took several requests (a challenge, a tunnel, a reused connection that had died)
// the last one counts, of responses the final one. HTTP/2 has no such text; then it is what libcurl
// shows in its stead, "GET / HTTP/2" and "HTTP/2 200". { 0 } is ready for use; owns its buffers,
// which are used again from one exchange to the next.
struct wire {
    struct buffer sent, received; // with the blank line that ends them
    uint64_t body_sent;           // bytes of the request's body that went out
    bool whole;                   // `sent` has its blank line
};

// Begins an exchange.
void wire_begin(struct wire *w);

void wire_fini(struct wire *w);

// A line of a response's head, as it came. `anew`: it is the first of one.
void wire_take_line(struct wire *w, struct span line, bool anew);

// A CURLOPT_DEBUGFUNCTION whose CURLOPT_DEBUGDATA, `arg`, is a wire: takes what is sent.
int wire_listen(CURL *easy, curl_infotype type, char *p, size_t n, void *arg);

// Has the handle tell `w` what it sends, or, with NULL, nobody.
CURLcode wire_set(struct wire *w, CURL *easy);
#endif
