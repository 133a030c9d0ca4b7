// SPDX-License-Identifier: MIT
#define PCRE2_CODE_UNIT_WIDTH 8
#include "discover/patterns.h"
#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

// What one match may cost: backtrackings, and KB of memory for them. A sound expression on a URL of
// 2 KB takes some thousand.
enum { MATCH_LIMIT = 200000, HEAP_LIMIT = 4096 };

struct patterns {
    pcre2_match_context *context;
    pcre2_match_data *match;
    unsigned count;
    pcre2_code *code[];
};

static int patterns_compile(struct patterns *p, const char *text, char *why)
{
    int error;
    size_t offset;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &error, &offset, NULL);
    if (!code && error == PCRE2_ERROR_HEAP_FAILED)
        return -ENOMEM;
    if (!code) {
        char said[120] = ""; // as long as any is
        pcre2_get_error_message(error, (PCRE2_UCHAR *)said, sizeof said);
        snprintf(why, PATTERNS_WHY, "'%.80s' is no regular expression: %s at character %zu", text,
                 said, offset + 1);
        return -EINVAL;
    }
    p->code[p->count++] = code;
    return 0;
}

int patterns_new(struct patterns **out, const char *const *texts, char why[PATTERNS_WHY])
{
    size_t n = 0;
    int r = 0;
    while (texts && texts[n])
        n++;
    struct patterns *p = calloc(1, sizeof *p + n * sizeof *p->code);
    if (!p)
        return -ENOMEM;
    p->context = pcre2_match_context_create(NULL);
    p->match = pcre2_match_data_create(1, NULL);
    if (!p->context || !p->match)
        r = -ENOMEM;
    for (size_t k = 0; r == 0 && k < n; k++)
        r = patterns_compile(p, texts[k], why);
    if (r < 0) {
        patterns_free(p);
        return r;
    }
    pcre2_set_match_limit(p->context, MATCH_LIMIT);
    pcre2_set_heap_limit(p->context, HEAP_LIMIT);
    *out = p;
    return 0;
}

void patterns_free(struct patterns *p)
{
    if (!p)
        return;
    for (unsigned k = 0; k < p->count; k++)
        pcre2_code_free(p->code[k]);
    pcre2_match_data_free(p->match);
    pcre2_match_context_free(p->context);
    free(p);
}

unsigned patterns_count(const struct patterns *p)
{
    return p ? p->count : 0;
}

enum patterns_answer patterns_find(struct patterns *p, struct span text)
{
    enum patterns_answer answer = PATTERNS_NO;
    for (unsigned k = 0; p && k < p->count; k++) {
        int r = pcre2_match(p->code[k], (PCRE2_SPTR)text.p, text.n, 0, 0, p->match, p->context);
        if (r >= 0)
            return PATTERNS_YES;
        if (r != PCRE2_ERROR_NOMATCH)
            answer = PATTERNS_TOO_COSTLY;
    }
    return answer;
}
