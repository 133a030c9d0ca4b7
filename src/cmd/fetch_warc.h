// SPDX-License-Identifier: MIT
#ifndef CMD_FETCH_WARC_H
#define CMD_FETCH_WARC_H
#include "cmd/options.h"

// What the options about archives say, as typed. In struct arguments.
//
// Readers for the rows of table_warc.def, at whose offset this lies as a whole.
options_reader fetch_warc_read_size;
options_reader fetch_warc_read_level;
options_reader fetch_warc_read_digest;

// Whether the options about archives go together; sets what they mean for the workers. Returns
// STATUS_OK, or STATUS_USAGE having said what is wrong.
int fetch_warc_check(struct arguments *a);

// Looks whether files can be made where --warc-file wants them, creating the directory if need be.
// Returns STATUS_OK, or STATUS_USAGE having said why not.
int fetch_warc_open(struct arguments *a);

// Ends what that has begun.
void fetch_warc_close(struct arguments *a);
#endif
