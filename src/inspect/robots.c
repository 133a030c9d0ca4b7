// SPDX-License-Identifier: MIT
#include "inspect/robots.h"
#include "store/json.h"
#include "sys/clock.h"
#include "sys/log.h"
#include "web/robots.h"
#include <errno.h>

// One file as one agent reads it, and what its verdicts take.
struct reading {
    struct buffer rules, sitemaps, path, scratch;
};

static void fini(struct reading *r)
{
    buffer_fini(&r->rules);
    buffer_fini(&r->sitemaps);
    buffer_fini(&r->path);
    buffer_fini(&r->scratch);
}

static int compile(struct reading *r, struct span text, struct span agent)
{
    struct robots *reading;
    int e = robots_new(&reading, robots_token(agent));
    if (e < 0)
        return e;
    e = robots_feed(reading, text);
    if (e >= 0)
        e = robots_compile(reading, &r->rules, &r->sitemaps);
    robots_free(reading);
    return e;
}

static const struct robots_rules *rules(const struct reading *r)
{
    return (const void *)r->rules.p;
}

// Path and query of a URL as its text has them: here the question is taken literally, while a run
// asks about URLs in normal form only. Errors: -ENOMEM.
static int take_path(struct buffer *out, struct span url)
{
    const char *hash = url.n ? memchr(url.p, '#', url.n) : NULL;
    if (hash)
        url.n = (size_t)(hash - url.p);
    const char *scheme = url.n ? memmem(url.p, url.n, "://", 3) : NULL;
    const char *slash = url.n ? memchr(url.p, '/', url.n) : NULL;
    size_t at = scheme && scheme < slash ? (size_t)(scheme - url.p) + 3 : 0;
    while (at < url.n && url.p[at] != '/' && url.p[at] != '?')
        at++;
    buffer_clear(out);
    if (at == url.n || url.p[at] == '?')
        buffer_add_byte(out, '/');
    buffer_add(out, url.p + at, url.n - at);
    return out->failed ? -ENOMEM : 0;
}

static int judge(struct reading *r, struct span url, struct robots_verdict *out)
{
    int e = take_path(&r->path, url);
    return e < 0 ? e : robots_match(rules(r), buffer_span(&r->path), &r->scratch, out);
}

static void answer_verdict(struct buffer *out, const struct robots_verdict *v)
{
    json_object_open(out);
    json_key(out, "allowed");
    json_bool(out, v->allowed);
    json_key(out, "line");
    if (v->line)
        json_uint(out, v->line);
    else
        json_none(out);
    json_object_close(out);
}

static void answer(struct buffer *out, const json_t *object)
{
    struct reading r = { 0 };
    struct buffer room = { 0 };
    struct robots_verdict verdict;
    struct span text, agent = inspect_answer_member(object, "agent");
    struct span url = inspect_answer_member(object, "url");
    int e = inspect_answer_bytes(object, "robots", &room, &text);
    if (e == 0 && agent.p && url.p) {
        e = compile(&r, text, agent);
        if (e == 0)
            e = judge(&r, url, &verdict);
        if (e == 0)
            answer_verdict(out, &verdict);
        out->failed = out->failed || e < 0;
    } else if (e == -EINVAL) {
        inspect_answer_error(out, "bad-input", "\"robots_b64\" is no base64");
    } else {
        inspect_answer_error(out, "bad-input",
                             "write {\"robots\": TEXT, \"agent\": NAME, \"url\": URL}, or "
                             "\"robots_b64\" for \"robots\"");
    }
    buffer_fini(&room);
    fini(&r);
}

// The text of a line, by its number.
static struct span line_of(struct span text, uint32_t number)
{
    size_t at = 0, end;
    for (;;) {
        for (end = at; end < text.n && text.p[end] != '\n' && text.p[end] != '\r'; end++)
            ;
        if (--number == 0 || end == text.n)
            return (struct span){ text.p + at, end - at };
        at = end + (text.p[end] == '\r' && end + 1 < text.n && text.p[end + 1] == '\n' ? 2 : 1);
    }
}

static int show_url(struct buffer *out, struct reading *r, struct span text, struct span url)
{
    struct robots_verdict v;
    int e = judge(r, url, &v);
    if (e < 0)
        return e;
    buffer_add_string(out, v.allowed ? "allowed     " : "disallowed  ");
    inspect_answer_shown(out, url);
    if (v.line) {
        buffer_add_format(out, "\n            line %u: ", v.line);
        inspect_answer_shown(out, line_of(text, v.line));
    }
    buffer_add_byte(out, '\n');
    return !v.allowed;
}

static void show_rest(struct buffer *out, const struct reading *r)
{
    int64_t delay = robots_delay(rules(r));
    if (delay >= 0)
        buffer_add_format(out, "delay       %.10g s\n", (double)delay / (double)CLOCK_S);
    for (size_t at = 0; at < r->sitemaps.n; at += strlen(r->sitemaps.p + at) + 1) {
        buffer_add_string(out, "sitemap     ");
        inspect_answer_shown(out, span_of(r->sitemaps.p + at));
        buffer_add_byte(out, '\n');
    }
}

static int show(struct buffer *out, const struct inspect_question *q)
{
    struct reading r = { 0 };
    struct buffer text = { 0 };
    int wrong = 0;
    if (!q->operands[0]) {
        log_error("inspect robots: give a robots.txt (- is standard input) and URLs or paths");
        return -EINVAL;
    }
    int e = inspect_answer_file(q->operands[0], ROBOTS_MOST, &text);
    if (e < 0)
        e = e == -ENOMEM ? e : -EINVAL;
    else
        e = compile(&r, buffer_span(&text), span_of(q->agent));
    for (const char *const *url = q->operands + 1; e >= 0 && *url; url++) {
        e = show_url(out, &r, buffer_span(&text), span_of(*url));
        wrong |= e > 0;
    }
    if (e >= 0)
        show_rest(out, &r);
    buffer_fini(&text);
    fini(&r);
    return e < 0 ? e : wrong;
}

const struct inspect_kind inspect_robots = { "robots", answer, show };
