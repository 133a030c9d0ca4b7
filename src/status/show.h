// SPDX-License-Identifier: MIT
#ifndef STATUS_SHOW_H
#define STATUS_SHOW_H
#include "crawl/stats.h"
#include "status/survey.h"

// What a survey found, for people and for programs. Pure.
struct show {
    const char *dir;
    const char *command; // as a line; NULL: not known
    int64_t owner;       // process id of who has the directory; 0: nobody
    int64_t owner_since; // wall ns; 0: not known
    const struct survey *survey;
    const struct crawl_stats *stats; // of the last commit; NULL: not known
};

// Append it: some lines that answer how far it is, what is left and why it is not faster; one
// object. Nothing from outside reaches a terminal unescaped.
void show_text(struct buffer *out, const struct show *s);
void show_json(struct buffer *out, const struct show *s);

// How long the rest will take, ns: by the rate so far, but no less than the hosts' own pace; -1:
// nobody knows.
int64_t show_eta(const struct show *s);
#endif
