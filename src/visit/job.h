// SPDX-License-Identifier: MIT
#ifndef VISIT_JOB_H
#define VISIT_JOB_H
#include "data/buffer.h"
#include "data/span.h"
#include "visit/message.h"
#include "web/address.h"
#include <stdbool.h>
#include <stdint.h>

// One HTTP exchange to be done, as plain bytes: no pointers, so that it can cross a thread or a
// process. A struct job is the head of a message of `size` bytes; its addresses and strings lie
// behind it, at offsets from its start.
enum job_flag {
    JOB_SPECIAL_OK = 1 << 0, // special addresses may be connected to
    JOB_KEEP = 1 << 1,       // keep the connection: more work for this host is waiting
    JOB_HEAD = 1 << 2,
    JOB_DIGEST = 1 << 3,        // SHA-256 of the decoded body into the outcome
    JOB_SAVE = 1 << 4,          // the body goes to a file
    JOB_ASK_CHALLENGE = 1 << 5, // credentials are shown as a digest (RFC 7616), not as they are
    JOB_WARC = 1 << 6,          // the exchange goes to the archive
    JOB_LINKS = 1 << 7,         // what a page says of itself into the findings: finding_links.h
    JOB_ROBOTS = 1 << 8,        // the body is a robots.txt: its rules for `agent`, finding_robots.h
    JOB_SITEMAP = 1 << 9,       // the body is a sitemap: its entries, finding_sitemap.h
    JOB_FOLLOW = 1 << 10,       // with JOB_LINKS: and its links
    JOB_COOKIES = 1 << 11,      // what Set-Cookie says into the outcome
    JOB_ONCE = 1 << 12,        // asked once and not again by itself: whoever paces the host decides
    JOB_CONDITIONAL = 1 << 14, // it asks whether the page is another than the one that is known
    JOB_DEEPEST = 1 << 13,     // with JOB_FOLLOW: no link of this page is followed
    JOB_CHALLENGE = 1 << 20,   // what a 401 wants to be shown into the outcome
};

struct job {
    uint32_t size; // of the whole message, a multiple of 8
    uint16_t kind; // MESSAGE_JOB
    uint16_t port;
    uint32_t id; // the coordinator's; comes back in the outcome
    uint32_t flags;
    int64_t connect_timeout, max_time; // ns; 0: none
    uint64_t max_filesize;             // bytes; 0: none
    uint64_t host_key;                 // the same for jobs that could share a connection
    struct message_text url, host, method, credentials, body;
    struct message_text path;    // with JOB_SAVE: where the body goes, see web/file_path.h
    struct message_text headers; // "Name: value" lines, each ended by a NUL
    struct message_text agent;   // with JOB_ROBOTS, JOB_LINKS: the product token that is spoken to
    // The proxy that it goes through, as in struct proxy; the addresses are then the proxy's.
    struct message_text proxy, proxy_credentials;
    uint32_t proxy_port;
    // What was archived of this URL before: the same payload becomes a revisit of that, and so
    // does, with JOB_CONDITIONAL, a 304. `known_date` is its WARC-Date (wall ns); 0: nothing is
    // known.
    struct message_text known_digest; // of its payload, as in outcome.warc_digest
    struct message_text via;          // with JOB_WARC: the page that it was found on
    int64_t known_date;
    uint32_t addresses, address_at;
};

enum { JOB_ADDRESSES = 64 }; // of one job, at most

// What job_build takes: the strings and addresses of a job. Borrowed for the call. Absent spans
// stay absent.
struct job_parts {
    struct job head; // the plain fields; size, kind and offsets are filled in
    struct span known_digest, via;
    struct span url, host, method, credentials, body, headers, path, proxy, proxy_credentials;
    struct span agent;
    const struct address *address;
    unsigned addresses;
};

// Builds the message into `out`, replacing its contents. Errors: -ENOMEM; -EINVAL when host or URL
// is empty, a proxy has no port, or there is no address or more than JOB_ADDRESSES; -EMSGSIZE when
// it would pass MESSAGE_MOST.
int job_build(struct buffer *out, const struct job_parts *parts);

// Whether `n` bytes at `p` are a well-formed job: every offset inside, every string ended by its
// NUL, every header line by its own, and 8-byte aligned. What came through shared memory is looked
// at with this before anything else.
bool job_valid(const void *p, size_t n);

// Where to connect, `j->addresses` of them. Borrowed from the message.
const struct address *job_addresses(const struct job *j);
#endif
