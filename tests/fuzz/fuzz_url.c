// SPDX-License-Identifier: MIT
// URL, or BASE newline URL: what was parsed reads back as itself, and so does its canonical form.
#include "fuzz.h"
#include "web/file_path.h"
#include "web/url.h"
#include "web/url_canonical.h"

static void look_at(const struct url *u)
{
    struct url again;
    enum url_error why;
    struct buffer path = { 0 };
    FUZZ_MUST(u->username <= u->username_end && u->username_end <= u->host);
    FUZZ_MUST(u->host <= u->host_end && u->host_end <= u->path && u->path <= u->query);
    FUZZ_MUST(u->query <= u->fragment && u->fragment <= u->length);
    FUZZ_MUST(u->href[u->length] == '\0' && strlen(u->href) == u->length);
    FUZZ_MUST(url_parse(&again, url_href(u), NULL, &why) == 0);
    FUZZ_MUST(again.length == u->length && memcmp(again.href, u->href, u->length) == 0);
    FUZZ_MUST(again.port == u->port && again.https == u->https && again.path == u->path);
    file_path_make(&path, &again);
    FUZZ_MUST(!memmem(path.p, path.n, "/../", 4) && (path.n < 3 || memcmp(path.p, "../", 3)));
    buffer_fini(&path);
    url_fini(&again);
}

// What is canonical stays as it is.
static void look_at_canonical(struct url *u)
{
    struct url again;
    enum url_error why;
    url_canonical(u);
    look_at(u);
    FUZZ_MUST(u->username == u->username_end && u->fragment == u->length);
    FUZZ_MUST(url_parse(&again, url_href(u), NULL, &why) == 0);
    url_canonical(&again);
    FUZZ_MUST(again.length == u->length && memcmp(again.href, u->href, u->length) == 0);
    url_fini(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size), first = fuzz_cut(&rest, '\n');
    struct url base, u;
    enum url_error why;
    if (url_parse(&base, first, NULL, &why) < 0)
        return 0;
    look_at(&base);
    if (url_parse(&u, rest, &base, &why) == 0) {
        look_at(&u);
        url_strip(&u);
        look_at(&u);
        look_at_canonical(&u);
        url_fini(&u);
    }
    url_fini(&base);
    return 0;
}
