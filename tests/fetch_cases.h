// SPDX-License-Identifier: MIT
#ifndef TESTS_FETCH_CASES_H
#define TESTS_FETCH_CASES_H
#include "canned.h"
#include "fetch/request.h"
#include "fetch/response.h"

// What must come of one exchange, whichever way it is waited for.
struct fetch_case {
    const char *path;
    void (*change)(struct request *q); // makes the request differ from a plain GET; NULL
    enum fetch_error error;
    int status;
    const char *body; // what the sink was given; NULL: not looked at
    const char
        *message; // a part of the response's; NULL: none is expected, nor looked at with an error
    enum { FETCH_STOP_NEVER, FETCH_STOP_HEAD, FETCH_STOP_BODY } stop;
};

extern const struct fetch_case fetch_cases[];
extern const unsigned fetch_case_count;
extern const struct canned_answer fetch_answers[];
#endif
