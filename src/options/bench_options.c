// SPDX-License-Identifier: MIT
#include "options/bench_options.h"
#include "bench/machine.h"
#include "bench/matrix.h"
#include <errno.h>
#include <stdio.h>

static int refuse(int r, char *why, const char *kind, const char *sentence, const char *cure)
{
    if (r < 0)
        snprintf(why, OPTIONS_WHY, "is no %s: %.200s%s%s", kind, sentence, *cure ? ": " : "", cure);
    return r;
}

int bench_options_engines(const struct option *o, void *at, const char *text, char *why)
{
    char sentence[MATRIX_WHY];
    (void)o;
    return refuse(matrix_read_engines(at, text, sentence), why, "list of engines", sentence, "");
}

int bench_options_levels(const struct option *o, void *at, const char *text, char *why)
{
    char sentence[MATRIX_WHY];
    (void)o;
    return refuse(matrix_read_levels(at, text, sentence), why, "list of numbers", sentence,
                  "write 256, or 16,256,4096");
}

int bench_options_workloads(const struct option *o, void *at, const char *text, char *why)
{
    char sentence[MATRIX_WHY];
    (void)o;
    return refuse(matrix_read_workloads(at, text, sentence), why, "list of workloads", sentence,
                  "");
}

int bench_options_cpus(const struct option *o, void *at, const char *text, char *why)
{
    struct bench_cpus *to = at;
    const char *sentence = "cannot be looked up";
    (void)o;
    if (machine_read_cpus(&to->set, text, &sentence) < 0) {
        snprintf(why, OPTIONS_WHY, "%s", sentence);
        return -EINVAL;
    }
    to->given = true;
    return 0;
}
