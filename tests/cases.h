// SPDX-License-Identifier: MIT
#ifndef TESTS_CASES_H
#define TESTS_CASES_H
#include "data/span.h"
#include <jansson.h>

// Calls `check` with each case of tests/data/NAME, a file with a JSON object a line. Returns how
// many there were; a missing or broken file fails the running test.
unsigned cases_each(const char *name, void (*check)(const json_t *one));

// A string member; absent when it is null or missing.
struct span cases_span(const json_t *one, const char *key);

// A string member that must be there; a member that must be true or false.
const char *cases_text(const json_t *one, const char *key);
bool cases_flag(const json_t *one, const char *key);
#endif
