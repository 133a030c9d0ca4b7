// SPDX-License-Identifier: MIT
#ifndef OPTIONS_ARGUMENTS_H
#define OPTIONS_ARGUMENTS_H
#include "bench/setup.h"
#include "crawl/settings.h"
#include "manners/setup.h"
#include "serve/serve.h"
#include <stdbool.h>
#include <stddef.h>

struct netrc;

// A growing list of borrowed strings, always followed by a NULL once it has one. { 0 } is empty.
// Owns `item`.
struct arguments_list {
    const char **item;
    size_t count;
};

// What is said about archives, beyond where they are.
struct arguments_warc {
    bool size_said, digest_said, cdx;
    unsigned level; // 0: not said
    uint64_t max_size, memory;
    enum digest_kind digest;
    struct buffer info, index, open_index; // what fetch_warc has made of it all; owned
};

// Lists that a crawl is given.
struct arguments_explore {
    struct arguments_list hosts, accept, reject, types, sitemaps;
    struct buffer joined; // the types, apart by spaces; owned
};

// What a run that can be gone on with needs to know of its command line.
struct arguments_state {
    unsigned command;        // its enum options_command
    struct buffer arguments; // all of them, packed one behind the other; owned
    struct buffer typed;     // names and values of options that must not change; owned
    struct buffer spool;     // owned
    int64_t interval;        // of --commit-interval, ns
    bool interval_said;
    int64_t save_since; // of the run's first part; 0: this is it
    bool unfinished;    // the run can be gone on with
    bool recalled;      // the command line is that of an earlier run
    bool refresh;       // when that is finished, another one may begin
    int lock;           // the descriptor that holds the directory; -1: none
};

// Everything that a command line can say. An option's row in the table names the place here that it
// fills; defaults are filled in first, by the same readers that read what was typed. Strings are
// borrowed from argv.
struct arguments {
    struct arguments_list operands; // what is left when the options are gone
    bool help, version;
    bool quiet, verbose;
    bool json;
    struct arguments_list resolve;
    // What is asked for beyond a GET: as typed, and as fetch_ask put it together (owned).
    const char *method;
    bool head;
    struct arguments_list data, headers, cookies;
    struct buffer ask_headers, ask_body;
    // Who we are: as typed, and as fetch_ask has taken it over (owned).
    const char *user, *bearer, *netrc_file;
    bool use_netrc;
    char *login;
    struct netrc *netrc;
    const char *proxy, *no_proxy;               // as typed; NULL: the environment's
    struct proxy_place http_proxy, https_proxy; // read from there, by fetch_proxy; owned
    struct arguments_warc warc;
    const char *extract; // of inspect warc
    bool include, repair;
    struct manners_setup manners; // as typed, and what it needs (owned)
    struct arguments_explore explore;
    struct arguments_state state;
    struct crawl_settings crawl;
    struct serve_settings serve;
    struct bench_setup bench;
    bool status_failed, status_pending; // the lists that are asked for
    bool serve_list;                    // the misbehaviours are listed, nothing is served
};

// Appends. Errors: -ENOMEM, the list as it was.
int arguments_list_add(struct arguments_list *list, const char *item);

// Frees the lists and buffers; the arguments are { 0 } afterwards.
void arguments_fini(struct arguments *a);
#endif
