// SPDX-License-Identifier: MIT
#include "cookie/cookie.h"
#include "web/address.h"
#include "web/cookie_date.h"
#include <errno.h>

// Takes what stands before the next `stop` off `rest`, which is then behind it.
static struct span cookie_until(struct span *rest, char stop)
{
    const char *p = rest->n ? memchr(rest->p, stop, rest->n) : NULL;
    struct span before = { rest->p, p ? (size_t)(p - rest->p) : rest->n };
    rest->p += before.n + (p != NULL);
    rest->n -= before.n + (p != NULL);
    return before;
}

static bool cookie_has_control(struct span s)
{
    for (size_t k = 0; k < s.n; k++)
        if (((unsigned char)s.p[k] < ' ' && s.p[k] != '\t') || s.p[k] == 127)
            return true;
    return false;
}

// Seconds from `now` on; what is too far away is as far as can be.
static int cookie_max_age(struct span value, int64_t now, int64_t *expires)
{
    bool negative = value.n > 0 && *value.p == '-';
    int64_t age = 0;
    if (value.n == (size_t)negative)
        return -EINVAL;
    for (size_t k = negative; k < value.n; k++) {
        if (value.p[k] < '0' || value.p[k] > '9')
            return -EINVAL;
        age = age > COOKIE_AGE_MOST ? age : age * 10 + (value.p[k] - '0');
    }
    *expires = negative || age == 0 ? INT64_MIN : now + age;
    return 0;
}

// An attribute; the last of a name counts, and Max-Age before Expires.
static void cookie_attribute(struct cookie_said *c, struct span one, int64_t now, bool *has_age)
{
    struct span rest = one, name = span_trim(cookie_until(&rest, '=')), value = span_trim(rest);
    int64_t expires;
    if (value.n > COOKIE_ATTRIBUTE_MOST)
        return;
    if (span_is_any_case(name, "expires") && !*has_age && cookie_date_parse(value, &expires) == 0) {
        c->has_expiry = true;
        c->expires = expires;
    } else if (span_is_any_case(name, "max-age") && cookie_max_age(value, now, &expires) == 0) {
        c->has_expiry = *has_age = true;
        c->expires = expires;
    } else if (span_is_any_case(name, "domain")) {
        if (value.n > 0 && *value.p == '.')
            value = (struct span){ value.p + 1, value.n - 1 };
        c->domain = value.n > 0 ? value : (struct span){ NULL, 0 };
    } else if (span_is_any_case(name, "path")) {
        c->path = value.n > 0 && *value.p == '/' ? value : (struct span){ NULL, 0 };
    } else if (span_is_any_case(name, "secure")) {
        c->secure = true;
    } else if (span_is_any_case(name, "httponly")) {
        c->http_only = true;
    }
}

static bool cookie_has_tab(struct span s)
{
    return s.n > 0 && memchr(s.p, '\t', s.n);
}

int cookie_parse(struct cookie_said *out, struct span text, int64_t now)
{
    struct cookie_said c = { .secure = false };
    struct span rest = text, pair = cookie_until(&rest, ';');
    bool has_age = false;
    if (text.n == 0 || !memchr(pair.p, '=', pair.n) || cookie_has_control(text))
        return -EINVAL;
    c.name = span_trim(cookie_until(&pair, '='));
    c.value = span_trim(pair);
    if (c.name.n == 0 || c.name.n + c.value.n > COOKIE_PAIR_MOST)
        return -EINVAL;
    while (rest.n > 0)
        cookie_attribute(&c, cookie_until(&rest, ';'), now, &has_age);
    // As curl has it: a cookie file has tabs between its fields.
    if (cookie_has_tab(c.name) || cookie_has_tab(c.value) || cookie_has_tab(c.path))
        return -EINVAL;
    if (c.has_expiry && c.expires > now + COOKIE_AGE_MOST)
        c.expires = now + COOKIE_AGE_MOST;
    *out = c;
    return 0;
}

struct span cookie_default_path(struct span url_path)
{
    const char *slash = url_path.n ? memrchr(url_path.p, '/', url_path.n) : NULL;
    if (!slash || slash == url_path.p || *url_path.p != '/')
        return span_of("/");
    return (struct span){ url_path.p, (size_t)(slash - url_path.p) };
}

bool cookie_domain_matches(struct span host, struct span domain)
{
    struct address literal;
    if (span_equal(host, domain))
        return true;
    if (host.n <= domain.n || host.p[host.n - domain.n - 1] != '.' ||
        memcmp(host.p + host.n - domain.n, domain.p, domain.n) != 0)
        return false;
    return *host.p != '[' && address_parse(&literal, host) < 0;
}

bool cookie_path_matches(struct span url_path, struct span path)
{
    if (url_path.n < path.n || memcmp(url_path.p, path.p, path.n) != 0)
        return false;
    return url_path.n == path.n || path.p[path.n - 1] == '/' || url_path.p[path.n] == '/';
}
