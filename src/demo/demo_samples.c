// SPDX-License-Identifier: MIT
#include "demo/demo_samples.h"
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum sample { SAMPLE_PAGE, SAMPLE_REDIRECTED, SAMPLE_FAILED, SAMPLES };

// SAMPLES for what shows nothing: a line that never got as far as an engine.
static enum sample kind_of(const char *line, size_t n)
{
    json_t *record = json_loadb(line, n, 0, NULL);
    enum sample kind = SAMPLE_PAGE;
    if (!json_object_get(record, "engine"))
        kind = SAMPLES;
    else if (json_object_get(record, "error"))
        kind = SAMPLE_FAILED;
    else if (json_array_size(json_object_get(record, "redirects")))
        kind = SAMPLE_REDIRECTED;
    json_decref(record);
    return kind;
}

int demo_samples(struct buffer *out, const char *path)
{
    struct buffer found[SAMPLES] = { { 0 } };
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    unsigned lacking = SAMPLES;
    FILE *from = fopen(path, "re");
    if (!from)
        return -errno;
    while (lacking && (n = getline(&line, &room, from)) > 0) {
        enum sample kind = kind_of(line, (size_t)n);
        if (kind == SAMPLES || found[kind].n)
            continue;
        buffer_add(&found[kind], line, (size_t)n);
        lacking--;
    }
    for (unsigned i = 0; i < SAMPLES; i++) {
        buffer_add(out, found[i].p, found[i].n);
        out->failed = out->failed || found[i].failed;
        buffer_fini(&found[i]);
    }
    free(line);
    fclose(from);
    return out->failed ? -ENOMEM : 0;
}
