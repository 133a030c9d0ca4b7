// SPDX-License-Identifier: MIT
#ifndef INPUT_LINES_JSON_H
#define INPUT_LINES_JSON_H
#include "input/ask.h"

// A line of a list in JSON Lines: an object.
//
//   {"url": "http://…", "method": "PUT", "headers": {"Name": "value"}, "body": "…", "meta": …}
//
// `url` must be there. A header whose value is empty is sent so; one that is null is left out of
// those that would be sent. `body_b64` instead of `body` is any bytes. `meta` is anything, and
// comes back in the record. A member that is null is not there, but for `meta`; one of another name
// is not looked at.

// What a line says. The spans are views of its buffers, which are used again for the next line;
// { 0 } is ready for use.
struct lines_json {
    struct span url;     // absent: the line has none that could be read
    struct span members; // the others that are known, as a compact object; absent: none
    struct span unknown; // the name of a member that is not known; absent: none
    char why[160];       // what is wrong, half a sentence, after -EINVAL
    struct buffer text, asked;
};

void lines_json_fini(struct lines_json *l);

// Reads a line and checks all of it. Errors: -EINVAL, with `why`, and `url` and `members` as far as
// the line has any; -ENOMEM.
int lines_json_read(struct lines_json *l, struct span line);

// What `members`, as lines_json_read left them, ask for: views of `text`, whose former contents are
// replaced. Errors: -ENOMEM.
int lines_json_ask(struct ask *out, struct span members, struct buffer *text);

// Their `meta`, compact; absent when there is none.
struct span lines_json_meta(struct span members);

// Appends them as a line again, with its newline.
void lines_json_write(struct buffer *out, struct span url, struct span members);
#endif
