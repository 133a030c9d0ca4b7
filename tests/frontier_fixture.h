// SPDX-License-Identifier: MIT
#ifndef TESTS_FRONTIER_FIXTURE_H
#define TESTS_FRONTIER_FIXTURE_H
#include "check.h"
#include "frontier/frontier.h"
#include "sys/clock.h"

// A frontier with manners, and words short enough to tell what happens to it line by line: what is
// added, opened, asked and may start next, at times that the test chooses. What is not as a test
// says fails it.
extern struct frontier f;
extern struct manners manners; // to be set before make()

// The setup of each test: plain manners.
int reset(void **state);

// Makes `f`, for at most `limit` exchanges at once with a host, `delay` apart.
void make(unsigned limit, int64_t delay);

// Ends `f`: what waits comes out, and nothing else may be left. `state` is not looked at.
int drain(void **state);

// A new item, the caller's; and one that `f` has.
struct item *item(const char *url);
void add(const char *url, int64_t now);

// Opens the next host in line, with these addresses (NULL behind the last); with this one.
void open_as(const char *const addresses[], int64_t now);
void open_at(const char *address, int64_t now);

// What may start next has this path, or there is nothing (NULL). Its exchange ends at once.
void assert_next(const char *path, int64_t now);

// The host has this robots.txt, good until `until`.
void give_rules(struct host *h, const char *text, int64_t until);

// So many of the host's exchanges have failed.
void fail_host(struct host *h, unsigned times, int64_t now);
#endif
