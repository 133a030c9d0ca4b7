// SPDX-License-Identifier: MIT
#include "frontier/item.h"
#include "data/map.h"
#include "frontier/host.h"
#include "store/json.h"
#include <errno.h>
#include <stdlib.h>

// A line such as "http:/user:pw@host" is a URL too, so every form that the parser would take is
// looked for: the authority begins behind the scheme's slashes (and the tabs and line ends that the
// parser takes out) and ends at a slash, '?', '#' or the end.
void item_archived(struct item *i, struct span file, uint64_t offset)
{
    size_t before = i->archived.n;
    json_object_open(&i->archived);
    json_key(&i->archived, "file");
    json_text(&i->archived, file);
    json_key(&i->archived, "offset");
    json_uint(&i->archived, offset);
    json_object_close(&i->archived);
    if (i->archived.failed) {
        i->archived.failed = false;
        i->archived.n = before;
    }
}

void item_redact(struct span text, struct buffer *out)
{
    size_t start = 0, end;
    const char *colon = memchr(text.p, ':', text.n);
    if (colon)
        start = (size_t)(colon - text.p) + 1;
    while (start < text.n && text.p[start] && strchr("/\\\t\n\r", text.p[start]))
        start++;
    size_t at = 0;
    for (end = start; end < text.n && (!text.p[end] || !strchr("/\\?#", text.p[end])); end++)
        if (text.p[end] == '@')
            at = end + 1;
    if (at == 0) {
        buffer_add(out, text.p, text.n);
        return;
    }
    buffer_add(out, text.p, start);
    buffer_add(out, text.p + at, text.n - at);
}

static int keep_given(struct item *i, struct span text)
{
    if (span_equal(text, url_href(&i->url)))
        return 0;
    struct buffer safe = { 0 };
    if (i->credentials)
        item_redact(text, &safe);
    else
        buffer_add(&safe, text.p, text.n);
    if (safe.failed || safe.n == 0) {
        buffer_fini(&safe);
        return -ENOMEM;
    }
    i->given = safe.p;
    i->given_length = (uint32_t)safe.n;
    return 0;
}

// Takes user name and password out of the URL: they go into a header, and nowhere else.
static int take_credentials(struct item *i)
{
    if (!url_has_userinfo(&i->url))
        return 0;
    struct buffer pair = { 0 };
    url_username_decoded(&i->url, &pair);
    buffer_add_byte(&pair, ':');
    url_password_decoded(&i->url, &pair);
    if (!buffer_string(&pair)) {
        buffer_fini(&pair);
        return -ENOMEM;
    }
    i->credentials = pair.p;
    return 0;
}

int item_new(struct item **out, struct span text, uint64_t line, enum url_error *why)
{
    struct item *i = calloc(1, sizeof *i);
    if (!i)
        return -ENOMEM;
    list_init(&i->node);
    list_init(&i->changed);
    i->line = line;
    int r = url_parse(&i->url, text, NULL, why);
    if (r == 0)
        r = take_credentials(i);
    if (r == 0) {
        url_strip(&i->url);
        r = keep_given(i, text);
    }
    if (r < 0) {
        item_free(i);
        return r;
    }
    i->https = i->url.https;
    i->origin = host_place_hash(&i->url);
    i->home = map_hash(host_key(&i->url));
    *out = i;
    return 0;
}

int item_keep_members(struct item *i, struct span members, size_t *held)
{
    struct item_more *more = malloc(sizeof *more + members.n);
    if (!more)
        return -ENOMEM;
    more->held = held;
    more->n = members.n;
    memcpy(more->text, members.p, members.n);
    *held += members.n;
    i->more = more;
    return 0;
}

int item_keep_known(struct item *i, struct span known)
{
    struct item_known *k = known.p ? malloc(sizeof *k + known.n) : NULL;
    free(i->known);
    i->known = k;
    if (!k)
        return known.p ? -ENOMEM : 0;
    k->n = known.n;
    memcpy(k->bytes, known.p, known.n);
    return 0;
}

static void forget_members(struct item *i)
{
    if (!i->more)
        return;
    *i->more->held -= i->more->n;
    free(i->more);
}

void item_free(struct item *i)
{
    if (!i)
        return;
    forget_members(i);
    url_fini(&i->url);
    buffer_fini(&i->trail);
    buffer_fini(&i->archived);
    free(i->given);
    free(i->credentials);
    free(i->via);
    free(i->known);
    free(i);
}

struct span item_given(const struct item *i)
{
    return i->given ? (struct span){ i->given, i->given_length } : url_href(&i->url);
}

int item_redirect(struct item *i, int status, struct url *target)
{
    if (!i->given) { // the first hop's href is about to go, and the record needs it
        size_t n = i->url.length;
        char *copy = malloc(n + 1);
        if (!copy)
            return -ENOMEM;
        memcpy(copy, i->url.href, n + 1);
        i->given = copy;
        i->given_length = (uint32_t)n;
    }
    size_t before = i->trail.n;
    json_object_open(&i->trail);
    json_key(&i->trail, "url");
    json_text(&i->trail, url_href(&i->url));
    json_key(&i->trail, "status");
    json_int(&i->trail, status);
    json_object_close(&i->trail);
    if (i->trail.failed) {
        i->trail.failed = false;
        i->trail.n = before;
        return -ENOMEM;
    }
    url_fini(&i->url);
    i->url = *target;
    *target = (struct url){ 0 };
    item_keep_known(i, (struct span){ NULL, 0 }); // that was of another page
    i->redirects++;
    i->tries = 0;
    i->challenges = 0;
    return 0;
}
