// SPDX-License-Identifier: MIT
#ifndef INSPECT_ANSWER_H
#define INSPECT_ANSWER_H
#include "data/buffer.h"
#include <jansson.h>
#include <stdbool.h>

// What the kinds of `trawl inspect` have in common: objects in, objects out, and for a person files
// in and lines out.

// A kind's question for a person: what is on the command line.
struct inspect_question {
    const char *const *operands; // NULL-terminated, behind the kind's name
    const char *agent;           // --user-agent
};

// One rule that can be asked about.
struct inspect_kind {
    const char *name;
    // Appends the answer to one object, an object without a newline.
    void (*answer)(struct buffer *out, const json_t *object);
    // Appends the answer for a person. Returns 0; 1 when the answer is one that a script may want
    // to tell by the exit status; -EINVAL when the question is none, which has been said; -ENOMEM.
    int (*show)(struct buffer *out, const struct inspect_question *question);
};

// Appends {"error": word, "errormsg": sentence}.
void inspect_answer_error(struct buffer *out, const char *word, const char *sentence);

// A string member; absent when it is not there, or no string.
struct span inspect_answer_member(const json_t *object, const char *key);

// Reads the bytes that the member `key` or, in base64, the member KEY_b64 stands for. `*text` is
// borrowed from the object or from `room`. Errors: -ENOENT when there is neither, -EINVAL when that
// is no base64, -ENOMEM.
int inspect_answer_bytes(const json_t *object, const char *key, struct buffer *room,
                         struct span *text);

// Reads a whole file ("-": standard input), of `most` bytes at most; what is longer is cut there.
// Blocks. Errors: those of open(2) and read(2), said on the log; -ENOMEM.
int inspect_answer_file(const char *path, size_t most, struct buffer *out);

// Appends `text` so that no terminal acts upon it, cut to what is worth showing.
void inspect_answer_shown(struct buffer *out, struct span text);
#endif
