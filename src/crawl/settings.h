// SPDX-License-Identifier: MIT
#ifndef CRAWL_SETTINGS_H
#define CRAWL_SETTINGS_H
#include "crawl/bounds.h"
#include "crawl/explore.h"
#include "engine/engine.h"
#include "frontier/manners.h"
#include "input/ask.h"
#include "resolve/resolver.h"
#include "web/proxy.h"
#include <stdbool.h>
#include <stdint.h>

enum { CRAWL_ENGINES = 8 }; // side by side, at most

struct gauge;
struct netrc;
struct state;

// What a run is asked to do: filled from the command line, read-only from then on. Strings are
// borrowed for the run. Times are ns, sizes bytes, rates requests a second. The command sets every
// field; { 0 } is not a default.
struct crawl_settings {
    // What to fetch: first `urls`, in order, then `input`.
    const char *const *urls; // arguments; NULL-terminated
    const char *input;       // -i: a path, "-" for standard input, NULL for none
    bool jsonl;              // `input` is JSON Lines: see lines_json.h
    // Where the results go.
    const char *output; // -o: a path, created anew; NULL or "-": standard output
    const char *failed; // --failed; NULL: not wanted
    const char *index;  // of what worker.warc_prefix archives, a line each as it comes; NULL
    bool digest;
    struct save *save;  // of worker.save_dir, borrowed; NULL: bodies are not saved
    bool skip_existing; // what has been saved before this run is not fetched again
    struct ask ask;     // of every URL; a line of the list may say otherwise for itself
    // Who we are; a URL's own user and password go before these.
    const char *credentials;   // "user:password", for each URL's own origin; NULL: none
    const struct netrc *netrc; // for hosts by name; NULL: none
    enum request_auth auth;    // how all of them are shown
    // How many at once, and how fast.
    unsigned in_flight; // -j
    unsigned per_host;
    int64_t host_delay;
    double rate, host_rate; // 0: no limit
    struct manners manners; // what hosts are treated by beyond that
    struct span agent;      // the product token that robots.txt speaks to us by
    uint64_t limit_rate;    // bytes a second of all workers, kept by worker.flow; 0: no limit
    struct bounds bounds;   // of the run; that on bytes needs worker.flow
    struct explore_settings explore; // what makes it a crawl
    bool cookies;                    // what servers set is kept and sent
    const char *cookie_jar;          // a file that they are kept in; NULL: none
    // One exchange.
    int64_t connect_timeout, max_time;
    uint64_t max_filesize;
    unsigned retry;          // further attempts for one exchange
    unsigned max_redirs;     // 0: redirects are not followed
    int64_t max_retry_after; // a Retry-After beyond this counts as this
    bool allow_private;
    int64_t grace; // after the first Ctrl-C: how long what is in flight may still take
    struct resolver_options resolver;
    struct proxy_rules proxies;
    struct engine_spec engine[CRAWL_ENGINES];
    unsigned engines;
    struct visit_settings worker;
    uint64_t seed;       // of the jitter; 0: from the system
    struct gauge *gauge; // of who measures the run; NULL: nobody
    // What the run is kept in, to be gone on with: open, and taken over by the run. NULL: nothing
    // is kept.
    struct state *state;
    const char *state_dir; // for people
    const char *spool;     // the file in it that standard input is kept in
    bool begun;            // the state was, by another process, whatever it came to
    bool recalled;         // and standard input is not given again
    uint64_t refresh; // which one of the state this run is; 0: none, what is known is not looked at
    int64_t warc_before;     // worker.warc_since of the part of the run before this one; 0: none
    int64_t commit_interval; // ns
};
#endif
