// SPDX-License-Identifier: MIT
#include "cmd/inspect_url.h"
#include "cmd/command.h"
#include "cmd/filter.h"
#include "store/json.h"
#include "sys/log.h"
#include "web/url.h"
#include <errno.h>
#include <jansson.h>
#include <unistd.h>

enum { URL_SHOWN = 400 }; // bytes of an input that is repeated

static void add_part(struct buffer *out, const char *name, struct span value)
{
    if (value.n == 0)
        return;
    buffer_add_format(out, "%-9s ", name);
    buffer_add(out, value.p, value.n);
    buffer_add_byte(out, '\n');
}

// The parts of a URL, those that it has, one a line. An href has nothing that a terminal would act
// upon.
static void add_parts(struct buffer *out, const struct url *u)
{
    add_part(out, "href", url_href(u));
    add_part(out, "scheme", span_of(u->https ? "https" : "http"));
    add_part(out, "username", url_username(u));
    add_part(out, "password", url_password(u));
    add_part(out, "host", url_host(u));
    if (u->address.family)
        buffer_add_format(out, "%-9s IPv%d, %s\n", "address", u->address.family,
                          address_kind_name(address_classify(u->address.family, u->address.bytes)));
    buffer_add_format(out, "%-9s %u\n", "port", u->port);
    add_part(out, "path", url_path(u));
    add_part(out, "query", url_query(u));
    add_part(out, "fragment", url_fragment(u));
}

// Reads one input for a person. An empty line stands between two. `arg` counts those that are no
// URL.
static void show_line(struct buffer *out, struct span line, void *arg)
{
    unsigned *wrong = arg;
    char shown[URL_SHOWN];
    struct url u;
    enum url_error why = URL_TOO_LONG;
    int r = line.p ? url_parse(&u, line, NULL, &why) : -E2BIG;
    if (r < 0) {
        ++*wrong;
        log_escape(shown, sizeof shown, line.p ? line.p : "", line.n);
        buffer_add_format(out, "input     %s\nerror     %s\n\n", shown, url_error_text(why));
        out->failed = out->failed || r == -ENOMEM;
        return;
    }
    add_parts(out, &u);
    buffer_add_byte(out, '\n');
    url_fini(&u);
}

static void answer_error(struct buffer *out, const char *word, const char *sentence)
{
    json_object_open(out);
    json_key(out, "error");
    json_text(out, span_of(word));
    json_key(out, "errormsg");
    json_text(out, span_of(sentence));
    json_object_close(out);
}

static void answer_url_error(struct buffer *out, int r, enum url_error why)
{
    out->failed = out->failed || r == -ENOMEM;
    answer_error(out, r == -EPROTONOSUPPORT ? "blocked-scheme" : "bad-url", url_error_text(why));
}

static void answer_url(struct buffer *out, struct span input, const struct url *base)
{
    struct url u;
    enum url_error why;
    int r = url_parse(&u, input, base, &why);
    if (r < 0) {
        answer_url_error(out, r, why);
        return;
    }
    json_object_open(out);
    json_key(out, "href");
    json_text(out, url_href(&u));
    json_object_close(out);
    url_fini(&u);
}

static struct span string_member(const json_t *object, const char *key)
{
    const json_t *s = json_object_get(object, key);
    return (struct span){ json_string_value(s), json_string_length(s) };
}

static void answer_object(struct buffer *out, const json_t *object)
{
    const json_t *base = json_object_get(object, "base");
    struct span input = string_member(object, "input");
    struct url u = { 0 };
    enum url_error why;
    if (!input.p) {
        answer_error(out, "bad-input", "there is no \"input\": write {\"input\": \"URL\"}");
        return;
    }
    if (!base || json_is_null(base)) {
        answer_url(out, input, NULL);
        return;
    }
    if (!json_is_string(base)) {
        answer_error(out, "bad-input", "\"base\" is no string");
        return;
    }
    int r = url_parse(&u, string_member(object, "base"), NULL, &why);
    if (r < 0)
        answer_url_error(out, r, why);
    else
        answer_url(out, input, &u);
    url_fini(&u);
}

// One JSON line for each, whatever it is.
static void answer_line(struct buffer *out, struct span line, void *arg)
{
    json_error_t error;
    json_t *object = line.p ? json_loadb(line.p, line.n, JSON_ALLOW_NUL, &error) : NULL;
    (void)arg;
    if (object)
        answer_object(out, object);
    else
        answer_error(out, "bad-input", line.p ? error.text : "the line is too long");
    json_newline(out);
    json_decref(object);
}

static int show_operands(const char *const *operands, unsigned *wrong)
{
    struct buffer out = { 0 };
    for (; *operands; operands++)
        show_line(&out, span_of(*operands), wrong);
    int status = command_write(&out);
    buffer_fini(&out);
    return status;
}

int inspect_url(struct arguments *a, const char *const *operands)
{
    unsigned wrong = 0;
    int status;
    if (a->json && *operands) {
        log_error("--json reads standard input: leave '%s' out", *operands);
        return STATUS_USAGE;
    }
    if (!*operands && isatty(STDIN_FILENO)) {
        log_error("inspect url: give URLs, or a list on standard input");
        return STATUS_USAGE;
    }
    if (a->json)
        return filter_run(answer_line, NULL);
    status = *operands ? show_operands(operands, &wrong) : filter_run(show_line, &wrong);
    return status == STATUS_OK && wrong ? STATUS_FAILED_URLS : status;
}
