// SPDX-License-Identifier: MIT
#ifndef TESTS_RESOLVER_FIXTURE_H
#define TESTS_RESOLVER_FIXTURE_H
#include "dns_responder.h"
#include "fiber/annotate.h"
#include "in_loop.h"
#include "resolve/resolver.h"

// A resolver that asks a server in the test, see dns_responder.h for what that makes of each name.
// What is not as a test says fails it.
extern struct dns_responder dns;
extern struct resolver *resolver;
extern struct resolve_answer a; // what came of the last lookup

// The setup and the teardown of a program: `dns` answers meanwhile.
int start_dns(void **state);
int stop_dns(void **state);

// Makes `resolver` in the current loop, the test's to free; it asks `dns`, or whom the options
// name.
void open_resolver(void);
void open_with(const struct resolver_options *options);

// Looks `name` up, port 80, for 8 s at most; and without parking. The answer is in `a`.
int lookup(const char *name);
bool known(const char *name);

// `a` holds: this address at `i`; the two of a name that is ok; none, with this reason, where %s is
// the name of `dns`.
void assert_address(unsigned i, const char *text);
void assert_ok(void);
void assert_no_address(enum resolve_status status, const char *why);

// So many fibers look a name up at once; each a name of its own, LABEL0.test and on, 300 at most.
// All find it.
void look_up_often(const char *name, unsigned fibers);
void look_up_many(const char *label, unsigned count);

// Milliseconds since a clock_mono(); and whether they are fewer than these, or, under Valgrind,
// than twenty times as many.
int64_t elapsed_ms(int64_t since);
bool is_within(int64_t since, int64_t ms);
#endif
