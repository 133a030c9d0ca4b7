// SPDX-License-Identifier: MIT
// Status lines, fields and interim responses that are not as RFC 9112 §4 and §5 have them.
#include "hostile/hostile.h"

#define HOSTILE_REST "Content-Length: 3\r\n\r\nok\n"

// clang-format off
static const struct hostile status_rows[] = {
    { "status-word", "protocol", "a status that is no number", { SAY("HTTP/1.1 2x0 Well\r\n" HOSTILE_REST) } },
    { "status-short", "protocol", "a status of two digits", { SAY("HTTP/1.1 20 OK\r\n" HOSTILE_REST) } },
    { "status-long", "protocol", "a status of four digits", { SAY("HTTP/1.1 2000 OK\r\n" HOSTILE_REST) } },
    { "status-zero", "protocol", "status 000", { SAY("HTTP/1.1 000 Nothing\r\n" HOSTILE_REST) } },
    { "status-negative", "protocol", "status -200", { SAY("HTTP/1.1 -200 OK\r\n" HOSTILE_REST) } },
    { "status-missing", "protocol", "a version and nothing else", { SAY("HTTP/1.1\r\n" HOSTILE_REST) } },
    { "status-999", "999", "a status beyond all classes", { SAY("HTTP/1.1 999 Denied\r\n" HOSTILE_REST) } },
    { "status-no-reason", "200", "no reason phrase, which is fine", { SAY("HTTP/1.1 200\r\n" HOSTILE_REST) } },
    { "status-long-reason", "200", "a reason phrase of 50 KB", { SAY("HTTP/1.1 200 "), SAY_TIMES(5000, "and so on "), SAY("\r\n" HOSTILE_REST) } },
    { "status-escapes", "200", "a reason phrase that would paint a terminal", { SAY("HTTP/1.1 200 \033[2J\033]0;owned\007\r\n" HOSTILE_REST) } },
    { "status-nul", "protocol", "a NUL in the reason phrase", { SAY("HTTP/1.1 200 O\0K\r\n" HOSTILE_REST) } },
    { "status-lower-case", "protocol", "http/1.1 in small letters", { SAY("http/1.1 200 OK\r\n" HOSTILE_REST) } },
    { "status-version-9", "protocol", "HTTP/9.9", { SAY("HTTP/9.9 200 OK\r\n" HOSTILE_REST) } },
    { "status-icy", "protocol", "what radio stations say", { SAY("ICY 200 OK\r\n" HOSTILE_REST) } },
    { "status-http09", "protocol", "a body without any head", { SAY("<html>This is HTTP/0.9.</html>\n") } },
    { "status-http2", "protocol", "an HTTP/2 SETTINGS frame, unasked", { SAY("\0\0\0\004\0\0\0\0\0") } },
    { "status-tls", "protocol", "TLS, unasked: an alert", { SAY("\025\003\001\000\002\002\106"), HANG } },
    { "status-tls-hello", "protocol", "a ServerHello, unasked", { SAY("\026\003\003\000\052\002\000\000\046\003\003"), FOREVER("a") } },
    { "status-ssh", "protocol", "another protocol's greeting", { SAY("SSH-2.0-OpenSSH_9.2p1\r\n"), HANG } },
    { "status-blank-first", "protocol", "empty lines before the status line", { SAY("\r\n\r\n" HOSTILE_FINE HOSTILE_BODY) } },
    { "status-bare-lf", "200", "lines that end in LF alone", { SAY("HTTP/1.1 200 OK\nContent-Length: 3\n\nok\n") } },
    { "status-endless", "too-large", "a status line without end", { SAY("HTTP/1.1 200 "), FOREVER("really ") } },
    { "interim-one", "200", "100 Continue unasked, then the response", { SAY("HTTP/1.1 100 Continue\r\n\r\n" HOSTILE_FINE HOSTILE_BODY) } },
    { "interim-hints", "200", "Early Hints twice, then the response", { SAY_TIMES(2, "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"), SAY(HOSTILE_FINE HOSTILE_BODY) } },
    { "interim-unknown", "200", "status 199, then the response", { SAY("HTTP/1.1 199 Hm\r\n\r\n" HOSTILE_FINE HOSTILE_BODY) } },
    { "interim-flood", "too-large", "100 Continue without end", { FOREVER("HTTP/1.1 100 Continue\r\n\r\n") } },
    { "interim-drip", "timeout", "102 Processing every 200 ms without end", { DRIP(8, "HTTP/1.1 102 Processing\r\n\r\n") } },
    { "interim-only", "truncated", "100 Continue, then the end", { SAY("HTTP/1.1 100 Continue\r\n\r\n") } },
    { "interim-switch", "protocol", "101 Switching Protocols unasked", { SAY("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"), HANG } },
};
// clang-format on

const struct hostile_set hostile_status = {
    "status lines",
    status_rows,
    sizeof status_rows / sizeof *status_rows,
};

// clang-format off
static const struct hostile field_rows[] = {
    { "head-cut-status", "empty-reply", "the end within the status line", { SAY("HTTP/1.1 20") } },
    { "head-cut-name", "truncated", "the end within a field's name", { SAY(HOSTILE_OK "Content-Le") } },
    { "head-cut-value", "truncated", "the end within a field's value", { SAY(HOSTILE_OK "Content-Length: 1") } },
    { "head-cut-last", "truncated", "the end before the empty line", { SAY(HOSTILE_FINE) } },
    { "head-drip", "timeout", "a head a byte at a time", { SAY(HOSTILE_OK "X-Slow: "), DRIP(150, "z") } },
    { "head-stall", "timeout", "half a head, then nothing", { SAY(HOSTILE_OK "X-Wait: "), HANG } },
    { "head-endless", "too-large", "fields without end", { SAY(HOSTILE_OK), FOREVER("X-More: and more\r\n") } },
    { "head-many-fields", "too-large", "30,000 fields", { SAY(HOSTILE_OK), SAY_TIMES(30000, "X-N: 1\r\n"), SAY(HOSTILE_REST) } },
    { "field-endless", "too-large", "a field's value without end", { SAY(HOSTILE_OK "X-Long: "), FOREVER("aaaaaaaaaaaaaaaa") } },
    { "field-long", "too-large", "a field of 120 KB", { SAY(HOSTILE_OK "X-Long: "), SAY_TIMES(12000, "aaaaaaaaaa"), SAY("\r\n" HOSTILE_REST) } },
    { "field-folded", "200", "a folded field (obs-fold)", { SAY(HOSTILE_FINE "X-Folded: one\r\n two\r\n\tthree\r\n" HOSTILE_BODY) } },
    { "field-folded-length", "protocol", "the length in a folded line", { SAY(HOSTILE_OK "Content-Length:\r\n 3\r\n\r\nok\n") } },
    { "field-folded-first", "200", "a head that begins with a folded line", { SAY(HOSTILE_OK " folded: yes\r\n" HOSTILE_REST) } },
    { "field-nul", "protocol", "a NUL in a value", { SAY(HOSTILE_FINE "X-Nul: a\0b\r\n" HOSTILE_BODY) } },
    { "field-nul-name", "protocol", "a NUL in a name", { SAY(HOSTILE_FINE "X-\0Nul: b\r\n" HOSTILE_BODY) } },
    { "field-bare-cr", "200", "a bare CR in a value", { SAY(HOSTILE_FINE "X-Cr: a\rb\r\n" HOSTILE_BODY) } },
    { "field-bare-cr-length", "200", "a length hidden behind a bare CR", { SAY(HOSTILE_FINE "X-Cr: a\rContent-Length: 90000\r\n" HOSTILE_BODY) } },
    { "field-no-colon", "protocol", "a line without a colon", { SAY(HOSTILE_FINE "no colon here\r\n" HOSTILE_BODY) } },
    { "field-space-colon", "200", "a space before the colon", { SAY(HOSTILE_FINE "X-Space : a\r\n" HOSTILE_BODY) } },
    { "field-no-name", "200", "a line that begins with the colon", { SAY(HOSTILE_FINE ": a\r\n" HOSTILE_BODY) } },
    { "field-controls", "200", "control characters in a name", { SAY(HOSTILE_FINE "X-\001\002: a\r\n" HOSTILE_BODY) } },
    { "field-escapes", "200", "terminal escapes in every place", { SAY(HOSTILE_OK "Content-Type: \033[31mtext/html\033[0m\r\nETag: \"\033]0;x\007\"\r\nServer: \033[5m\r\n" HOSTILE_REST) } },
    { "field-latin1", "200", "bytes that are no UTF-8", { SAY(HOSTILE_OK "Content-Type: text/\xe9\xff\xfe\r\nETag: \"\xc3\x28\"\r\n" HOSTILE_REST) } },
    { "field-type-twice", "200", "two media types", { SAY(HOSTILE_FINE "Content-Type: image/png\r\n" HOSTILE_BODY) } },
    { "field-type-long", "200", "a media type of 60 KB", { SAY(HOSTILE_OK "Content-Type: text/"), SAY_TIMES(6000, "plainplain"), SAY("\r\n" HOSTILE_REST) } },
};
// clang-format on

const struct hostile_set hostile_fields = {
    "heads",
    field_rows,
    sizeof field_rows / sizeof *field_rows,
};
