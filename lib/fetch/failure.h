// SPDX-License-Identifier: MIT
#ifndef FETCH_FAILURE_H
#define FETCH_FAILURE_H
#include "fetch/error.h"
#include "fetch/transfer_stream.h"
#include <curl/curl.h>
#include <stdbool.h>

// What is known when libcurl gave an exchange up.
struct failure {
    CURLcode code; // CURLE_OK only when `stream` says that it is none
    enum transfer_stream_end stream;
    int os_error;      // errno of the socket call that failed, 0 when none did
    int family;        // of the address last tried: 4, 6; 0: none was
    bool asked;        // the connection stood and the request was being sent
    bool head_begun;   // a byte of a response had come
    bool head_done;    // a final response's head was complete
    bool over_proxy;   // the peer of the connection is a proxy
    bool no_memory;    // there was none to be had a moment later
    bool max_time_out; // the exchange's own limit had passed, whatever phase it was in
    const char *text;  // libcurl's message, "" when it left none
};

// Whether `text`, of libcurl's trace, is a sentence about what went wrong in an exchange that was
// asked for, and not about connections and the like. Pure.
bool failure_is_told_by(const char *text);

// Whether libcurl says with this code that a stream of HTTP/2, or its connection, has ended, well
// or not: how it stands says more (pure).
bool failure_is_of_stream(CURLcode code);

// Whether the kernel refused us something: descriptors, ports, memory. Pure.
bool failure_is_shortage(const struct failure *f);

// The word for it (pure). Never FETCH_OK.
enum fetch_error failure_word(const struct failure *f);
#endif
