// SPDX-License-Identifier: MIT
#ifndef INSPECT_WARC_REPAIR_H
#define INSPECT_WARC_REPAIR_H
#include "inspect/warc_check.h"

// What cutting a torn end off has come to.
enum warc_repaired {
    WARC_REPAIRED_NOTHING, // there was nothing to cut
    WARC_REPAIRED_CUT,
    WARC_REPAIRED_NEVER, // that would not help: said on the log
};

// Cuts `file`, of which `c` was found, behind its last whole record, and takes ".open" off its
// name. One that somebody is writing to is left alone. Blocks. Errors: those of open(2),
// ftruncate(2) and rename(2), said on the log.
int warc_repair(const char *file, const struct warc_check *c, enum warc_repaired *out);
#endif
