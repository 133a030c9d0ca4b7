// SPDX-License-Identifier: MIT
// Where a message ends (RFC 9112 §6, §7): lengths and chunks that lie, overflow or contradict.
#include "hostile/hostile.h"

#define HOSTILE_CHUNKED \
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"

// clang-format off
static const struct hostile length_rows[] = {
    { "length-word", "protocol", "a length that is a word", { SAY(HOSTILE_OK "Content-Length: three\r\n\r\nok\n") } },
    { "length-junk", "protocol", "a length with letters behind it", { SAY(HOSTILE_OK "Content-Length: 3abc\r\n\r\nok\n") } },
    { "length-negative", "protocol", "a length of -3", { SAY(HOSTILE_OK "Content-Length: -3\r\n\r\nok\n") } },
    { "length-plus", "protocol", "a length of +3", { SAY(HOSTILE_OK "Content-Length: +3\r\n\r\nok\n") } },
    { "length-hex", "protocol", "a length of 0x3", { SAY(HOSTILE_OK "Content-Length: 0x3\r\n\r\nok\n") } },
    { "length-decimal", "protocol", "a length of 3.0", { SAY(HOSTILE_OK "Content-Length: 3.0\r\n\r\nok\n") } },
    { "length-spaces", "protocol", "a length of 3 3", { SAY(HOSTILE_OK "Content-Length: 3 3\r\n\r\nok\n") } },
    { "length-empty", "protocol", "an empty length", { SAY(HOSTILE_OK "Content-Length:\r\n\r\nok\n") } },
    { "length-huge", "protocol", "a length of 2^63", { SAY(HOSTILE_OK "Content-Length: 9223372036854775808\r\n\r\nok\n") } },
    { "length-overflow", "protocol", "2^64 + 3, which a careless client takes for 3", { SAY(HOSTILE_OK "Content-Length: 18446744073709551619\r\n\r\nok\n") } },
    { "length-twice", "200", "the same length twice", { SAY(HOSTILE_FINE "Content-Length: 3\r\n" HOSTILE_BODY) } },
    { "length-twice-list", "200", "the same length twice in one field", { SAY(HOSTILE_OK "Content-Length: 3, 3\r\n\r\nok\n") } },
    { "length-differs", "protocol", "two lengths that differ", { SAY(HOSTILE_FINE "Content-Length: 4\r\n" HOSTILE_BODY) } },
    { "length-differs-list", "protocol", "two lengths that differ in one field", { SAY(HOSTILE_OK "Content-Length: 3, 4\r\n\r\nok\n") } },
    { "length-too-long", "truncated", "fewer bytes than promised", { SAY(HOSTILE_OK "Content-Length: 1000\r\n\r\nok\n") } },
    { "length-too-short", "200", "more bytes than promised, on a connection kept open", { SAY(HOSTILE_FINE HOSTILE_BODY "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nwrong\n"), KEEP } },
    { "length-too-short-junk", "200", "junk behind the body of a connection kept open", { SAY(HOSTILE_FINE HOSTILE_BODY "\0\0\0junk"), KEEP } },
    { "length-lies-large", "too-large", "a length of 1 TB and three bytes", { SAY(HOSTILE_OK "Content-Length: 1099511627776\r\n\r\nok\n"), HANG } },
    { "length-and-chunks", "200", "a length beside chunks", { SAY(HOSTILE_OK "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
    { "length-with-204", "204", "204 with a length and a body", { SAY("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nok\n"), KEEP } },
    { "length-with-304", "304", "304, unasked, with a body", { SAY("HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\n\r\nok\n"), KEEP } },
    { "length-none", "200", "no length: the body ends with the connection", { SAY(HOSTILE_OK "\r\nall there is\n") } },
};
// clang-format on

const struct hostile_set hostile_lengths = {
    "lengths",
    length_rows,
    sizeof length_rows / sizeof *length_rows,
};

// clang-format off
static const struct hostile chunk_rows[] = {
    { "chunk-word", "protocol", "a chunk's size that is a word", { SAY(HOSTILE_CHUNKED "zz\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-negative", "protocol", "a size of -3", { SAY(HOSTILE_CHUNKED "-3\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-overflow", "protocol", "a size of 2^64 + 3", { SAY(HOSTILE_CHUNKED "10000000000000003\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-huge", "truncated", "a size of 2^63 - 1 and three bytes", { SAY(HOSTILE_CHUNKED "7fffffffffffffff\r\nok\n") } },
    { "chunk-size-long", "protocol", "zeros before the size without end", { SAY(HOSTILE_CHUNKED), FOREVER("0000000000000000") } },
    { "chunk-none", "truncated", "no chunk at all", { SAY(HOSTILE_CHUNKED) } },
    { "chunk-no-last", "truncated", "no last chunk", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n") } },
    { "chunk-cut", "truncated", "the end within a chunk", { SAY(HOSTILE_CHUNKED "ff\r\nok\n") } },
    { "chunk-cut-size", "truncated", "the end within a size", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n1") } },
    { "chunk-cut-end", "truncated", "the end before the last empty line", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n0\r\n") } },
    { "chunk-no-crlf", "protocol", "no CRLF behind a chunk", { SAY(HOSTILE_CHUNKED "3\r\nok\nX0\r\n\r\n") } },
    { "chunk-lf", "200", "sizes that end in LF alone", { SAY(HOSTILE_CHUNKED "3\nok\n\n0\n\n") } },
    { "chunk-spaces", "200", "spaces behind a size", { SAY(HOSTILE_CHUNKED "3   \r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-upper", "200", "a size in capital letters", { SAY(HOSTILE_CHUNKED "00A\r\n0123456789\r\n0\r\n\r\n") } },
    { "chunk-extension", "200", "a chunk extension, which is fine", { SAY(HOSTILE_CHUNKED "3;name=\"va;lue\"\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-extension-endless", "timeout", "a chunk extension without end", { SAY(HOSTILE_CHUNKED "3;"), FOREVER("abcdefghijklmnop") } },
    { "chunk-trailers", "200", "trailers, which are fine", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n") } },
    { "chunk-trailer-length", "200", "a length in a trailer", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n0\r\nContent-Length: 90000\r\n\r\n") } },
    { "chunk-trailers-endless", "too-large", "trailers without end", { SAY(HOSTILE_CHUNKED "3\r\nok\n\r\n0\r\n"), FOREVER("X-More: and more\r\n") } },
    { "chunk-tiny", "200", "50,000 chunks of a byte", { SAY(HOSTILE_CHUNKED), SAY_TIMES(50000, "1\r\nz\r\n"), SAY("0\r\n\r\n") } },
    { "chunk-endless", "too-large", "chunks without end", { SAY(HOSTILE_CHUNKED), FOREVER("10\r\n0123456789abcdef\r\n") } },
    { "chunk-twice", "protocol", "Transfer-Encoding: chunked, chunked", { SAY(HOSTILE_OK "Transfer-Encoding: chunked, chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-field-twice", "protocol", "Transfer-Encoding twice", { SAY(HOSTILE_OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-not-last", "protocol", "chunked is not the last coding", { SAY(HOSTILE_OK "Transfer-Encoding: chunked, gzip\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-unknown", "200", "a transfer coding that nobody knows", { SAY(HOSTILE_OK "Transfer-Encoding: rot13\r\n\r\nbx\n") } },
    { "chunk-case", "200", "cHuNkEd", { SAY(HOSTILE_OK "Transfer-Encoding: cHuNkEd\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
    { "chunk-http10", "200", "chunks in a response of HTTP/1.0", { SAY("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nok\n\r\n0\r\n\r\n") } },
};
// clang-format on

const struct hostile_set hostile_chunks = {
    "chunks",
    chunk_rows,
    sizeof chunk_rows / sizeof *chunk_rows,
};
