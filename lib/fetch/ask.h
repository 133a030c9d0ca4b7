// SPDX-License-Identifier: MIT
#ifndef FETCH_ASK_H
#define FETCH_ASK_H
#include <curl/curl.h>
#include <stdbool.h>

// A request as options of a libcurl handle. Setting one costs time, also to what it is already: so
// only what differs from what the handle was last told is set (struct transfer_told).
struct request;
struct transfer;

// Sets everything that `q` says; `t` keeps pointers into it.
CURLcode ask_set(struct transfer *t, const struct request *q);

// Sets just the limit of time: `max_time` in ns; 0: none.
CURLcode ask_set_time(struct transfer *t, int64_t max_time);

// Sets just what hands over the addresses; with `load`, whatever the multi is thought to know
// (pins.h).
CURLcode ask_set_pins(struct transfer *t, const struct request *q, bool load);
#endif
