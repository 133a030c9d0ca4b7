// SPDX-License-Identifier: MIT
#ifndef STORE_CDXJ_H
#define STORE_CDXJ_H
#include "data/buffer.h"
#include <stdint.h>

// CDXJ, an index of archive files as pywb and its relatives read it: a line a capture, sorted,
//
//     org,example)/ 20260730142501 {"url":"http://example.org/","mime":"text/html","status":"200",
//     "digest":"G7HRM7BGOKSKMSXZAHMUQTTV53QOFSMK","length":"1219","offset":"771","filename":"x"}
struct cdxj {
    struct span url;
    int64_t date;             // wall ns
    struct span content_type; // with parameters or without; absent: none
    int status;
    struct span digest; // of the payload, as in WARC-Payload-Digest; absent: none
    bool revisit;
    uint64_t offset, length; // of its response, compressed
    struct span file;
};

// Appends the line and its newline.
void cdxj_write(struct buffer *out, const struct cdxj *c);

// Sorts the lines of the files `from` (NULL-terminated; one that is not there has none; a last line
// without its end is left out) into `to`, each once, in about `memory` bytes; what is beyond goes
// to files without a name. `to` is replaced when it is all done, and may be among `from`. Blocks.
// Errors: those of open(2), read(2), write(2) and rename(2), -ENOMEM; then `to` is as it was.
int cdxj_sort(const char *const *from, const char *to, size_t memory);
#endif
