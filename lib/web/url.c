// SPDX-License-Identifier: MIT
#include "web/url.h"
#include "web/percent.h"
#include "web/url_build.h"
#include "web/url_fast.h"
#include <errno.h>
#include <stdlib.h>

static struct span url_trim(struct span s)
{
    while (s.n && (unsigned char)*s.p <= ' ') {
        s.p++;
        s.n--;
    }
    while (s.n && (unsigned char)s.p[s.n - 1] <= ' ')
        s.n--;
    return s;
}

static bool url_is_layout(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

// Tabs and newlines anywhere in an input are as if they were not there.
static bool url_has_layout(struct span s)
{
    bool has = false;
    for (size_t i = 0; i < s.n; i++)
        has |= url_is_layout(s.p[i]); // to the end, so that it is done many at a time
    return has;
}

static int url_build_without_layout(struct url *out, struct span input, const struct url *base,
                                    enum url_error *why)
{
    char *clean = malloc(input.n);
    if (!clean)
        return -ENOMEM;
    size_t n = 0;
    for (size_t i = 0; i < input.n; i++)
        if (!url_is_layout(input.p[i]))
            clean[n++] = input.p[i];
    int rc = url_build(out, (struct span){ clean, n }, base, why);
    free(clean);
    return rc;
}

int url_parse(struct url *out, struct span input, const struct url *base, enum url_error *why)
{
    enum url_error ignored;
    why = why ? why : &ignored;
    input = url_trim(input.p ? input : span_of(""));
    if (input.n > URL_MAX) {
        *why = URL_TOO_LONG;
        return -E2BIG;
    }
    *why = URL_FINE;
    int rc = url_fast(out, input);
    if (rc == 1)
        return 0;
    *why = URL_NO_MEMORY;
    if (rc < 0)
        return rc;
    if (url_has_layout(input))
        return url_build_without_layout(out, input, base, why);
    return url_build(out, input, base, why);
}

const char *url_error_text(enum url_error why)
{
    static const char *const texts[] = {
        [URL_FINE] = "nothing is wrong with this URL",
        [URL_TOO_LONG] = "longer than 65,535 bytes: shorten it",
        [URL_RELATIVE] = "not an absolute URL: write http:// or https:// in front",
        [URL_OTHER_SCHEME] = "only http and https are fetched (a host with a port needs http:// "
                             "or https:// in front)",
        [URL_NO_HOST] = "no host: write it after http:// or https://",
        [URL_BAD_HOST] = "the host has a character that no host may have: remove it",
        [URL_BAD_PERCENT] = "the percent escapes in the host are not UTF-8: write the host's "
                            "letters themselves",
        [URL_BAD_IDNA] = "the host has characters, or an xn-- label, that internationalized names "
                         "may not have: check its spelling",
        [URL_BAD_IPV4] = "the host ends in a number but is no IPv4 address: write four numbers "
                         "from 0 to 255",
        [URL_BAD_IPV6] = "no valid IPv6 address in brackets: write it like [2001:db8::1], "
                         "without a zone",
        [URL_BAD_PORT] = "the port is no number from 0 to 65535: correct it, or leave it out",
        [URL_NO_MEMORY] = "out of memory",
    };
    return texts[why];
}

void url_fini(struct url *u)
{
    if (!u)
        return;
    free(u->href);
    *u = (struct url){ 0 };
}

int url_copy(struct url *out, const struct url *u)
{
    char *href = malloc(u->length + 1u);
    if (!href)
        return -ENOMEM;
    memcpy(href, u->href, u->length + 1u);
    *out = *u;
    out->href = href;
    return 0;
}

void url_strip(struct url *u)
{
    uint16_t cut = (uint16_t)(u->host - u->username);
    memmove(u->href + u->username, u->href + u->host, (size_t)(u->fragment - u->host));
    u->username_end = u->host = u->username;
    u->host_end = (uint16_t)(u->host_end - cut);
    u->path = (uint16_t)(u->path - cut);
    u->query = (uint16_t)(u->query - cut);
    u->fragment = u->length = (uint16_t)(u->fragment - cut);
    u->href[u->length] = '\0';
}

void url_request_form(const struct url *u, struct buffer *out)
{
    buffer_add(out, u->href, u->username);
    buffer_add(out, u->href + u->host, (size_t)(u->fragment - u->host));
}

void url_username_decoded(const struct url *u, struct buffer *out)
{
    percent_decode(out, url_username(u));
}

void url_password_decoded(const struct url *u, struct buffer *out)
{
    percent_decode(out, url_password(u));
}

void url_origin(const struct url *u, struct buffer *out)
{
    buffer_add(out, u->href, u->username);
    buffer_add(out, u->href + u->host, (size_t)(u->path - u->host));
}

bool url_same_origin(const struct url *a, const struct url *b)
{
    return a->https == b->https && a->port == b->port && span_equal(url_host(a), url_host(b));
}
