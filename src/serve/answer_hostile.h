// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_HOSTILE_H
#define SERVE_ANSWER_HOSTILE_H
#include <stdbool.h>

struct exchange;

// /hostile/NAME: misbehaves as the row of that name says (hostile.h). See struct route.
int answer_hostile(struct exchange *x);

// /robots.txt of a host whose first label is the name of a row, "robots-endless.h1.web.test",
// misbehaves so. Returns whether there is one; then `*r` is what answering gave.
bool answer_hostile_robots(struct exchange *x, int *r);
#endif
