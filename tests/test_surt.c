// SPDX-License-Identifier: MIT
#include "check.h"
#include "store/surt.h"

static const char *const surts[][2] = {
    { "http://example.org/", "org,example)/" },
    { "https://www.Example.org:443/A/b/?z=1&B=2#x", "org,example)/a/b?b=2&z=1" },
    { "http://example.org", "org,example)/" },
    { "http://www2.example.org/", "org,example)/" },
    { "http://www.org/", "org)/" },
    { "http://www./", ",www)/" },
    { "http://www2foo.com/", "com,www2foo)/" },
    { "http://example.org:8080/x", "org,example:8080)/x" },
    { "https://example.org:80/x", "org,example:80)/x" },
    { "http://user:pass@example.org/x", "org,example)/x" },
    { "http://192.0.2.1/x", "1,2,0,192)/x" },
    { "http://[2001:db8::1]/x", "[2001:db8::1])/x" },
    { "http://[2001:db8::1]:81/x", "[2001:db8::1]:81)/x" },
    { "http://archive.org/goo/", "org,archive)/goo" },
    { "http://archive.org/goo/?", "org,archive)/goo" },
    { "http://archive.org/goo/?b&a", "org,archive)/goo?a&b" },
    { "http://archive.org/goo/?a=2&b&a=1", "org,archive)/goo?a=1&a=2&b" },
    { "http://archive.org/goo/?a=&a", "org,archive)/goo?a&a=" },
    { "http://archive.org//goo///x", "org,archive)/goo/x" },
    { "http://archive.org/%257Ea%2541", "org,archive)/~aa" },
    { "http://archive.org/a%20b%23", "org,archive)/a%20b%23" },
    { "http://archive.org/\xc3\xa4", "org,archive)/%c3%a4" },
    { "http://archive.org/100%", "org,archive)/100%25" },
    { "http://archive.org/index.php?PHPSESSID=0123456789abcdefghijklemopqrstuv&action=profile",
      "org,archive)/index.php?action=profile" },
    { "http://archive.org/index.html?phpsessid=0123456789abcdefghijklemopqrstu",
      "org,archive)/index.html?phpsessid=0123456789abcdefghijklemopqrstu" },
    { "http://archive.org/x?sid=9682993c8daa2c5497996114facdc805&y=1", "org,archive)/x?y=1" },
    { "http://archive.org/x?y=1&jsessionid=0123456789abcdefghijklemopqrstuv",
      "org,archive)/x?&y=1" },
    { "http://archive.org/x?ASPSESSIONIDAQBSDSRT=EOHBLBDDPFCLHKPGGKLILNAM&a", "org,archive)/x?a" },
    { "http://archive.org/x?CFID=1169580&CFTOKEN=48630702&a=1", "org,archive)/x?a=1" },
    { "http://archive.org/(S(4hqa0555fwsecu455xqckv45))/mileg.aspx", "org,archive)/mileg.aspx" },
    { "http://archive.org/(4hqa0555fwsecu455xqckv45)/mileg.aspx", "org,archive)/mileg.aspx" },
    { "http://archive.org/(a(4hqa0555fwsecu455xqckv45)S(4hqa0555fwsecu455xqckv45))/m.aspx?p=1",
      "org,archive)/m.aspx?p=1" },
    { "http://archive.org/(4hqa0555fwsecu455xqckv45)/page.html",
      "org,archive)/(4hqa0555fwsecu455xqckv45)/page.html" },
    { "http://archive.org/photos/36050182@N05/", "org,archive)/photos/36050182@n05" },
    { "urn:x y", "urn:x%20y" },
    { "", "" },
};

static void keys_are_those_that_others_look_up_by(void **state)
{
    (void)state;
    struct buffer out = { 0 };
    for (unsigned i = 0; i < sizeof surts / sizeof *surts; i++) {
        buffer_clear(&out);
        surt_write(&out, span_of(surts[i][0]));
        assert_string_equal(buffer_string(&out), surts[i][1]);
    }
    buffer_fini(&out);
}

// Whatever it is given, a key has no space and no line end.
static void a_key_is_one_word(void **state)
{
    (void)state;
    struct buffer url = { 0 }, out = { 0 };
    unsigned random = 1;
    for (int i = 0; i < 20000; i++) {
        buffer_clear(&url);
        buffer_clear(&out);
        buffer_add_string(&url, i & 1 ? "http://" : "https://h");
        for (int k = i % 60; k > 0; k--) {
            random = random * 1103515245 + 12345;
            static const char letters[] = "a/%?&=(()).:@[]#2 \n\t\x80S1";
            buffer_add_byte(&url, letters[(random >> 16) % (sizeof letters - 1)]);
        }
        surt_write(&out, buffer_span(&url));
        assert_false(out.failed);
        for (size_t k = 0; k < out.n; k++)
            assert_true(out.p[k] > ' ' || i < 0);
    }
    buffer_fini(&url);
    buffer_fini(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_those_that_others_look_up_by),
        cmocka_unit_test(a_key_is_one_word),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
