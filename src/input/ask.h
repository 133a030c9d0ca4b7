// SPDX-License-Identifier: MIT
#ifndef INPUT_ASK_H
#define INPUT_ASK_H
#include "data/buffer.h"
#include <stdbool.h>

// What is asked of a server: by the options, for every URL of a run, or by one line of the list,
// for its own. Views of what somebody else owns; { 0 } asks for nothing but a GET.
struct ask {
    struct span method;  // absent: GET, or POST where there is a body
    struct span headers; // lines, each ended by a NUL; see below
    struct span body;    // absent: none
};

// No more than this is taken, in bytes; so that a job always fits into a message.
enum { ASK_METHOD_MOST = 32, ASK_HEADERS_MOST = 32 << 10, ASK_BODY_MOST = 256 << 10 };

static inline bool ask_is_empty(const struct ask *a)
{
    return !a->method.p && !a->headers.n && !a->body.p;
}

// What is wrong with `method`, half a sentence; NULL: nothing. A token (RFC 9110 §9.1), but not
// CONNECT, which is for proxies.
const char *ask_method_fault(struct span method);

// What is wrong with a header line, half a sentence; NULL: nothing. As curl writes them: "Name:
// value"; "Name:" leaves out a header that would be sent otherwise; "Name;" sends an empty one.
// Content-Length and Transfer-Encoding are refused: a wrong one would spoil the connection for
// other URLs.
const char *ask_header_fault(struct span line);

// The name in a header line: what stands before its colon or semicolon.
struct span ask_header_name(struct span line);

// Appends a header line that was looked at, and the NUL that ends it.
void ask_add_header(struct buffer *headers, struct span line);

// Takes the next line off `rest`, of an ask's headers, without its NUL. False when none is left.
bool ask_next_header(struct span *rest, struct span *line);

// Whether `headers` have a line of this name, in any case.
bool ask_has_header(struct span headers, struct span name);
#endif
