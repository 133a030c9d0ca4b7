// SPDX-License-Identifier: MIT
#ifndef VISIT_OUTCOME_H
#define VISIT_OUTCOME_H
#include "fetch/response.h"
#include "visit/job.h"

// What came of one job, as plain bytes like the job itself.
enum outcome_flag {
    OUTCOME_DIGEST = 1 << 0,    // `digest` is set
    OUTCOME_TRUNCATED = 1 << 1, // the body was cut on purpose, at a bound, or maybe by others: see
                                // `unclosed` of struct response
    OUTCOME_SENT = 1 << 2,      // some of the request may have reached the server
    OUTCOME_REUSED = 1 << 3,    // went over a used connection, and may have died with it
    OUTCOME_DISK = 1 << 4,      // FETCH_NO_RESOURCES for it could not be kept: disk full, denied
    OUTCOME_LACK = 1 << 7, // FETCH_NO_RESOURCES is the kernel's word: no descriptor, port or memory
    OUTCOME_UNWANTED = 1 << 6, // the body is of a type that nobody wants: see accept_types
    OUTCOME_REVISIT = 1 << 5,  // what was archived is a revisit: no body in it
};

//
// What the body held that somebody wants to know of (links, rules for robots, ...) stands directly
// behind the message: its findings, `tail` bytes. An engine moves both; on a queue that is too
// short for them they go in pieces.
struct outcome {
    uint32_t size;   // of the message without its findings, a multiple of 8
    uint16_t kind;   // MESSAGE_OUTCOME
    uint16_t status; // HTTP; 0: none was received
    uint32_t id;     // the job's
    uint32_t flags;
    uint16_t error;        // enum fetch_error
    uint16_t http_version; // 10, 11, 20; 0: none
    uint16_t remote_port;
    uint16_t unused;
    uint32_t tail; // bytes of findings behind the message
    uint32_t unused_too;
    struct address remote; // family 0: nobody was connected to
    uint8_t digest[32];
    int64_t started; // wall clock ns at which the exchange began
    int64_t time_connect, time_appconnect, time_starttransfer, time_total; // ns; 0: not reached
    uint64_t size_download; // bytes of body as received
    struct message_text message, content_type, location, retry_after, etag, last_modified, saved;
    struct message_text tls; // a struct tls_facts; absent: not asked for, or no TLS
    // Where it was archived: the name of a file in the directory of --warc-file (with ".open"
    // behind it while it is being written), the offset of its response there, and the file's length
    // with it: everything before that length has been reported. Absent: it was not.
    struct message_text warc;
    struct message_text warc_digest;             // of the payload, as WARC-Payload-Digest has it
    uint64_t warc_offset, warc_end, warc_length; // the last: of the response's member
    struct message_text cookies;   // with JOB_COOKIES: values of Set-Cookie, each ended by an LF
    struct message_text challenge; // with JOB_CHALLENGE, of a 401: all WWW-Authenticate
};

// A string of an outcome is cut to this many bytes.
enum { OUTCOME_TEXT_MOST = 64 * 1024 };

// Cookies are left out that would be beyond this many bytes, whole ones.
enum { OUTCOME_COOKIES_MOST = 32 * 1024 };

// What outcome_build takes. Borrowed for the call.
struct outcome_parts {
    struct outcome head;
    struct span message, content_type, location, retry_after, etag, last_modified, saved;
    struct span warc, warc_digest, cookies; // cookies: OUTCOME_COOKIES_MOST at most
    struct span challenge;
    const struct tls_facts *tls; // NULL: none
};

// Builds the message into `out`, replacing its contents. Strings longer than OUTCOME_TEXT_MOST are
// cut. Errors: -ENOMEM.
int outcome_build(struct buffer *out, const struct outcome_parts *parts);

// The same where there must be an outcome whatever happens: when memory is lacking it has no
// strings and its error is FETCH_NO_RESOURCES. Errors: -ENOMEM, never for a buffer that
// outcome_reserve has prepared.
int outcome_build_somehow(struct buffer *out, const struct outcome_parts *parts);

// Makes room for an outcome without strings, and forgets the contents. Errors: -ENOMEM.
int outcome_reserve(struct buffer *out);

// What its connection's TLS was. Returns whether there was any. Whatever the message holds, the
// strings end.
bool outcome_tls(const struct outcome *o, struct tls_facts *out);

enum { OUTCOME_FINDINGS_MOST = 4 << 20 }; // bytes of one body's findings, at most

// Appends what the body held to an outcome that has been built. What would be more than
// OUTCOME_FINDINGS_MOST is for the caller to leave out before. Errors: -ENOMEM, -EMSGSIZE; then
// there are none.
int outcome_add_findings(struct buffer *out, struct span findings);

// What the body held; absent: nothing. Borrowed from the message.
struct span outcome_findings(const struct outcome *o);

// Whether `n` bytes at `p` are a well-formed outcome with its findings, as job_valid. What is in
// the findings is for who reads them to check.
bool outcome_valid(const void *p, size_t n);
#endif
