// SPDX-License-Identifier: MIT
// Handshakes that go wrong, certificates that prove nothing, and ends that anybody may have made.
#include "hostile/hostile_secure.h"

#define HOSTILE_SAID "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

// Records in the clear: of handshakes (22), alerts (21), ChangeCipherSpec (20), data (23).
#define HOSTILE_ALERT(level, what) "\025\003\003\000\002" level what

// clang-format off
const struct hostile_secure hostile_tls_rows[] = {
    // ---- good, to see that it can be
    { .row = { "tls-good", "200", "nothing: an answer over TLS", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } } },
    { .row = { "tls-good-12", "200", "nothing, over TLS 1.2", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .version = 12 },
    { .row = { "tls-good-until-close", "200", "nothing: a body without length, and close_notify behind it", { SAY(HOSTILE_SAID "\r\nok\n"), NOTIFY } } },

    // ---- in place of a handshake
    { .row = { "tls-plain", "tls-failed", "HTTP without TLS on the port of TLS", { SAY("HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-ssh", "tls-failed", "another protocol's greeting", { SAY("SSH-2.0-OpenSSH_9.2p1\r\n"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-http2-plain", "tls-failed", "HTTP/2 without TLS", { SAY("\000\000\000\004\000\000\000\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-silence", "connect-timeout", "no answer to the ClientHello", { HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-end", "tls-failed", "the end in place of a ServerHello", { SAY("") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-reset", "reset", "RST in place of a ServerHello", { RESET } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-garbage", "tls-failed", "bytes that are no record", { SAY_TIMES(1000, "\377\377\377\377garbage") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-garbage-endless", "tls-failed", "the same without end", { FOREVER("\377\377\377\377garbage") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert", "tls-failed", "a fatal alert: handshake_failure", { SAY(HOSTILE_ALERT("\002", "\050")) } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert-name", "tls-failed", "a fatal alert: unrecognized_name", { SAY(HOSTILE_ALERT("\002", "\160")) } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert-close", "tls-failed", "close_notify in place of a ServerHello", { SAY(HOSTILE_ALERT("\001", "\000")) } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert-unknown", "tls-failed", "an alert of no known level and kind", { SAY(HOSTILE_ALERT("\011", "\377")), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert-long", "tls-failed", "an alert of a thousand bytes", { SAY("\025\003\003\003\350"), SAY_TIMES(1000, "\001"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-alert-flood", "tls-failed", "warnings without end", { FOREVER(HOSTILE_ALERT("\001", "\160")) } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-empty", "connect-timeout", "a record of no bytes, then nothing", { SAY("\026\003\003\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-empty-flood", "tls-failed", "records of no bytes without end", { FOREVER("\026\003\003\000\000") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-data-empty-flood", "tls-failed", "records of data, of no bytes, without end", { FOREVER("\027\003\003\000\000") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-huge", "tls-failed", "a record of 65,535 bytes", { SAY("\026\003\003\377\377"), SAY_TIMES(8192, "aaaaaaaa"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-version", "tls-failed", "a record of TLS 9.9", { SAY("\026\011\011\000\004\002\000\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-kind", "tls-failed", "a record of no known kind", { SAY("\143\003\003\000\004\002\000\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-record-drip", "connect-timeout", "a record a byte at a time", { SAY("\026\003\003\077\377\002\000\077\373"), DRIP(200, "\003") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-change-cipher-flood", "tls-failed", "ChangeCipherSpec without end", { FOREVER("\024\003\003\000\001\001") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-request-flood", "tls-failed", "HelloRequest without end", { FOREVER("\026\003\003\000\004\000\000\000\000") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-request-packed", "tls-failed", "the same, many in a record", { FOREVER("\026\003\003\000\100\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000") } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-huge", "tls-failed", "a ServerHello of 16 MB", { SAY("\026\003\003\100\000\002\377\377\377\003\003"), SAY_TIMES(2048, "aaaaaaaa"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-empty", "tls-failed", "a ServerHello of no bytes", { SAY("\026\003\003\000\004\002\000\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-other", "tls-failed", "a Finished in place of a ServerHello", { SAY("\026\003\003\000\020\024\000\000\014aaaaaaaaaaaa"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-back", "tls-failed", "a ClientHello in place of a ServerHello", { SAY("\026\003\001\000\005\001\000\000\001\003"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-cipher", "tls-failed", "a cipher that was not offered", { SAY("\026\003\003\000\052\002\000\000\046\003\003aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\000\000\000\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-hello-ssl3", "tls-failed", "SSL 3.0", { SAY("\026\003\000\000\052\002\000\000\046\003\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\000\000\057\000"), HANG } }, .stage = HOSTILE_INSTEAD },
    { .row = { "tls-version-10", "tls-failed", "TLS 1.0 and nothing else", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .version = 10 },
    { .row = { "tls-version-11", "tls-failed", "TLS 1.1 and nothing else", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .version = 11 },

    // ---- a handshake that breaks off
    { .row = { "tls-end-record", "tls-failed", "the end within the first record's head", { SAY("") } }, .stage = HOSTILE_WITHIN, .cut = 3 },
    { .row = { "tls-end-hello", "tls-failed", "the end within the ServerHello", { SAY("") } }, .stage = HOSTILE_WITHIN, .cut = 50 },
    { .row = { "tls-end-certificate", "tls-failed", "the end within the certificate", { SAY("") } }, .stage = HOSTILE_WITHIN, .cut = 400 },
    { .row = { "tls-reset-record", "reset", "RST within the first record's head", { WAIT(30), RESET } }, .stage = HOSTILE_WITHIN, .cut = 3 },
    { .row = { "tls-reset-hello", "reset", "RST within the ServerHello", { WAIT(30), RESET } }, .stage = HOSTILE_WITHIN, .cut = 50 },
    { .row = { "tls-reset-certificate", "reset", "RST within the certificate", { WAIT(30), RESET } }, .stage = HOSTILE_WITHIN, .cut = 400 },
    { .row = { "tls-reset-certificate-12", "reset", "RST within the certificate of TLS 1.2", { WAIT(30), RESET } }, .stage = HOSTILE_WITHIN, .cut = 400, .version = 12 },
    { .row = { "tls-stall-hello", "connect-timeout", "half a ServerHello, then nothing", { HANG } }, .stage = HOSTILE_WITHIN, .cut = 50 },
    { .row = { "tls-stall-certificate", "connect-timeout", "half a certificate, then nothing", { HANG } }, .stage = HOSTILE_WITHIN, .cut = 400 },
    { .row = { "tls-drip", "connect-timeout", "half a handshake, then a byte at a time", { DRIP(200, "\000") } }, .stage = HOSTILE_WITHIN, .cut = 400 },
    { .row = { "tls-garbled", "tls-failed", "a handshake that turns into garbage", { SAY_TIMES(2000, "garbage ") } }, .stage = HOSTILE_WITHIN, .cut = 400 },
    { .row = { "tls-alert-late", "tls-failed", "a fatal alert within the handshake", { SAY(HOSTILE_ALERT("\002", "\120")), HANG } }, .stage = HOSTILE_WITHIN, .cut = 127 },
    { .row = { "tls-reset-ready", "reset", "RST once the handshake is over", { RESET } }, .stage = HOSTILE_READY },
    { .row = { "tls-end-ready", "empty-reply", "the end once the handshake is over", { SAY("") } }, .stage = HOSTILE_READY },
    { .row = { "tls-notify-ready", "empty-reply", "close_notify once the handshake is over", { NOTIFY } }, .stage = HOSTILE_READY },

    // ---- certificates
    { .row = { "tls-cert-other", "tls-certificate", "a certificate of another name", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_OTHER },
    { .row = { "tls-cert-expired", "tls-certificate", "a certificate that has expired", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_EXPIRED },
    { .row = { "tls-cert-future", "tls-certificate", "a certificate that is not yet valid", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_FUTURE },
    { .row = { "tls-cert-self", "tls-certificate", "a certificate that is its own proof", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_SELF },
    { .row = { "tls-cert-stranger", "tls-certificate", "a certificate of an authority that nobody knows", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_STRANGER },
    { .row = { "tls-cert-leaf", "tls-certificate", "a certificate issued by who may issue none", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_LEAF },
    { .row = { "tls-cert-client", "tls-certificate", "a certificate for clients", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_CLIENT },
    { .row = { "tls-cert-weak", "tls-certificate", "a certificate with a key of 512 bits", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_WEAK, .version = 12 },
    { .row = { "tls-cert-nul", "tls-certificate", "a certificate whose name holds a NUL", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_NUL },
    { .row = { "tls-cert-names", "200", "a certificate of 4,000 names", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_NAMES },
    { .row = { "tls-cert-chain", "200", "300 certificates that prove nothing", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_CHAIN },
    { .row = { "tls-cert-loop", "tls-certificate", "authorities that issued each other", { SAY(HOSTILE_FINE HOSTILE_BODY) } }, .certificate = HOSTILE_CERT_LOOP },

    // ---- ends
    { .row = { "tls-cut-length", "200", "a body with its length, and no close_notify", { SAY(HOSTILE_FINE HOSTILE_BODY) } } },
    { .row = { "tls-cut-until-close", "200 truncated", "a body without length, and no close_notify: who has ended it?", { SAY(HOSTILE_SAID "\r\nok\n") } } },
    { .row = { "tls-cut-until-close-12", "200 truncated", "the same over TLS 1.2", { SAY(HOSTILE_SAID "\r\nok\n") } }, .version = 12 },
    { .row = { "tls-cut-short", "truncated", "half a body, and no close_notify", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf") } } },
    { .row = { "tls-cut-chunk", "truncated", "half a chunk, and no close_notify", { SAY(HOSTILE_SAID "Transfer-Encoding: chunked\r\n\r\nff\r\nhalf") } } },
    { .row = { "tls-cut-head", "truncated", "half a head, and no close_notify", { SAY("HTTP/1.1 200 OK\r\nContent-Le") } } },
    { .row = { "tls-cut-nothing", "empty-reply", "no answer, and no close_notify", { SAY("") } } },
    { .row = { "tls-notify-nothing", "empty-reply", "close_notify in place of an answer", { NOTIFY } } },
    { .row = { "tls-notify-short", "truncated", "half a body, and close_notify", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf"), NOTIFY } } },
    { .row = { "tls-notify-more", "200", "data behind close_notify", { SAY(HOSTILE_SAID "\r\nok\n"), NOTIFY, RAW(1000, "\027\003\003\000\010more of it") } } },
    { .row = { "tls-notify-hang", "200", "close_notify, and the connection kept open", { SAY(HOSTILE_SAID "\r\nok\n"), NOTIFY, HANG } } },
    { .row = { "tls-reset-head", "reset", "RST within the head", { SAY("HTTP/1.1 200 OK\r\nContent-Le"), WAIT(30), RESET } } },
    { .row = { "tls-reset-body", "reset", "RST within the body", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf"), WAIT(30), RESET } } },
    { .row = { "tls-reset-until-close", "reset", "RST within a body without length", { SAY(HOSTILE_SAID "\r\nhalf"), WAIT(30), RESET } } },

    // ---- within a connection
    { .row = { "tls-alert-body", "tls-failed", "a broken record within the body", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf"), RAW(1, HOSTILE_ALERT("\002", "\024")), HANG } } },
    { .row = { "tls-plain-body", "tls-failed", "the rest of the body in the clear", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf"), RAW(200, "plain"), HANG } } },
    { .row = { "tls-record-empty-body", "tls-failed", "a record of no bytes within the body", { SAY(HOSTILE_SAID "Content-Length: 1000\r\n\r\nhalf"), RAW(1, "\027\003\003\000\000"), HANG } } },
    { .row = { "tls-record-tiny", "200", "a record for each byte", { SAY(HOSTILE_SAID "Content-Length: 3000\r\n\r\n"), SAY_TIMES(3000, "a") } } },
    { .row = { "tls-body-drip", "timeout", "a body a byte at a time", { SAY(HOSTILE_SAID "Content-Length: 100000\r\n\r\n"), DRIP(100, "z") } } },
    { .row = { "tls-head-drip", "timeout", "a head a byte at a time", { SAY("HTTP/1.1 200 OK\r\nX-Slow: "), DRIP(150, "z") } } },
    { .row = { "tls-body-endless", "too-large", "a body without end", { SAY(HOSTILE_SAID "\r\n"), FOREVER("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef") } } },
    { .row = { "tls-update", "200", "new keys ten times within the body", { SAY(HOSTILE_SAID "Content-Length: 6\r\n\r\nok\n"), UPDATE(10), SAY("ok\n") } }, .version = 13 },
    { .row = { "tls-update-flood", "protocol", "new keys without end", { SAY(HOSTILE_SAID "Content-Length: 6\r\n\r\nok\n"), UPDATE(0) } }, .version = 13 },
    { .row = { "tls-ticket", "200", "a hundred session tickets", { TICKET(100), SAY(HOSTILE_FINE HOSTILE_BODY) } }, .version = 13 },
    { .row = { "tls-ticket-flood", "protocol", "session tickets without end", { TICKET(0) } }, .version = 13 },
    { .row = { "tls-renew", "200", "a second handshake within the body", { SAY(HOSTILE_SAID "Content-Length: 6\r\n\r\nok\n"), RENEW(1), SAY("ok\n") } }, .version = 12 },
    { .row = { "tls-renew-flood", "protocol", "handshakes without end", { SAY(HOSTILE_SAID "Content-Length: 6\r\n\r\nok\n"), RENEW(0) } }, .version = 12 },
    { .row = { "tls-alert-flood-body", "tls-failed", "alerts in the clear without end, within the body", { SAY(HOSTILE_SAID "Content-Length: 6\r\n\r\nok\n"), RAW(0, HOSTILE_ALERT("\001", "\132")) } } },

    // ---- what was agreed on, and what is spoken
    { .row = { "tls-alpn-h1-unasked", "200", "HTTP/1.1 agreed on, and spoken", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .alpn = "http/1.1" },
    { .row = { "tls-alpn-h2-lie", "tls-failed", "HTTP/2 agreed on, which was not offered, and HTTP/1.1 spoken", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .alpn = "h2" },
    { .row = { "tls-alpn-h1-lie", "protocol", "HTTP/1.1 agreed on, and HTTP/2 spoken", { SAY("\000\000\000\004\000\000\000\000\000\000\000\001\001\004\000\000\000\001\210\000\000\003\000\001\000\000\000\001ok\n"), NOTIFY } }, .alpn = "http/1.1" },
    { .row = { "tls-alpn-other", "tls-failed", "a protocol agreed on that nobody has offered", { SAY(HOSTILE_FINE HOSTILE_BODY), NOTIFY } }, .alpn = "spdy/9" },
};
// clang-format on

const unsigned hostile_tls_count = sizeof hostile_tls_rows / sizeof *hostile_tls_rows;
