// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_PAGE_H
#define SERVE_ANSWER_PAGE_H
struct exchange;

// Routes that tell about the server itself. See struct route.
int answer_page_index(struct exchange *x);
int answer_page_robots(struct exchange *x);
int answer_page_urls(struct exchange *x);
#endif
