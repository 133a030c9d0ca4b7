// SPDX-License-Identifier: MIT
// Ends of connections, redirects, and fields that claim what is not theirs.
#include "hostile/hostile.h"

#define HOSTILE_TO(location) \
    "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " location "\r\n\r\n"

// clang-format off
static const struct hostile end_rows[] = {
    { "end-at-once", "empty-reply", "the connection ends without a word", { SAY("") } },
    { "end-reset", "reset", "RST before a word", { RESET } },
    { "end-reset-status", "reset", "RST within the status line", { SAY("HTTP/1.1 2"), WAIT(50), RESET } },
    { "end-reset-head", "reset", "RST within the head", { SAY(HOSTILE_OK "Content-Le"), WAIT(50), RESET } },
    { "end-reset-body", "reset", "RST within the body", { SAY(HOSTILE_OK "Content-Length: 1000\r\n\r\nhalf"), WAIT(50), RESET } },
    { "end-reset-chunk", "reset", "RST within a chunk", { SAY(HOSTILE_OK "Transfer-Encoding: chunked\r\n\r\nff\r\nhalf"), WAIT(50), RESET } },
    { "end-reset-after", "200", "RST once the body is whole", { SAY(HOSTILE_FINE HOSTILE_BODY), WAIT(50), RESET } },
    { "end-keep-alive-lie", "200", "keep-alive said, and the connection ended", { SAY(HOSTILE_FINE "Connection: keep-alive\r\nKeep-Alive: timeout=3600, max=100000\r\n" HOSTILE_BODY) } },
    { "end-close-lie", "200", "close said, and the connection kept open", { SAY(HOSTILE_FINE "Connection: close\r\n" HOSTILE_BODY), HANG } },
    { "end-408", "200", "408 on a connection that idles", { SAY(HOSTILE_FINE HOSTILE_BODY), WAIT(30), SAY("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n") } },
};
// clang-format on

const struct hostile_set hostile_ends = {
    "ends of connections",
    end_rows,
    sizeof end_rows / sizeof *end_rows,
};

// clang-format off
static const struct hostile redirect_rows[] = {
    { "redirect-self", "too-many-redirects", "to itself", { SAY(HOSTILE_TO("/hostile/redirect-self")), KEEP } },
    { "redirect-pair", "too-many-redirects", "to another that leads back", { SAY(HOSTILE_TO("/hostile/redirect-back")), KEEP } },
    { "redirect-back", "too-many-redirects", "the other one", { SAY(HOSTILE_TO("/hostile/redirect-pair")), KEEP } },
    { "redirect-endless", "too-many-redirects", "to a new page each time", { SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /hostile/redirect-endless/"), NEXT, SAY("\r\n\r\n"), KEEP } },
    { "redirect-drip", "too-many-redirects", "through pages that are each slow", { WAIT(300), SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /hostile/redirect-drip/"), NEXT, SAY("\r\n\r\n"), KEEP } },
    { "redirect-file", "blocked-scheme", "to a file of the machine", { SAY(HOSTILE_TO("file:///etc/passwd")), KEEP } },
    { "redirect-ftp", "blocked-scheme", "to ftp", { SAY(HOSTILE_TO("ftp://127.0.0.1:1/x")), KEEP } },
    { "redirect-gopher", "blocked-scheme", "to gopher, which speaks to anything", { SAY(HOSTILE_TO("gopher://127.0.0.1:1/_x")), KEEP } },
    { "redirect-dict", "blocked-scheme", "to dict", { SAY(HOSTILE_TO("dict://127.0.0.1:1/x")), KEEP } },
    { "redirect-data", "blocked-scheme", "to data:", { SAY(HOSTILE_TO("data:text/plain,hello")), KEEP } },
    { "redirect-javascript", "blocked-scheme", "to javascript:", { SAY(HOSTILE_TO("javascript:alert(1)")), KEEP } },
    { "redirect-scheme-case", "blocked-scheme", "to FiLe:", { SAY(HOSTILE_TO("FiLe:///etc/passwd")), KEEP } },
    { "redirect-inside", "blocked-address", "to a port of this machine that nobody named", { SAY(HOSTILE_TO("http://127.0.0.1:1/")), KEEP } },
    { "redirect-inside-octal", "blocked-address", "the same, written 0177.1", { SAY(HOSTILE_TO("http://0177.1:1/")), KEEP } },
    { "redirect-inside-number", "blocked-address", "the same, written as one number", { SAY(HOSTILE_TO("http://2130706433:1/")), KEEP } },
    { "redirect-inside-ipv6", "blocked-address", "the same in IPv6", { SAY(HOSTILE_TO("http://[::1]:1/")), KEEP } },
    { "redirect-inside-mapped", "blocked-address", "the same, mapped into IPv6", { SAY(HOSTILE_TO("http://[::ffff:127.0.0.1]:1/")), KEEP } },
    { "redirect-inside-nat64", "blocked-address", "the same behind NAT64's prefix", { SAY(HOSTILE_TO("http://[64:ff9b::7f00:1]:1/")), KEEP } },
    { "redirect-no-host", "bad-redirect", "to no host", { SAY(HOSTILE_TO("http://")), KEEP } },
    { "redirect-port", "bad-redirect", "to port 99999", { SAY(HOSTILE_TO("http://127.0.0.1:99999/")), KEEP } },
    { "redirect-bracket", "bad-redirect", "to half an IPv6 address", { SAY(HOSTILE_TO("http://[::1/")), KEEP } },
    { "redirect-space-host", "bad-redirect", "to a host with a space", { SAY(HOSTILE_TO("http://exa mple.test/")), KEEP } },
    { "redirect-empty", "too-many-redirects", "to nothing", { SAY(HOSTILE_TO("")), KEEP } },
    { "redirect-none", "302", "without saying where to", { SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"), KEEP } },
    { "redirect-twice", "200", "to two places", { SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /bytes/3\r\nLocation: /status/404\r\n\r\n"), KEEP } },
    { "redirect-controls", "400", "with control characters", { SAY(HOSTILE_TO("/bytes/3\001\033[2J\177")), KEEP } },
    { "redirect-tab", "200", "with a tab, which URLs lose", { SAY(HOSTILE_TO("/by\ttes/3")), KEEP } },
    { "redirect-cr", "400", "with a bare CR and a field behind it", { SAY(HOSTILE_TO("/bytes/3\rSet-Cookie: a=b")), KEEP } },
    { "redirect-nul", "protocol", "with a NUL", { SAY(HOSTILE_TO("/bytes/3\0/../../etc")), KEEP } },
    { "redirect-utf8", "404", "with letters that are no ASCII", { SAY(HOSTILE_TO("/\303\251\377\376")), KEEP } },
    { "redirect-long", "414", "to a URL of 60 KB", { SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /"), SAY_TIMES(6000, "abcdefghij"), SAY("\r\n\r\n"), KEEP } },
    { "redirect-dots", "200", "up and up and down again", { SAY(HOSTILE_TO("/../../../../a/./../bytes/3")), KEEP } },
    { "redirect-backslash", "200", "with backslashes, which are slashes", { SAY(HOSTILE_TO("\\bytes\\3")), KEEP } },
    { "redirect-fragment", "200", "with a fragment", { SAY(HOSTILE_TO("/bytes/3#frag?ment")), KEEP } },
    { "redirect-password", "200", "with a user and a password, which nobody may be shown", { SAY("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://user:secret@"), ORIGIN, SAY("/bytes/3\r\n\r\n"), KEEP } },
    { "redirect-300", "300", "a choice without a place", { SAY("HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n"), KEEP } },
    { "redirect-305", "305", "to a proxy of the server's choice", { SAY("HTTP/1.1 305 Use Proxy\r\nContent-Length: 0\r\nLocation: http://127.0.0.1:1/\r\n\r\n"), KEEP } },
    { "redirect-body-endless", "too-large", "with a body without end", { SAY("HTTP/1.1 302 Found\r\nLocation: /bytes/3\r\n\r\n"), FOREVER("0123456789abcdef") } },
};
// clang-format on

const struct hostile_set hostile_redirects = {
    "redirects",
    redirect_rows,
    sizeof redirect_rows / sizeof *redirect_rows,
};

// clang-format off
static const struct hostile claim_rows[] = {
    { "cookie-foreign", "200", "cookies for other domains", { SAY(HOSTILE_FINE "Set-Cookie: a=1; Domain=example.com\r\nSet-Cookie: b=2; Domain=.com\r\nSet-Cookie: c=3; Domain=co.uk\r\nSet-Cookie: d=4; Domain=\r\n" HOSTILE_BODY), KEEP } },
    { "cookie-thousand", "too-large", "1,000 cookies", { SAY(HOSTILE_FINE), SAY_TIMES(1000, "Set-Cookie: n=v; Path=/\r\n"), SAY(HOSTILE_BODY), KEEP } },
    { "cookie-long", "200", "a cookie of 50 KB", { SAY(HOSTILE_FINE "Set-Cookie: n="), SAY_TIMES(5000, "0123456789"), SAY("\r\n" HOSTILE_BODY), KEEP } },
    { "cookie-controls", "200", "cookies of control characters", { SAY(HOSTILE_FINE "Set-Cookie: \001=\002; Path=\003\r\nSet-Cookie: =\r\nSet-Cookie: ;;;\r\nSet-Cookie:\r\n" HOSTILE_BODY), KEEP } },
    { "cookie-prefix", "200", "__Host- and __Secure- without what they need", { SAY(HOSTILE_FINE "Set-Cookie: __Host-a=1; Domain=example.com\r\nSet-Cookie: __Secure-b=2\r\n" HOSTILE_BODY), KEEP } },
    { "name-dots", "200", "a file name that leaves the directory", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=\"../../../../tmp/owned\"\r\n" HOSTILE_BODY), KEEP } },
    { "name-absolute", "200", "an absolute file name", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=/etc/passwd\r\n" HOSTILE_BODY), KEEP } },
    { "name-encoded", "200", "the same, percent-encoded", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename*=UTF-8''%2e%2e%2f%2e%2e%2fowned\r\n" HOSTILE_BODY), KEEP } },
    { "name-nul", "protocol", "a file name with a NUL", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=\"a\0.sh\"\r\n" HOSTILE_BODY), KEEP } },
    { "name-escapes", "200", "a file name that would paint a terminal", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=\"\033[2J\033]0;x\007\"\r\n" HOSTILE_BODY), KEEP } },
    { "name-long", "200", "a file name of 4,000 bytes", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=\""), SAY_TIMES(400, "abcdefghij"), SAY("\"\r\n" HOSTILE_BODY), KEEP } },
    { "name-dot", "200", "a file name that is one dot", { SAY(HOSTILE_FINE "Content-Disposition: attachment; filename=\".\"\r\n" HOSTILE_BODY), KEEP } },
    { "retry-years", "503", "Retry-After of 300 years", { SAY("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 9467280000\r\n\r\n"), KEEP } },
    { "retry-overflow", "429", "Retry-After beyond 64 bits", { SAY("HTTP/1.1 429 Slow down\r\nContent-Length: 0\r\nRetry-After: 99999999999999999999999999\r\n\r\n"), KEEP } },
    { "retry-negative", "503", "Retry-After of -1", { SAY("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: -1\r\n\r\n"), KEEP } },
    { "retry-date", "503", "Retry-After in the year 9999", { SAY("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n\r\n"), KEEP } },
    { "retry-words", "503", "Retry-After that is no time", { SAY("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: soon\r\n\r\n"), KEEP } },
    { "etag-long", "200", "an entity tag of 60 KB", { SAY(HOSTILE_FINE "ETag: \""), SAY_TIMES(6000, "0123456789"), SAY("\"\r\n" HOSTILE_BODY), KEEP } },
    { "etag-lines", "200", "an entity tag with what would be a field of the next request", { SAY(HOSTILE_FINE "ETag: \"a\rX-Injected: yes\"\r\nLast-Modified: a\rX-Injected: yes\r\n" HOSTILE_BODY), KEEP } },
    { "auth-unknown", "401", "a challenge of a scheme that nobody knows", { SAY("HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: Telepathy realm=\"\033[2J\"\r\n\r\n"), KEEP } },
    { "auth-proxy", "407", "407 where there is no proxy", { SAY("HTTP/1.1 407 No\r\nContent-Length: 0\r\nProxy-Authenticate: Basic realm=x\r\n\r\n"), KEEP } },
    { "alt-svc", "200", "another place for everything from now on", { SAY(HOSTILE_FINE "Alt-Svc: h2=\"127.0.0.1:1\"; ma=2592000\r\nRefresh: 0;url=http://127.0.0.1:1/\r\n" HOSTILE_BODY), KEEP } },
};
// clang-format on

const struct hostile_set hostile_claims = {
    "claims",
    claim_rows,
    sizeof claim_rows / sizeof *claim_rows,
};
