// SPDX-License-Identifier: MIT
#include "options/warc_options.h"
#include "options/reader.h"
#include <errno.h>
#include <stdio.h>

int warc_options_size(const struct option *o, void *at, const char *text, char *why)
{
    struct arguments_warc *w = at;
    int r = reader_bytes(o, &w->max_size, text, why);
    w->size_said = r == 0;
    return r;
}

int warc_options_level(const struct option *o, void *at, const char *text, char *why)
{
    struct arguments_warc *w = at;
    return reader_count(o, &w->level, text, why);
}

int warc_options_digest(const struct option *o, void *at, const char *text, char *why)
{
    (void)o;
    struct arguments_warc *w = at;
    int kind = digest_kind_of(span_of(text));
    if (kind < 0) {
        snprintf(why, OPTIONS_WHY, "is no digest that is written here: write sha1 or sha256");
        return -EINVAL;
    }
    w->digest = (enum digest_kind)kind;
    w->digest_said = true;
    return 0;
}
