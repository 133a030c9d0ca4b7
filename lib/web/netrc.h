// SPDX-License-Identifier: MIT
#ifndef WEB_NETRC_H
#define WEB_NETRC_H
#include "data/span.h"
#include <stdbool.h>

// A .netrc file: user names and passwords by host, as ftp(1), curl and wget read it. Words apart by
// white space:
//
//   machine HOST login USER password SECRET     for that host
//   default login USER password SECRET          for any other; nothing behind it counts
//   account WORD                                is passed over, as any word that is not known
//   macdef NAME                                 is passed over, up to an empty line
//
// A word may stand in double quotes, in which \" \\ \n \r \t stand for themselves. Where a word
// such as `machine` could stand, # starts a comment to the end of the line.
struct netrc;

enum { NETRC_MOST = 1 << 20, NETRC_WORD_MOST = 4096 }; // bytes of a file, of a word

// Reads the text of a file. Errors: -EINVAL with the line and a sentence's second half in `why`, a
// literal; -ENOMEM; -E2BIG.
int netrc_parse(struct netrc **out, struct span text, unsigned *line, const char **why);

// Frees it, its text wiped. NULL is legal.
void netrc_free(struct netrc *n);

// "USER:PASSWORD" for `host` (of which case does not count), the first that stands there; of the
// user `login` when that is present. Falls back on the `default` when `or_default`. NULL: none.
// Borrowed.
const char *netrc_find(const struct netrc *n, struct span host, struct span login, bool or_default);
#endif
