// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_MIRROR_H
#define SERVE_ANSWER_MIRROR_H
struct exchange;

// Routes that show the request to who sent it. See struct route.
int answer_mirror_echo(struct exchange *x);
int answer_mirror_headers(struct exchange *x);
int answer_mirror_cookie(struct exchange *x);
#endif
