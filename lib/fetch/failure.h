// SPDX-License-Identifier: MIT
#ifndef FETCH_FAILURE_H
#define FETCH_FAILURE_H
#include "fetch/error.h"
#include <curl/curl.h>
#include <stdbool.h>

// What is known when libcurl gave an exchange up.
struct failure {
    CURLcode code;
    int os_error;      // errno of the socket call that failed, 0 when none did
    int family;        // of the address last tried: 4, 6; 0: none was
    bool asked;        // the connection stood and the request was being sent
    bool head_begun;   // a byte of a response had come
    bool head_done;    // a final response's head was complete
    bool over_proxy;   // the peer of the connection is a proxy
    bool max_time_out; // the exchange's own limit had passed, whatever phase it was in
    const char *text;  // libcurl's message, "" when it left none
};

// The word for it (pure). Never FETCH_OK.
enum fetch_error failure_word(const struct failure *f);
#endif
