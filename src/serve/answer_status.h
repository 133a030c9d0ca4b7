// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_STATUS_H
#define SERVE_ANSWER_STATUS_H
struct exchange;

// Routes whose point is their status. See struct route.
int answer_status_status(struct exchange *x);
int answer_status_redirect(struct exchange *x);
int answer_status_flaky(struct exchange *x);
int answer_status_etag(struct exchange *x);
int answer_status_modified(struct exchange *x);
int answer_status_auth(struct exchange *x);
#endif
