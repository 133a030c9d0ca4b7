// SPDX-License-Identifier: MIT
// HTTP/2 (RFC 9113): frames without end, frames out of place, and heads that unpack to what no
// memory holds. The request is on stream 1. What must come of each does not depend on how fast
// anybody is: RST_STREAM and GOAWAY that leave a stream out are a `reset`, a connection that ends
// within a stream is `truncated` or, before its head, an `empty-reply`, and what a client must
// answer with an error of its own, floods with it, is `protocol`.
#include "hostile/hostile_secure.h"

#define H2_SETTINGS "\000\000\000\004\000\000\000\000\000"
#define H2_ACK "\000\000\000\004\001\000\000\000\000"
#define H2_START H2_SETTINGS H2_ACK
#define H2_HEAD "\000\000\001\001\004\000\000\000\001\210"      // :status 200
#define H2_HEAD_ONLY "\000\000\001\001\005\000\000\000\001\210" // and no body
#define H2_BODY "\000\000\003\000\001\000\000\000\001ok\n"      // the last of it
#define H2_PART "\000\000\003\000\000\000\000\000\001ok\n"      // not the last
#define H2_GOOD H2_HEAD H2_BODY
#define H2_NO_WINDOW "\000\000\006\004\000\000\000\000\000\000\004\000\000\000\000"
#define H2_NO_STREAMS "\000\000\006\004\000\000\000\000\000\000\003\000\000\000\000"
#define H2_SHORT_PING "\000\000\003\006\000\000\000\000\000abc"
// The field that the table has got last, a hundred times.
#define H2_AGAIN_10 "\276\276\276\276\276\276\276\276\276\276"
#define H2_AGAIN_50 H2_AGAIN_10 H2_AGAIN_10 H2_AGAIN_10 H2_AGAIN_10 H2_AGAIN_10
#define H2_AGAIN H2_AGAIN_50 H2_AGAIN_50
#define H2_RESET(code) "\000\000\004\003\000\000\000\000\001\000\000\000" code
#define H2_GOAWAY(stream, code) \
    "\000\000\010\007\000\000\000\000\000\000\000\000" stream "\000\000\000" code
#define H2_MADE(...) .alpn = "h2", .row = { __VA_ARGS__ }

// clang-format off
const struct hostile_secure hostile_http2_rows[] = {
    { H2_MADE("h2-good", "200", "nothing: an answer over HTTP/2", { SAY(H2_START H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-trailers", "200", "trailers", { SAY(H2_START H2_HEAD H2_PART "\000\000\005\001\005\000\000\000\001\000\001a\001b"), NOTIFY }) },
    { H2_MADE("h2-unknown", "200", "a frame of no known kind", { SAY(H2_START "\000\000\003\372\377\000\000\000\001abc" H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-window-zero", "200", "no window for what the client may send", { SAY(H2_NO_WINDOW H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-streams-zero", "200", "no streams allowed", { SAY(H2_NO_STREAMS H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-table-huge", "200", "a header table of 4 GB offered", { SAY("\000\000\006\004\000\000\000\000\000\000\001\377\377\377\377" H2_ACK H2_GOOD), NOTIFY }) },
    { H2_MADE("h2-goaway-after", "200", "GOAWAY behind the answer", { SAY(H2_START H2_GOOD H2_GOAWAY("\001", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-head", "200", "GOAWAY between head and body", { SAY(H2_START H2_HEAD H2_GOAWAY("\001", "\000") H2_BODY), NOTIFY }) },
    { H2_MADE("h2-reset-after", "200", "RST_STREAM without an error behind the answer", { SAY(H2_START H2_GOOD H2_RESET("\000")), NOTIFY }) },

    // ---- without end
    { H2_MADE("h2-settings-flood", "protocol", "SETTINGS without end", { FOREVER(H2_SETTINGS) }) },
    { H2_MADE("h2-settings-ack-flood", "protocol", "acknowledged SETTINGS without end", { SAY(H2_START), FOREVER(H2_ACK) }) },
    { H2_MADE("h2-ping-flood", "protocol", "PING without end", { SAY(H2_START), FOREVER("\000\000\010\006\000\000\000\000\000aaaaaaaa") }) },
    { H2_MADE("h2-reset-flood", "reset", "RST_STREAM without end", { SAY(H2_START), FOREVER(H2_RESET("\010")) }) },
    { H2_MADE("h2-continuation-flood", "protocol", "CONTINUATION without end", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210"), FOREVER("\000\000\004\011\000\000\000\000\001\000\001a\000") }) },
    { H2_MADE("h2-continuation-empty-flood", "protocol", "CONTINUATION of no bytes without end", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210"), FOREVER("\000\000\000\011\000\000\000\000\001") }) },
    { H2_MADE("h2-trailers-flood", "protocol", "trailers without end", { SAY(H2_START H2_HEAD H2_PART "\000\000\005\001\001\000\000\000\001\000\001a\001b"), FOREVER("\000\000\005\011\000\000\000\000\001\000\001a\001b") }) },
    { H2_MADE("h2-window-flood", "protocol", "WINDOW_UPDATE without end", { SAY(H2_START), FOREVER("\000\000\004\010\000\000\000\000\000\000\000\000\001") }) },
    { H2_MADE("h2-priority-flood", "protocol", "PRIORITY without end", { SAY(H2_START), FOREVER("\000\000\005\002\000\000\000\000\001\000\000\000\003\020") }) },
    { H2_MADE("h2-unknown-flood", "protocol", "frames of no known kind without end", { SAY(H2_START), FOREVER("\000\000\003\372\377\000\000\000\001abc") }) },
    { H2_MADE("h2-goaway-flood", "protocol", "GOAWAY without end", { SAY(H2_START), FOREVER(H2_GOAWAY("\001", "\000")) }) },
    { H2_MADE("h2-goaway-zero-flood", "reset", "GOAWAY that takes no stream, without end", { SAY(H2_START), FOREVER(H2_GOAWAY("\000", "\000")) }) },
    { H2_MADE("h2-data-empty-flood", "protocol", "DATA of no bytes without end", { SAY(H2_START H2_HEAD), FOREVER("\000\000\000\000\000\000\000\000\001") }) },
    { H2_MADE("h2-interim-flood", "too-large", "status 103 without end", { SAY(H2_START), FOREVER("\000\000\005\001\004\000\000\000\001\010\003103") }) },
    { H2_MADE("h2-body-endless", "too-large", "a body without end, beyond every window", { SAY(H2_START H2_HEAD), FOREVER("\000\000\020\000\000\000\000\000\0010123456789abcdef") }) },
    { H2_MADE("h2-drip", "timeout", "a body a byte at a time", { SAY(H2_START H2_HEAD), DRIP(40, "\000\000\001\000\000\000\000\000\001z") }) },
    { H2_MADE("h2-frame-drip", "timeout", "a frame a byte at a time", { SAY(H2_START "\000\077\377\001\004\000\000\000\001\210"), DRIP(150, "\000\001a\001b") }) },
    { H2_MADE("h2-silence", "timeout", "no answer", { SAY(H2_START), HANG }) },
    { H2_MADE("h2-stall", "timeout", "a head, then nothing", { SAY(H2_START H2_HEAD), HANG }) },
    { H2_MADE("h2-window-never", "timeout", "no window for what the client may send, and no answer", { SAY(H2_NO_WINDOW H2_ACK), HANG }) },
    { H2_MADE("h2-streams-none", "timeout", "no streams allowed, and no answer", { SAY(H2_NO_STREAMS H2_ACK), HANG }) },

    // ---- heads
    { H2_MADE("h2-bomb", "too-large", "a head of 16 KB that unpacks to 49 MB", { SAY(H2_START "\000\100\000\001\004\000\000\000\001\210\100\001a\177\241\036"), SAY_TIMES(400, "0123456789"), SAY_TIMES(123, H2_AGAIN), SAY_TIMES(77, "\276"), SAY(H2_BODY), NOTIFY }) },
    { H2_MADE("h2-trailers-bomb", "too-large", "the same behind the body", { SAY(H2_START H2_HEAD H2_PART "\000\100\000\001\005\000\000\000\001\100\001a\177\241\036"), SAY_TIMES(400, "0123456789"), SAY_TIMES(123, H2_AGAIN), SAY_TIMES(78, "\276"), NOTIFY }) },
    { H2_MADE("h2-head-index", "protocol", "a field from beyond the table", { SAY(H2_START "\000\000\003\001\005\000\000\000\001\210\377\111"), HANG }) },
    { H2_MADE("h2-head-huffman", "protocol", "a field whose coding is none", { SAY(H2_START "\000\000\010\001\005\000\000\000\001\210\000\001a\203\377\377\377"), HANG }) },
    { H2_MADE("h2-head-table", "protocol", "a table larger than was allowed", { SAY(H2_START "\000\000\006\001\005\000\000\000\001\077\341\377\377\003\210"), HANG }) },
    { H2_MADE("h2-head-cut", "protocol", "half a field", { SAY(H2_START "\000\000\004\001\005\000\000\000\001\210\000\177a"), HANG }) },
    { H2_MADE("h2-head-none", "protocol", "a head of no bytes", { SAY(H2_START "\000\000\000\001\005\000\000\000\001"), HANG }) },
    { H2_MADE("h2-status-none", "protocol", "a head without a status", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\000\001a\001b"), HANG }) },
    { H2_MADE("h2-status-twice", "protocol", "two statuses", { SAY(H2_START "\000\000\002\001\005\000\000\000\001\210\210"), HANG }) },
    { H2_MADE("h2-status-word", "protocol", "a status that is no number", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\010\0032x0"), HANG }) },
    { H2_MADE("h2-status-101", "protocol", "Switching Protocols, which HTTP/2 does not have", { SAY(H2_START "\000\000\005\001\005\000\000\000\001\010\003101"), HANG }) },
    { H2_MADE("h2-field-upper", "protocol", "a field in capitals", { SAY(H2_START "\000\000\006\001\005\000\000\000\001\210\000\001A\001b"), HANG }) },
    { H2_MADE("h2-field-connection", "protocol", "a field that HTTP/2 does not have", { SAY(H2_START "\000\000\023\001\005\000\000\000\001\210\000\012connection\005close"), HANG }) },
    { H2_MADE("h2-field-lines", "protocol", "a field of two lines", { SAY(H2_START "\000\000\014\001\005\000\000\000\001\210\000\001a\007b\r\nc: d"), HANG }) },
    { H2_MADE("h2-field-pseudo", "protocol", "a field of a request", { SAY(H2_START "\000\000\002\001\005\000\000\000\001\210\202"), HANG }) },

    // ---- lengths and ends
    { H2_MADE("h2-length-more", "protocol", "fewer bytes than promised", { SAY(H2_START "\000\000\010\001\004\000\000\000\001\210\017\015\0041000" H2_BODY), NOTIFY }) },
    { H2_MADE("h2-length-less", "protocol", "more bytes than promised", { SAY(H2_START "\000\000\005\001\004\000\000\000\001\210\017\015\0011" H2_BODY), NOTIFY }) },
    { H2_MADE("h2-end", "truncated", "the end within the body", { SAY(H2_START H2_HEAD H2_PART), NOTIFY }) },
    { H2_MADE("h2-cut", "truncated", "the end within the body, without close_notify", { SAY(H2_START H2_HEAD H2_PART) }) },
    { H2_MADE("h2-end-frame", "truncated", "the end within a frame", { SAY(H2_START H2_HEAD "\000\000\377\000\001\000\000\000\001half"), NOTIFY }) },
    { H2_MADE("h2-end-nothing", "empty-reply", "the end in place of an answer", { SAY(H2_START), NOTIFY }) },
    { H2_MADE("h2-reset-stream", "reset", "RST_STREAM in place of an answer", { SAY(H2_START H2_RESET("\010")), HANG }) },
    { H2_MADE("h2-reset-refused", "reset", "RST_STREAM: refused, each time", { SAY(H2_START H2_RESET("\007")), HANG }) },
    { H2_MADE("h2-reset-http1", "tls-failed", "RST_STREAM: use HTTP/1.1", { SAY(H2_START H2_RESET("\015")), HANG }) },
    { H2_MADE("h2-reset-each", "reset", "RST_STREAM for each stream, as soon as it is opened", { SAY(H2_START), REFUSE(8) }) },
    { H2_MADE("h2-refused-each", "reset", "the same: refused", { SAY(H2_START), REFUSE(7) }) },
    { H2_MADE("h2-reset-body", "reset", "RST_STREAM within the body", { SAY(H2_START H2_HEAD H2_PART H2_RESET("\002")), HANG }) },
    { H2_MADE("h2-reset-body-fine", "reset", "RST_STREAM without an error, within the body", { SAY(H2_START H2_HEAD H2_PART H2_RESET("\000")), HANG }) },
    { H2_MADE("h2-goaway", "reset", "GOAWAY in place of an answer", { SAY(H2_START H2_GOAWAY("\000", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-first", "protocol", "GOAWAY before SETTINGS", { SAY(H2_GOAWAY("\000", "\000")), NOTIFY }) },
    { H2_MADE("h2-goaway-body", "reset", "GOAWAY within the body", { SAY(H2_START H2_HEAD H2_PART H2_GOAWAY("\000", "\002")), NOTIFY }) },
    { H2_MADE("h2-goaway-calm", "empty-reply", "GOAWAY: enhance your calm", { SAY(H2_START H2_GOAWAY("\001", "\013")), NOTIFY }) },
    { H2_MADE("h2-rst", "reset", "RST of the connection within the body", { SAY(H2_START H2_HEAD H2_PART), WAIT(30), RESET }) },

    // ---- frames out of place
    { H2_MADE("h2-http1", "protocol", "HTTP/1.1", { SAY(HOSTILE_FINE HOSTILE_BODY), HANG }) },
    { H2_MADE("h2-no-settings", "protocol", "an answer before SETTINGS", { SAY(H2_GOOD), HANG }) },
    { H2_MADE("h2-data-first", "protocol", "a body before its head", { SAY(H2_START H2_BODY H2_HEAD), HANG }) },
    { H2_MADE("h2-data-after", "200", "a body behind the end", { SAY(H2_START H2_HEAD_ONLY H2_BODY), HANG }) },
    { H2_MADE("h2-stream-zero", "protocol", "an answer to stream 0", { SAY(H2_START "\000\000\001\001\005\000\000\000\000\210"), HANG }) },
    { H2_MADE("h2-stream-even", "protocol", "an answer to stream 2", { SAY(H2_START "\000\000\001\001\005\000\000\000\002\210"), HANG }) },
    { H2_MADE("h2-stream-other", "protocol", "an answer to a stream that was not opened", { SAY(H2_START "\000\000\001\001\005\000\000\000\143\210"), HANG }) },
    { H2_MADE("h2-stream-data", "protocol", "a body for a stream that was not opened", { SAY(H2_START "\000\000\003\000\001\000\000\000\143ok\n"), HANG }) },
    { H2_MADE("h2-push", "protocol", "an answer that nobody asked for", { SAY(H2_START "\000\000\005\005\004\000\000\000\001\000\000\000\002\202"), HANG }) },
    { H2_MADE("h2-continuation", "protocol", "CONTINUATION of nothing", { SAY(H2_START "\000\000\001\011\004\000\000\000\001\210"), HANG }) },
    { H2_MADE("h2-continuation-other", "protocol", "another frame within a head", { SAY(H2_START "\000\000\001\001\000\000\000\000\001\210" H2_BODY), HANG }) },
    { H2_MADE("h2-frame-huge", "protocol", "a frame of 16 MB", { SAY(H2_START "\377\377\377\000\000\000\000\000\001"), SAY_TIMES(8192, "aaaaaaaa"), HANG }) },
    { H2_MADE("h2-padding", "protocol", "more padding than there are bytes", { SAY(H2_START H2_HEAD "\000\000\003\000\011\000\000\000\001\377ok"), HANG }) },
    { H2_MADE("h2-padding-late", "protocol", "the same, a while after the head", { SAY(H2_START H2_HEAD), WAIT(100), SAY("\000\000\003\000\011\000\000\000\001\377ok"), HANG }) },
    { H2_MADE("h2-settings-short", "protocol", "SETTINGS of five bytes", { SAY("\000\000\005\004\000\000\000\000\000\000\003\000\000\000"), HANG }) },
    { H2_MADE("h2-settings-window", "protocol", "SETTINGS of a window that is none", { SAY("\000\000\006\004\000\000\000\000\000\000\004\377\377\377\377" H2_GOOD), HANG }) },
    { H2_MADE("h2-ping-short", "protocol", "PING of three bytes", { SAY(H2_START H2_SHORT_PING), HANG }) },
    { H2_MADE("h2-ping-late", "protocol", "the same within the body, and nothing more", { SAY(H2_START H2_HEAD H2_PART), WAIT(100), SAY(H2_SHORT_PING), HANG }) },
    { H2_MADE("h2-ping-end", "protocol", "the same, and the end", { SAY(H2_START H2_HEAD H2_PART), WAIT(100), SAY(H2_SHORT_PING), NOTIFY }) },
    { H2_MADE("h2-window-none", "protocol", "WINDOW_UPDATE by nothing", { SAY(H2_START "\000\000\004\010\000\000\000\000\000\000\000\000\000"), HANG }) },
    { H2_MADE("h2-window-overflow", "protocol", "WINDOW_UPDATE beyond 2^31", { SAY(H2_START "\000\000\004\010\000\000\000\000\000\177\377\377\377\000\000\004\010\000\000\000\000\000\177\377\377\377"), HANG }) },
    { H2_MADE("h2-window-overflow-stream", "protocol", "the same for the stream", { SAY(H2_START "\000\000\004\010\000\000\000\000\001\177\377\377\377\000\000\004\010\000\000\000\000\001\177\377\377\377"), HANG }) },
    { H2_MADE("h2-priority-self", "200", "a stream that depends on itself", { SAY(H2_START "\000\000\006\001\045\000\000\000\001\000\000\000\001\020\210"), HANG }) },
    { H2_MADE("h2-altsvc", "200", "another place for the service", { SAY(H2_START "\000\000\022\012\000\000\000\000\000\000\000h2=\"127.0.0.1:1\"" H2_GOOD), NOTIFY }) },
};
// clang-format on

const unsigned hostile_http2_count = sizeof hostile_http2_rows / sizeof *hostile_http2_rows;
