// SPDX-License-Identifier: MIT
#ifndef FETCH_REQUEST_H
#define FETCH_REQUEST_H
#include "data/span.h"
#include "web/address.h"
#include <stdbool.h>
#include <stdint.h>

struct wire;

// What is the same for every exchange of a run. Set up once, before any worker starts; read-only
// from then on, so that threads share it and forked processes inherit it. Strings are borrowed for
// the run. { 0 } is all defaults.
struct fetch_settings {
    const char *user_agent;   // NULL: none is sent
    const char *ca_file;      // PEM bundle; NULL: the system's
    const char *cert_file;    // client certificate, PEM, its chain behind it; NULL: none
    const char *key_file;     // its key, PEM; NULL: in cert_file, too
    const char *key_password; // of the key; NULL: it has none
    const char *interface;    // of ours to connect from: a device's name or an address; NULL: any
    bool insecure;            // certificates are not verified
    bool http2;               // offer HTTP/2 over TLS
    bool compressed;          // Accept-Encoding: gzip, deflate, br, zstd
    bool tls_facts;           // fill in response.tls, certificate and all; with request.wire just
                              // version and cipher are
    uint64_t min_speed;       // an exchange slower than this many bytes a second ...
    int64_t min_speed_time;   // ... for this long (ns) ends with `timeout`; 0: never
    size_t buffer_size;       // libcurl's receive buffer a transfer; 0: 16 KB
};

// A proxy that exchanges go through. With one, the addresses of a request are the proxy's own: they
// are the user's word, and not checked for being special; what the name of the URL is, the proxy
// finds out. http URLs are asked of an HTTP proxy itself, for https it is asked for a tunnel
// (CONNECT), a SOCKS proxy for a connection.
struct proxy {
    const char *url;         // "http://HOST:PORT", "https://...", "socks4a://...", "socks5h://..."
    uint16_t port;           // as there
    const char *credentials; // "user:password"; NULL: none
};

// How `credentials` of a request are shown.
enum request_auth {
    REQUEST_BASIC,  // RFC 7617, with the first message
    REQUEST_DIGEST, // RFC 7616: the exchange begins with one that asks for the challenge
};

// One HTTP exchange to be done. Borrows everything until the call that takes it returns.
struct request {
    const char
        *url; // http or https, serialised, without fragment and user information; NUL-terminated
    const char *method;         // NULL: GET, or HEAD with `head`
    bool head;                  // no body is expected
    struct span body;           // sent when p is not NULL
    const char *const *headers; // "Name: value" lines, NULL-terminated; NULL: none
    const char *credentials;    // "user:password"; NULL: none
    enum request_auth auth;     // how they are shown
    const struct proxy *proxy;  // NULL: straight to the host
    const char
        *host; // of the URL, as libcurl keys it: punycode, IPv6 without brackets; NUL-terminated
    uint16_t port;
    const struct address
        *address; // where to connect, in order of preference; never empty, also for a literal
    unsigned addresses;
    bool special_ok;         // loopback, private and other special addresses may be connected to
    bool fresh;              // do not reuse a connection
    bool keep;               // keep the connection afterwards: more work for this host is waiting
    bool once;               // never sent a second time, though a reused connection was dead
    int64_t connect_timeout; // ns; 0: none
    int64_t max_time;        // ns for the whole exchange; 0: none
    bool patient;            // while its sink has it wait, its time stands still
    uint64_t max_filesize;   // bytes of body as received, and as decoded; 0: none
    struct wire *wire;       // gets the heads as they went over the wire; NULL: nobody does
};

// What a connection can be used again for: scheme, host and port of its URL, as they stand there,
// or the proxy. Borrowed from there.
struct span request_origin(const struct request *q);

// Whether its response has no body whatever it says.
bool request_is_head(const struct request *q);

// Whether sending it twice does what sending it once does (RFC 9110 §9.2.2).
bool request_is_idempotent(const struct request *q);
#endif
