// SPDX-License-Identifier: MIT
#ifndef OPTIONS_WARC_OPTIONS_H
#define OPTIONS_WARC_OPTIONS_H
#include "options/options.h"

// Readers for the rows of table_warc.def, at whose offset lies struct arguments_warc as a whole:
// each also notes that its option was said.
options_reader warc_options_size;
options_reader warc_options_level;
options_reader warc_options_digest;
#endif
