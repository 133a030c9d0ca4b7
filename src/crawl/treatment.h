// SPDX-License-Identifier: MIT
#ifndef CRAWL_TREATMENT_H
#define CRAWL_TREATMENT_H
#include <stdbool.h>
#include <stdint.h>

// Hosts are treated as they do: what exchanges tell of a host sets its pace; who keeps failing is
// set aside, and given up in the end.
struct coordinator;
struct host;
struct outcome;

// Takes in what an exchange with `h` tells of it, before frontier_ended; `hold`: until when it
// asked not to be called, 0: it did not. Returns whether the host had failed so often before, or
// the network is down, that the URL need not be to blame: it keeps its attempt, and others go
// first.
bool treatment_note(struct coordinator *c, struct host *h, const struct outcome *o, int64_t hold);

// `h` has answered as it should.
void treatment_good(struct coordinator *c, struct host *h);

// The part of it that is about the pace.
void treatment_pace(struct coordinator *c, struct host *h, const struct outcome *o);

// Whether nothing was heard of the server; NULL: there was no exchange.
bool treatment_is_silent(const struct outcome *o);

// `h` has failed without an exchange: what is to become of it? `robots`: for its robots.txt.
enum treatment { TREATMENT_ASIDE, TREATMENT_GIVEN_UP };
enum treatment treatment_failed(struct coordinator *c, struct host *h, const char *why, bool silent,
                                bool robots, int64_t hold);

// Where hosts are treated all alike: nothing was heard of `h`. Returns whether that is because the
// network is down, as far as can be seen: then it is set aside, and what was tried counts for
// nothing.
bool treatment_cut_off(struct coordinator *c, struct host *h);

// Ends URLs that a robots.txt does not allow, and those of hosts that are given up.
void treatment_settle(struct coordinator *c);
#endif
