// SPDX-License-Identifier: MIT
#ifndef FRONTIER_ITEM_H
#define FRONTIER_ITEM_H
#include "data/buffer.h"
#include "data/heap.h"
#include "data/list.h"
#include "web/url.h"
#include <stdbool.h>
#include <stdint.h>

struct asking;
struct host;

// What a line of JSON says beyond its URL: the members of lines_json.h.
struct item_more {
    size_t *held; // where its bytes are counted as long as it is there
    size_t n;
    char text[];
};

// What is known of a page from an earlier run, as src/ledger/page_entry.h writes it.
struct item_known {
    size_t n;
    char bytes[];
};

// One line of the input on its way to its record. It is in exactly one place at a time: in a host's
// queue, on the heap of those that wait for a time, or under way in a lane; and it keeps its credit
// (it counts among those the source may have out) until its record is written.
struct item {
    struct list node;     // in a host's queue
    struct list changed;  // among those that are on disk not at all, or not as they are
    struct heap_node due; // on the frontier's heap of delayed items
    struct host *host;    // of the current hop
    struct url url;       // the current hop: without user information and fragment
    char *given; // the URL as given, when it differs from the first hop's href; NULL: the same
    char *credentials;        // "user:password" of the URL, for `origin` only; NULL: none
    struct item_known *known; // of the page at `url`, in a refresh; NULL: nothing
    struct item_more *more;   // what its line says beyond the URL; NULL: nothing
    struct asking *asking;    // a robots.txt, without a record: who waits; NULL: a URL of the run
    struct buffer trail;      // the redirects so far, as the JSON of the record
    struct buffer archived;   // where its exchanges are in the archive, as the JSON of the record
    char *via;                // in a crawl: the page that it was found on; NULL: none
    uint64_t line;
    uint64_t origin; // hash of the typed host and port: this item may go there whatever the address
    uint64_t home;   // hash of the origin (scheme, host, port) the credentials belong to
    int64_t entered; // monotonic ns: when it began to wait
    int64_t queued;  // ns waited at gates so far
    int64_t lookup;  // ns its last hop waited for the name
    int64_t first;   // monotonic ns of the first dispatch; 0: none yet
    int64_t started; // wall ns of the first dispatch
    uint32_t given_length;
    uint32_t id;        // while under way: its place among the jobs
    uint16_t attempts;  // exchanges tried in all
    uint16_t tries;     // attempts of the current hop, failed look-ups included
    uint16_t redirects; // followed so far
    uint8_t engine;     // index of the engine that did the last exchange
    uint8_t method;     // enum hop_method of the last exchange
    uint16_t depth;     // in a crawl: links from a seed
    uint8_t mark;       // in a crawl: what whoever found it said of it
    bool https;         // the URL of its line was
    bool held;          // it is in the state's table of that name
    bool stocked;       // it was brought from disk
    bool shown;         // its last exchange showed what its host had asked for (challenge.h)
    uint8_t challenges; // that were answered on this hop
    uint8_t deaths;     // workers that died over it, two at most; nothing of it is kept on disk
    bool recalled;      // the state is asked what is known; `due.key` is what it waits for then
    bool conditional;   // its last request was for what has changed since `known`
    bool became_get;    // by a redirect: what was asked for of method and body is over
};

// Makes an item of one line. Errors: -ENOMEM; otherwise those of url_parse, with `why` set: then
// there is no item.
int item_new(struct item **out, struct span text, uint64_t line, enum url_error *why);
void item_free(struct item *i);

// Gives the item a copy of `members`, counted in `*held`, which outlives it. Errors: -ENOMEM.
int item_keep_members(struct item *i, struct span members, size_t *held);

// What it was given; absent when that is nothing.
static inline struct span item_members(const struct item *i)
{
    return i->more ? (struct span){ i->more->text, i->more->n } : (struct span){ NULL, 0 };
}

// Gives the item a copy of what is known of its page; what it had goes. Errors: -ENOMEM, then it
// has none.
int item_keep_known(struct item *i, struct span known);

// Absent: nothing.
static inline struct span item_known(const struct item *i)
{
    return i->known ? (struct span){ i->known->bytes, i->known->n } : (struct span){ NULL, 0 };
}

// The URL as it was given, never with a user name or a password.
struct span item_given(const struct item *i);

// Turns the item to the next hop: notes that its current URL answered `status`, and takes over
// `target`. Errors: -ENOMEM, then nothing changed and `target` stays the caller's.
int item_redirect(struct item *i, int status, struct url *target);

// Notes that an exchange of it is in the archive: in this file, at this offset. Without memory it
// is not noted.
void item_archived(struct item *i, struct span file, uint64_t offset);

// Appends `text` (a line that may be no URL at all) to `out` without anything between "//" and "@"
// of its authority: what may stand in a record or a log of a line that could not be parsed.
void item_redact(struct span text, struct buffer *out);
#endif
