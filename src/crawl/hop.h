// SPDX-License-Identifier: MIT
#ifndef CRAWL_HOP_H
#define CRAWL_HOP_H
#include "fetch/error.h"
#include "input/ask.h"

// What becomes of what was asked for on the way to an answer: over redirects, and when something is
// tried again. Pure.

// What a method means for that; 0 is GET.
enum hop_method {
    HOP_GET,
    HOP_HEAD,
    HOP_POST,
    HOP_IDEMPOTENT, // PUT, DELETE, OPTIONS, TRACE: asking twice is asking once (RFC 9110 §9.2.2)
    HOP_OTHER,
};

// Methods are told apart by case (RFC 9110 §9.1). An absent one is GET.
enum hop_method hop_method(struct span method);

// Whether a redirect of this status makes the request a GET, without its body: 303 all but HEAD,
// 301 and 302 a POST (RFC 9110 §15.4; what browsers do). 307 and 308 leave it as it is.
bool hop_becomes_get(enum hop_method method, int status);

// Whether it may be asked again after an attempt that came to nothing. An idempotent method,
// always. Any other one only when nothing of it was sent, or when the status says that it was not
// looked at: 408, 429, 503.
bool hop_may_repeat(enum hop_method method, bool sent, int status);

// Where a request is about to go.
struct hop_place {
    bool home;       // to the scheme, host and port of the line's own URL
    bool became_get; // on the way here, by a redirect
};

// One request. Views of the asks and of the buffer.
struct hop {
    enum hop_method kind;
    struct span method; // absent for GET and HEAD
    struct span headers, body;
};

// Puts what the run asks for and what the line itself does together; the line's word goes before
// the run's: its method, its body, and each header that it names. Header lines are copied to
// `lines`, whose former contents are replaced; `out` has views of all three.
//   - Away from home there is no Authorization, Cookie, Proxy-Authorization or Host of theirs.
//   - What became a GET has no body and no header that speaks of one.
// Errors: -ENOMEM.
int hop_make(struct hop *out, const struct ask *run, const struct ask *line, struct hop_place place,
             struct buffer *lines);
#endif
