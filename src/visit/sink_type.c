// SPDX-License-Identifier: MIT
#include "visit/sink_type.h"
#include <strings.h>

static bool sink_type_matches(struct span type, struct span wanted)
{
    if (wanted.n >= 2 && memcmp(wanted.p + wanted.n - 2, "/*", 2) == 0)
        return type.n >= wanted.n && strncasecmp(type.p, wanted.p, wanted.n - 1) == 0;
    return type.n == wanted.n && strncasecmp(type.p, wanted.p, wanted.n) == 0;
}

bool sink_type_is_wanted(struct span type, const char *types)
{
    size_t n = 0;
    while (n < type.n && type.p[n] != ';' && type.p[n] != ' ' && type.p[n] != '\t')
        n++;
    if (n == 0)
        return true;
    for (size_t length; *types; types += length + (types[length] == ' ')) {
        length = strcspn(types, " ");
        if (sink_type_matches((struct span){ type.p, n }, (struct span){ types, length }))
            return true;
    }
    return false;
}

static enum sink_answer sink_type_head(struct sink *sink, const struct head *head)
{
    struct sink_type *s = (struct sink_type *)sink;
    enum sink_answer answer = s->next->head ? s->next->head(s->next, head) : SINK_GO;
    if (head->status / 100 != 2 || sink_type_is_wanted(head_find(head, "content-type"), s->types))
        return answer;
    s->unwanted = true;
    return SINK_STOP;
}

static enum sink_answer sink_type_write(struct sink *sink, const char *p, size_t n)
{
    struct sink_type *s = (struct sink_type *)sink;
    return s->next->write(s->next, p, n);
}

static enum sink_answer sink_type_drain(struct sink *sink, struct errand *e)
{
    struct sink_type *s = (struct sink_type *)sink;
    return s->next->drain(s->next, e);
}

void sink_type_begin(struct sink_type *s, const char *types, struct sink *next)
{
    *s = (struct sink_type){
        .sink = { sink_type_head, sink_type_write, sink_type_drain },
        .next = next,
        .types = types,
    };
}
