// SPDX-License-Identifier: MIT
#ifndef DISCOVER_LEFT_OUT_H
#define DISCOVER_LEFT_OUT_H

// Why a link that a crawl has found is not followed: words of --rejected-log and of the summary.
#define LEFT_OUT_REASONS(X)                   \
    X(NOFOLLOW, "nofollow")                   \
    X(LEVEL, "level")                         \
    X(SCOPE, "scope")                         \
    X(URL_LENGTH, "url-length")               \
    X(PATH_DEPTH, "path-depth")               \
    X(REPEATED_SEGMENTS, "repeated-segments") \
    X(ACCEPT_REGEX, "accept-regex")           \
    X(REJECT_REGEX, "reject-regex")           \
    X(QUERIES, "queries")                     \
    X(PAGES_PER_HOST, "pages-per-host")       \
    X(CONTENT_TYPE, "content-type")

enum left_out {
    LEFT_OUT_NOT, // it is followed
#define X(name, word) LEFT_OUT_##name,
    LEFT_OUT_REASONS(X)
#undef X
        LEFT_OUT_COUNT
};

// A literal; "" for LEFT_OUT_NOT.
const char *left_out_word(enum left_out why);
#endif
