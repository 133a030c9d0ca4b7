// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_WARC_H
#define CMD_FETCH_WARC_H
#include "options/arguments.h"

// Whether the options about archives go together; sets what they mean for the workers. Returns
// STATUS_OK, or STATUS_USAGE having said what is wrong.
int fetch_warc_check(struct arguments *a);

// Looks whether files can be made where --warc-file wants them, creating the directory if need be.
// Returns STATUS_OK, or STATUS_USAGE having said why not.
int fetch_warc_open(struct arguments *a);

// Ends what that has begun.
void fetch_warc_close(struct arguments *a);
#endif
