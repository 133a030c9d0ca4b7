// SPDX-License-Identifier: MIT
// Set-Cookie lines of several hosts, and a cookie file: what is sent back has no line end in it.
#include "cookie/jar.h"
#include "fuzz.h"
#include "web/domain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { NOW = 1700000000 };
    static const char *const places[] = { "http://www.host.test/a/b", "https://host.test/",
                                          "http://127.0.0.1/", "https://a.co.uk/x" };
    struct span rest = fuzz_all(data, size);
    struct jar *jar;
    unsigned wrong = 0, at = 0;
    struct buffer out = { 0 };
    FUZZ_MUST(jar_new(&jar, NULL) == 0);
    jar_read(jar, rest, NOW, &wrong);
    while (rest.n) {
        struct span line = fuzz_cut(&rest, '\n');
        struct url u;
        enum url_error why;
        FUZZ_MUST(url_parse(&u, span_of(places[at++ % 4]), NULL, &why) == 0);
        jar_set(jar, &u, line, NOW);
        buffer_clear(&out);
        jar_cookies(jar, &u, NOW, &out);
        FUZZ_MUST(out.n == 0 || (!memchr(out.p, '\n', out.n) && !memchr(out.p, '\r', out.n)));
        FUZZ_MUST(out.n == 0 || !memchr(out.p, '\0', out.n));
        url_fini(&u);
    }
    unsigned count = jar_count(jar);
    buffer_clear(&out);
    jar_write(jar, NOW, &out);
    jar_free(jar);
    FUZZ_MUST(jar_new(&jar, NULL) == 0);
    wrong = 0;
    jar_read(jar, buffer_span(&out), NOW, &wrong);
    FUZZ_MUST(wrong == 0 && jar_count(jar) <= count);
    jar_free(jar);
    buffer_fini(&out);
    return 0;
}
