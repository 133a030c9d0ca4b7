// SPDX-License-Identifier: MIT
// HTTP/2 (RFC 9113): frames without end, frames out of place, and heads that unpack to what no
// memory holds. The request is on stream 1.
#include "hostile/hostile_secure.h"

#define H2_SETTINGS "\000\000\000\004\000\000\000\000\000"
#define H2_ACK "\000\000\000\004\001\000\000\000\000"
#define H2_START H2_SETTINGS H2_ACK
#define H2_HEAD "\000\000\001\001\004\000\000\000\001\210"      // :status 200
#define H2_HEAD_ONLY "\000\000\001\001\005\000\000\000\001\210" // and no body
#define H2_BODY "\000\000\003\000\001\000\000\000\001ok\n"      // the last of it
#define H2_PART "\000\000\003\000\000\000\000\000\001ok\n"      // not the last
#define H2_GOOD H2_HEAD H2_BODY
#define H2_RESET(code) "\000\000\004\003\000\000\000\000\001\000\000\000" code
#define H2_GOAWAY(stream, code) "\000\000\010\007\000\000\000\000\000\000\000\000" stream "\000\000\000" code
// What is no HTTP/2 ends the connection; which word that is depends on how far it had come.
#define H2_BROKEN "protocol|reset|truncated|empty-reply"
#define H2_MADE(...) \
    .alpn = "h2", .row = { __VA_ARGS__ }

// clang-format off
const struct hostile_secure hostile_http2_rows[] = {
    { H2_MADE("h2-good", "200", "nothing: an answer over HTTP/2", { SAY(H2_START H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-trailers", "200", "trailers", { SAY(H2_START H2_HEAD H2_PART "\000\000\005\001\005\000\000\000\001\000\001a\001b"), NOTIFY }) },
    { H2_MADE("h2-unknown", "200", "a frame of no known kind", { SAY(H2_START "\000\000\003\372\377\000\000\000\001abc" H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-window-zero", "200", "no window for what the client may send", { SAY("\000\000\006\004\000\000\000\000\000\000\004\000\000\000\000" H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-streams-zero", "200", "no streams allowed", { SAY("\000\000\006\004\000\000\000\000\000\000\003\000\000\000\000" H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-table-huge", "200", "a header table of 4 GB offered", { SAY("\000\000\006\004\000\000\000\000\000\000\001\377\377\377\377" H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-goaway-after", "200", "GOAWAY behind the answer", { SAY(H2_START H2_GOOD H2_GOAWAY("\001", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-head", "200", "GOAWAY between head and body", { SAY(H2_START H2_HEAD H2_GOAWAY("\001", "\000") H2_BODY), NOTIFY }) },

    // ---- without end
    { H2_MADE("h2-settings-flood", H2_BROKEN "|timeout|tls-failed", "SETTINGS without end", { FOREVER(H2_SETTINGS) }) },
    { H2_MADE("h2-settings-ack-flood", H2_BROKEN "|timeout", "acknowledged SETTINGS without end", { SAY(H2_START), FOREVER(H2_ACK) }) },
    { H2_MADE("h2-ping-flood", H2_BROKEN "|timeout|tls-failed", "PING without end", { SAY(H2_START), FOREVER("\000\000\010\006\000\000\000\000\000aaaaaaaa") }) },
    { H2_MADE("h2-reset-flood", H2_BROKEN "|timeout|tls-failed", "RST_STREAM without end", { SAY(H2_START), FOREVER(H2_RESET("\010")) }) },
    { H2_MADE("h2-continuation-flood", H2_BROKEN "|too-large", "CONTINUATION without end", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210"), FOREVER("\000\000\004\011\000\000\000\000\001\000\001a\000") }) },
    { H2_MADE("h2-continuation-empty-flood", H2_BROKEN "|too-large|timeout", "CONTINUATION of no bytes without end", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210"), FOREVER("\000\000\000\011\000\000\000\000\001") }) },
    { H2_MADE("h2-window-flood", H2_BROKEN "|timeout|tls-failed", "WINDOW_UPDATE without end", { SAY(H2_START), FOREVER("\000\000\004\010\000\000\000\000\000\000\000\000\001") }) },
    { H2_MADE("h2-priority-flood", H2_BROKEN "|timeout|tls-failed", "PRIORITY without end", { SAY(H2_START), FOREVER("\000\000\005\002\000\000\000\000\001\000\000\000\003\020") }) },
    { H2_MADE("h2-unknown-flood", H2_BROKEN "|timeout|tls-failed", "frames of no known kind without end", { SAY(H2_START), FOREVER("\000\000\003\372\377\000\000\000\001abc") }) },
    { H2_MADE("h2-goaway-flood", H2_BROKEN "|timeout|tls-failed", "GOAWAY without end", { SAY(H2_START), FOREVER(H2_GOAWAY("\001", "\000")) }) },
    { H2_MADE("h2-data-empty-flood", H2_BROKEN "|timeout|tls-failed", "DATA of no bytes without end", { SAY(H2_START H2_HEAD), FOREVER("\000\000\000\000\000\000\000\000\001") }) },
    { H2_MADE("h2-interim-flood", H2_BROKEN "|too-large|timeout", "status 103 without end", { SAY(H2_START), FOREVER("\000\000\005\001\004\000\000\000\001\010\003103") }) },
    { H2_MADE("h2-body-endless", H2_BROKEN "|too-large", "a body without end, beyond every window", { SAY(H2_START H2_HEAD), FOREVER("\000\000\020\000\000\000\000\000\0010123456789abcdef") }) },
    { H2_MADE("h2-drip", "timeout", "a body a byte at a time", { SAY(H2_START H2_HEAD), DRIP(40, "\000\000\001\000\000\000\000\000\001z") }) },
    { H2_MADE("h2-frame-drip", H2_BROKEN "|timeout", "a frame a byte at a time", { SAY(H2_START "\000\077\377\001\004\000\000\000\001"), DRIP(150, "\210") }) },
    { H2_MADE("h2-silence", "timeout", "no answer", { SAY(H2_START), HANG }) },
    { H2_MADE("h2-stall", "timeout", "a head, then nothing", { SAY(H2_START H2_HEAD), HANG }) },

    // ---- heads
    { H2_MADE("h2-bomb", H2_BROKEN "|too-large", "a head of 16 KB that unpacks to 49 MB", { SAY(H2_START "\000\100\000\001\004\000\000\000\001\210\100\001a\177\241\036"), SAY_TIMES(400, "0123456789"), SAY_TIMES(12377, "\276"), SAY(H2_BODY), NOTIFY }) },
    { H2_MADE("h2-head-index", H2_BROKEN, "a field from beyond the table", { SAY(H2_START "\000\000\003\001\005\000\000\000\001\210\377\111"), HANG }) },
    { H2_MADE("h2-head-huffman", H2_BROKEN, "a field whose coding is none", { SAY(H2_START "\000\000\010\001\005\000\000\000\001\210\000\001a\203\377\377\377"), HANG }) },
    { H2_MADE("h2-head-table", H2_BROKEN, "a table larger than was allowed", { SAY(H2_START "\000\000\006\001\005\000\000\000\001\077\341\377\377\003\210"), HANG }) },
    { H2_MADE("h2-head-cut", H2_BROKEN, "half a field", { SAY(H2_START "\000\000\004\001\005\000\000\000\001\210\000\177a"), HANG }) },
    { H2_MADE("h2-head-none", H2_BROKEN, "a head of no bytes", { SAY(H2_START "\000\000\000\001\005\000\000\000\001"), HANG }) },
    { H2_MADE("h2-status-none", H2_BROKEN, "a head without a status", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\000\001a\001b"), HANG }) },
    { H2_MADE("h2-status-twice", H2_BROKEN, "two statuses", { SAY(H2_START "\000\000\002\001\005\000\000\000\001\210\210"), HANG }) },
    { H2_MADE("h2-status-word", H2_BROKEN, "a status that is no number", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\010\0032x0"), HANG }) },
    { H2_MADE("h2-status-101", H2_BROKEN, "Switching Protocols, which HTTP/2 does not have", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\010\003101"), HANG }) },
    { H2_MADE("h2-field-upper", H2_BROKEN, "a field in capitals", { SAY(H2_START "\000\000\006\001\005\000\000\000\001\210\000\001A\001b"), HANG }) },
    { H2_MADE("h2-field-connection", H2_BROKEN, "a field that HTTP/2 does not have", { SAY(H2_START "\000\000\023\001\005\000\000\000\001\210\000\012connection\005close"), HANG }) },
    { H2_MADE("h2-field-lines", H2_BROKEN "|200", "a field of two lines", { SAY(H2_START "\000\000\014\001\005\000\000\000\001\210\000\001a\007b\r\nc: d"), HANG }) },
    { H2_MADE("h2-field-pseudo", H2_BROKEN, "a field of a request", { SAY(H2_START "\000\000\002\001\005\000\000\000\001\210\202"), HANG }) },

    // ---- lengths and ends
    { H2_MADE("h2-length-more", H2_BROKEN, "fewer bytes than promised", { SAY(H2_START "\000\000\010\001\004\000\000\000\001\210\017\015\0041000" H2_BODY), NOTIFY }) },
    { H2_MADE("h2-length-less", H2_BROKEN, "more bytes than promised", { SAY(H2_START "\000\000\005\001\004\000\000\000\001\210\017\015\0011" H2_BODY), NOTIFY }) },
    { H2_MADE("h2-end", H2_BROKEN, "the end within the body", { SAY(H2_START H2_HEAD H2_PART), NOTIFY }) },
    { H2_MADE("h2-cut", H2_BROKEN, "the end within the body, without close_notify", { SAY(H2_START H2_HEAD H2_PART) }) },
    { H2_MADE("h2-end-frame", H2_BROKEN, "the end within a frame", { SAY(H2_START H2_HEAD "\000\000\377\000\001\000\000\000\001half"), NOTIFY }) },
    { H2_MADE("h2-end-nothing", H2_BROKEN, "the end in place of an answer", { SAY(H2_START), NOTIFY }) },
    { H2_MADE("h2-reset-stream", H2_BROKEN, "RST_STREAM in place of an answer", { SAY(H2_START H2_RESET("\010")), HANG }) },
    { H2_MADE("h2-reset-refused", H2_BROKEN "|timeout", "RST_STREAM: refused, each time", { SAY(H2_START H2_RESET("\007")), HANG }) },
    { H2_MADE("h2-reset-http1", H2_BROKEN "|tls-failed", "RST_STREAM: use HTTP/1.1", { SAY(H2_START H2_RESET("\015")), HANG }) },
    { H2_MADE("h2-reset-body", H2_BROKEN, "RST_STREAM within the body", { SAY(H2_START H2_HEAD H2_PART H2_RESET("\002")), HANG }) },
    { H2_MADE("h2-reset-body-fine", H2_BROKEN, "RST_STREAM without an error, within the body", { SAY(H2_START H2_HEAD H2_PART H2_RESET("\000")), HANG }) },
    { H2_MADE("h2-goaway", H2_BROKEN, "GOAWAY in place of an answer", { SAY(H2_START H2_GOAWAY("\000", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-first", H2_BROKEN, "GOAWAY before SETTINGS", { SAY(H2_GOAWAY("\000", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-body", H2_BROKEN, "GOAWAY within the body", { SAY(H2_START H2_HEAD H2_PART H2_GOAWAY("\000", "\002")), NOTIFY }) },
    { H2_MADE("h2-goaway-calm", H2_BROKEN, "GOAWAY: enhance your calm", { SAY(H2_START H2_GOAWAY("\001", "\013")), NOTIFY }) },
    { H2_MADE("h2-rst", H2_BROKEN, "RST of the connection within the body", { SAY(H2_START H2_HEAD H2_PART), WAIT(30), RESET }) },

    // ---- frames out of place
    { H2_MADE("h2-no-settings", H2_BROKEN, "an answer before SETTINGS", { SAY(H2_GOOD), HANG }) },
    { H2_MADE("h2-data-first", H2_BROKEN, "a body before its head", { SAY(H2_START H2_BODY H2_HEAD), HANG }) },
    { H2_MADE("h2-data-after", H2_BROKEN "|200", "a body behind the end", { SAY(H2_START H2_HEAD_ONLY H2_BODY), HANG }) },
    { H2_MADE("h2-stream-zero", H2_BROKEN, "an answer to stream 0", { SAY(H2_START "\000\000\001\001\005\000\000\000\000\210"), HANG }) },
    { H2_MADE("h2-stream-even", H2_BROKEN, "an answer to stream 2", { SAY(H2_START "\000\000\001\001\005\000\000\000\002\210"), HANG }) },
    { H2_MADE("h2-stream-other", H2_BROKEN, "an answer to a stream that was not opened", { SAY(H2_START "\000\000\001\001\005\000\000\000\143\210"), HANG }) },
    { H2_MADE("h2-stream-data", H2_BROKEN, "a body for a stream that was not opened", { SAY(H2_START "\000\000\003\000\001\000\000\000\143ok\n"), HANG }) },
    { H2_MADE("h2-push", H2_BROKEN, "an answer that nobody asked for", { SAY(H2_START "\000\000\005\005\004\000\000\000\001\000\000\000\002\202"), HANG }) },
    { H2_MADE("h2-continuation", H2_BROKEN, "CONTINUATION of nothing", { SAY(H2_START "\000\000\001\011\004\000\000\000\001\210"), HANG }) },
    { H2_MADE("h2-continuation-other", H2_BROKEN, "another frame within a head", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210" H2_BODY), HANG }) },
    { H2_MADE("h2-frame-huge", H2_BROKEN, "a frame of 16 MB", { SAY(H2_START "\377\377\377\000\000\000\000\000\001"), SAY_TIMES(8192, "aaaaaaaa"), HANG }) },
    // libcurl before 8.1 may take the end of its own making for that of a body without length.
    { H2_MADE("h2-padding", H2_BROKEN "|timeout|200", "more padding than there are bytes", { SAY(H2_START H2_HEAD "\000\000\003\000\011\000\000\000\001\377ok"), HANG }) },
    { H2_MADE("h2-settings-short", H2_BROKEN, "SETTINGS of five bytes", { SAY("\000\000\005\004\000\000\000\000\000\000\003\000\000\000"), HANG }) },
    { H2_MADE("h2-settings-window", H2_BROKEN, "SETTINGS of a window that is none", { SAY("\000\000\006\004\000\000\000\000\000\000\004\377\377\377\377" H2_GOOD), HANG }) },
    { H2_MADE("h2-ping-short", H2_BROKEN, "PING of three bytes", { SAY(H2_START "\000\000\003\006\000\000\000\000\000abc"), HANG }) },
    { H2_MADE("h2-window-none", H2_BROKEN, "WINDOW_UPDATE by nothing", { SAY(H2_START "\000\000\004\010\000\000\000\000\000\000\000\000\000"), HANG }) },
    { H2_MADE("h2-window-overflow", H2_BROKEN, "WINDOW_UPDATE beyond 2^31", { SAY(H2_START "\000\000\004\010\000\000\000\000\000\177\377\377\377\000\000\004\010\000\000\000\000\000\177\377\377\377"), HANG }) },
    { H2_MADE("h2-priority-self", H2_BROKEN "|timeout|200", "a stream that depends on itself", { SAY(H2_START "\000\000\006\001\045\000\000\000\001\000\000\000\001\020\210"), HANG }) },
    { H2_MADE("h2-altsvc", "200", "another place for the service", { SAY(H2_START "\000\000\022\012\000\000\000\000\000\000\000h2=\"127.0.0.1:1\"" H2_GOOD), NOTIFY }) },
};
// clang-format on

const unsigned hostile_http2_count = sizeof hostile_http2_rows / sizeof *hostile_http2_rows;
