// SPDX-License-Identifier: MIT
#ifndef FETCH_TRANSFER_H
#define FETCH_TRANSFER_H
#include "fetch/arrive.h"
#include "fetch/dial.h"
#include "fetch/response.h"
#include "fetch/slowness.h"
#include "fetch/transfer_stream.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

// One libcurl easy handle, used for one exchange after another: what multi and easy have in common.
// It sets the handle's options from a request, takes what arrives, and makes a response of how it
// ended; where the handle runs is theirs.
struct fetch_settings;
struct request;
struct pins;

// What the handle was last told. Setting an option costs time, so only differences are.
struct transfer_told {
    bool pinned;  // it has loaded a wildcard entry, and so looks wildcards up
    bool special; // more than a plain GET
    bool lines, credentials, proxy, wire;
    long auth;
    long fresh, forbid_reuse, connect_timeout, max_time;
};

struct transfer {
    CURL *easy;
    const struct fetch_settings *settings;
    struct dial_owner *owner;
    struct pins *pins;             // of the multi that it is about to run in; set by the owner
    const struct request *request; // NULL: no exchange is under way
    struct dial dial;
    struct transfer_stream stream;
    struct arrival arrival;
    struct slowness slowness;
    int64_t began, held, holding; // of a patient one: when it began, how long its sink has had it
                                  // wait, and since when it does now (0: it does not)
    struct transfer_told told;
    bool awaits;    // the body ends where TLS says so with close_notify,
    bool notified;  // which has come
    bool soiled;    // the handle keeps something of this exchange: reset it before the next
    unsigned loads; // lists of pins that this exchange has brought
    unsigned line_room;
    struct curl_slist *lines;   // room for the header lines of a request
    char text[CURL_ERROR_SIZE]; // libcurl's message
};

// Makes `t` ready for use; borrows `settings` and `owner` until transfer_fini. Errors: -ENOMEM,
// then nothing need be undone.
int transfer_init(struct transfer *t, const struct fetch_settings *settings,
                  struct dial_owner *owner);

// Frees the handle, which is in no multi. A zeroed `t` is legal.
void transfer_fini(struct transfer *t);

// Sets the handle up for `request`. Borrows all three until the exchange is over. `t->pins` is set.
// Errors: -ENOMEM; -EINVAL when it is no request for libcurl, and `out` says why.
int transfer_start(struct transfer *t, const struct request *request, struct sink *sink,
                   struct response *out);

// The handle has stopped with `code`. Fills the response and ends the exchange. But when it returns
// true the exchange goes on: it found no addresses when it came to connect (pins.h), is set up
// anew, and is to be run once more.
bool transfer_finish(struct transfer *t, CURLcode code);

// Ends the exchange before libcurl does. The handle is in no multi any more.
void transfer_abort(struct transfer *t, enum fetch_error why, const char *message);

// Its sink has it wait, and does no longer: if it is patient, its time stands still meanwhile.
void transfer_hold(struct transfer *t);
void transfer_release(struct transfer *t);

// Whether a patient one has taken longer than it may: libcurl's own timer has gone off too early.
bool transfer_is_late(const struct transfer *t, int64_t now);

// The word and sentence for that.
void transfer_abort_late(struct transfer *t);

// Whether it has been slower than the settings allow, at `now`; asked often enough for
// slowness_check.
bool transfer_is_slow(struct transfer *t, int64_t now);

// The word and sentence for that.
void transfer_abort_slow(struct transfer *t);
#endif
