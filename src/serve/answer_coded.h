// SPDX-License-Identifier: MIT
#ifndef SERVE_ANSWER_CODED_H
#define SERVE_ANSWER_CODED_H
struct exchange;

// Routes whose body has a content coding. See struct route. `?zeros` makes the content zeros (a
// small body that unpacks to a large one),
// `?cut` leaves the last bytes of the coded body away, and `?members=` makes that many gzip
// members.
int answer_coded_gzip(struct exchange *x);
int answer_coded_deflate(struct exchange *x);
int answer_coded_zstd(struct exchange *x);
#endif
