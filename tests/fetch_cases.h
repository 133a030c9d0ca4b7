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

// The origin that gives these answers, and settings to ask it with. fetch_origin_start and
// fetch_origin_stop are the setup and the teardown of a program.
extern struct canned fetch_origin;
extern struct fetch_settings fetch_settings;
int fetch_origin_start(void **state);
int fetch_origin_stop(void **state);

// A plain GET of `path` there, at 127.0.0.1; the URL is written to `url`.
struct request fetch_plain(const char *path, char url[200]);

// How many connections it has had.
unsigned fetch_connections(void);
#endif
