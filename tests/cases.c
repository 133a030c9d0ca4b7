// SPDX-License-Identifier: MIT
#include "cases.h"
#include "check.h"
#include <stdio.h>
#include <stdlib.h>

unsigned cases_each(const char *name, void (*check)(const json_t *one))
{
    const char *srcdir = getenv("srcdir");
    char path[4096], *line = NULL;
    size_t room = 0;
    unsigned count = 0;
    snprintf(path, sizeof path, "%s/tests/data/%s", srcdir ? srcdir : ".", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("cannot open %s", path);
    for (ssize_t n; (n = getline(&line, &room, f)) > 0; count++) {
        json_error_t error;
        json_t *one = json_loadb(line, (size_t)n, JSON_ALLOW_NUL, &error);
        if (!one)
            fail_msg("%s line %u: %s", path, count + 1, error.text);
        check(one);
        json_decref(one);
    }
    free(line);
    fclose(f);
    return count;
}

struct span cases_span(const json_t *one, const char *key)
{
    const json_t *member = json_object_get(one, key);
    return (struct span){ json_string_value(member), json_string_length(member) };
}

const char *cases_text(const json_t *one, const char *key)
{
    const char *text = json_string_value(json_object_get(one, key));
    if (!text)
        fail_msg("case without %s", key);
    return text;
}

bool cases_flag(const json_t *one, const char *key)
{
    const json_t *member = json_object_get(one, key);
    if (!json_is_boolean(member))
        fail_msg("case without %s", key);
    return json_is_true(member);
}
