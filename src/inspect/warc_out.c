// SPDX-License-Identifier: MIT
#include "inspect/warc_out.h"
#include "sys/files.h"
#include <errno.h>
#include <unistd.h>

enum { WARC_OUT_ENOUGH = 64 * 1024 };

int warc_out_flush(struct warc_out *o, bool all)
{
    if (o->held.failed)
        return -ENOMEM;
    if (!all && o->held.n < WARC_OUT_ENOUGH)
        return 0;
    int e = files_write_all(STDOUT_FILENO, o->held.p, o->held.n);
    buffer_clear(&o->held);
    return e;
}

void warc_out_fini(struct warc_out *o)
{
    buffer_fini(&o->held);
}
