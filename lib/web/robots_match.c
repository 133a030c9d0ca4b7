// SPDX-License-Identifier: MIT
#include "web/robots.h"
#include "web/robots_rules.h"
#include <errno.h>

bool robots_valid(struct span bytes)
{
    const struct robots_rules *r = (const void *)bytes.p;
    if (bytes.n < sizeof *r || (uintptr_t)bytes.p % 8 || bytes.n % 8 || r->size != bytes.n)
        return false;
    if (r->count > (bytes.n - sizeof *r) / sizeof(struct robots_rule) || r->delay < -1)
        return false;
    size_t texts = sizeof *r + r->count * sizeof(struct robots_rule);
    const struct robots_rule *rule = (const void *)(r + 1);
    for (uint32_t i = 0; i < r->count; i++)
        if (rule[i].at < texts || rule[i].at > bytes.n || rule[i].length > bytes.n - rule[i].at)
            return false;
    return true;
}

int64_t robots_delay(const struct robots_rules *rules)
{
    return rules->delay;
}

// Takes what stands before the next '*' off `rest`; `rest` becomes absent with the last.
static struct span robots_segment(struct span *rest)
{
    struct span s = *rest;
    const char *star = s.n ? memchr(s.p, '*', s.n) : NULL;
    if (!star) {
        *rest = (struct span){ NULL, 0 };
        return s;
    }
    s.n = (size_t)(star - s.p);
    *rest = (struct span){ star + 1, rest->n - s.n - 1 };
    return s;
}

static bool robots_begins(struct span path, struct span with)
{
    return path.n >= with.n && (with.n == 0 || memcmp(path.p, with.p, with.n) == 0);
}

// A pattern with wildcards: each piece between them is taken where it comes first, which leaves
// most for those behind it; the last one of a pattern with '$' stands at the end. So nothing is
// ever tried twice, whatever the pattern.
static bool robots_wild(struct span pattern, struct span path, bool to_end)
{
    struct span rest = pattern, piece = robots_segment(&rest);
    if (!robots_begins(path, piece))
        return false;
    size_t at = piece.n;
    while (rest.p) {
        piece = robots_segment(&rest);
        if (!rest.p && to_end)
            return path.n - at >= piece.n &&
                   (piece.n == 0 || memcmp(path.p + path.n - piece.n, piece.p, piece.n) == 0);
        if (piece.n == 0)
            continue;
        const char *found = memmem(path.p + at, path.n - at, piece.p, piece.n);
        if (!found)
            return false;
        at = (size_t)(found - path.p) + piece.n;
    }
    return true;
}

static bool robots_matches(const struct robots_rules *r, const struct robots_rule *rule,
                           struct span path)
{
    struct span pattern = { (const char *)r + rule->at, rule->length };
    if (rule->flags & ROBOTS_WILD)
        return robots_wild(pattern, path, rule->flags & ROBOTS_END);
    return robots_begins(path, pattern) && (!(rule->flags & ROBOTS_END) || path.n == pattern.n);
}

// The forms in which a path is compared. Most often all three are the path as it is.
struct robots_forms {
    struct span literal; // with Allow
    struct span decoded; // with Allow as well; absent when it is the same
    struct span strict;  // with Disallow
};

static int robots_make_forms(struct span path, struct buffer *scratch, struct robots_forms *out)
{
    out->literal = out->strict = path;
    out->decoded = (struct span){ NULL, 0 };
    if (robots_rules_plain(path))
        return 0;
    buffer_clear(scratch);
    robots_rules_form(scratch, path, 0);
    size_t literal = scratch->n;
    robots_rules_form(scratch, path, ROBOTS_DECODE);
    size_t decoded = scratch->n;
    robots_rules_form(scratch, path, ROBOTS_DECODE | ROBOTS_ENCODE);
    if (scratch->failed)
        return -ENOMEM;
    out->literal = (struct span){ scratch->p, literal };
    out->decoded = (struct span){ scratch->p + literal, decoded - literal };
    out->strict = (struct span){ scratch->p + decoded, scratch->n - decoded };
    if (span_equal(out->literal, out->decoded))
        out->decoded = (struct span){ NULL, 0 };
    return 0;
}

int robots_match(const struct robots_rules *rules, struct span path, struct buffer *scratch,
                 struct robots_verdict *out)
{
    const struct robots_rule *rule = (const void *)(rules + 1);
    struct robots_forms forms;
    if (path.n == 0)
        path = span_of("/");
    int e = robots_make_forms(path, scratch, &forms);
    if (e < 0)
        return e;
    *out = (struct robots_verdict){ .allowed = true };
    if (span_is(path, "/robots.txt"))
        return 0;
    for (uint32_t i = 0; i < rules->count; i++, rule++) {
        bool allow = rule->flags & ROBOTS_ALLOW;
        if (!robots_matches(rules, rule, allow ? forms.literal : forms.strict) &&
            !(allow && forms.decoded.p && robots_matches(rules, rule, forms.decoded)))
            continue;
        *out = (struct robots_verdict){ allow, rule->line };
        return 0;
    }
    return 0;
}
