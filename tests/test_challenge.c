// SPDX-License-Identifier: MIT
#include "check.h"
#include "frontier/challenge.h"
#include <errno.h>
#include <stdio.h>

static const struct challenge_answer asked = {
    .credentials = { "Mufasa:Circle of Life", 21 },
    .method = { "GET", 3 },
    .target = { "/dir/index.html", 15 },
    .nonce = { "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", 44 },
};

static struct challenge *made(const char *text)
{
    struct challenge *c;
    assert_int_equal(challenge_new(&c, span_of(text)), 0);
    return c;
}

static void shows(struct challenge *c, const struct challenge_answer *a, const char *part)
{
    struct buffer out = { 0 };
    assert_int_equal(challenge_answer(c, a, &out), 0);
    if (!strstr(buffer_string(&out), part))
        fail_msg("%s has no %s", out.p, part);
    buffer_fini(&out);
}

// RFC 7616 §3.9.1.
static void the_examples_of_the_standard_agree(void **state)
{
    (void)state;
    static const char rest[] = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", "
                               "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
                               "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
    char text[512];
    snprintf(text, sizeof text, "Digest %s, algorithm=SHA-256", rest);
    struct challenge *c = made(text);
    shows(c, &asked,
          "response=\"753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1\"");
    shows(c, &asked, "nc=00000002");
    challenge_free(c);
    snprintf(text, sizeof text, "Digest algorithm=MD5, %s", rest);
    c = made(text);
    shows(c, &asked,
          "Authorization: Digest username=\"Mufasa\", realm=\"http-auth@example.org\", "
          "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", uri=\"/dir/index.html\", "
          "response=\"8ca523f5e9506fed4657c9700eebdbec\", algorithm=MD5, "
          "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\", qop=auth, nc=00000001, "
          "cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\"");
    challenge_free(c);
}

// RFC 2069, as corrected: neither qop nor counts.
static void an_old_server_gets_what_it_knows(void **state)
{
    (void)state;
    struct challenge *c = made("Digest realm=\"testrealm@host.com\", "
                               "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"");
    struct buffer out = { 0 };
    struct challenge_answer a = asked;
    a.credentials = span_of("Mufasa:CircleOfLife");
    assert_int_equal(challenge_answer(c, &a, &out), 0);
    assert_non_null(strstr(buffer_string(&out), "response=\"1949323746fe6a43ef61f9606e7febea\""));
    assert_null(strstr(out.p, "qop"));
    assert_null(strstr(out.p, "algorithm"));
    buffer_fini(&out);
    challenge_free(c);
}

static void the_first_that_can_be_answered_is(void **state)
{
    (void)state;
    struct challenge *c;
    static const char *const none[] = { "",
                                        "Basic realm=\"x\"",
                                        "Digest",
                                        "Digest realm=\"x\"",
                                        "Digest nonce=a, qop=auth-int",
                                        "Digest nonce=a, algorithm=SHA-1",
                                        "Negotiate abc==",
                                        ",,, =",
                                        "=\"\"=\"" };
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        assert_int_equal(challenge_new(&c, span_of(none[k])), -ENOENT);
    c = made("Negotiate abc==, Basic realm=\"Digest nonce=z\", Digest nonce=\"a\", algorithm=nope, "
             "digest realm=\"q\\\"q\", nonce=b, stale=TRUE, Bearer nonce=c");
    assert_true(challenge_is_stale(c));
    shows(c, &asked, "realm=\"q\\\"q\", nonce=\"b\"");
    challenge_free(c);
}

static void what_is_too_long_is_not_answered(void **state)
{
    (void)state;
    struct buffer text = { 0 };
    struct challenge *c;
    buffer_add_string(&text, "Digest nonce=\"");
    for (int k = 0; k < 5000; k++)
        buffer_add_byte(&text, 'n');
    buffer_add_byte(&text, '"');
    assert_int_equal(challenge_new(&c, buffer_span(&text)), -ENOENT);
    buffer_fini(&text);
}

static void any_bytes_are_read(void **state)
{
    (void)state;
    static const char set[] = "Digest nonce=a,\"\\ \t=qop";
    uint64_t x = 88172645463325252U;
    for (int round = 0; round < 50000; round++) {
        char text[64];
        size_t n = (size_t)round % sizeof text;
        for (size_t k = 0; k < n; k++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            text[k] = set[x % (sizeof set - 1)];
        }
        struct challenge *c = NULL;
        int r = challenge_new(&c, (struct span){ text, n });
        assert_true(r == 0 || r == -ENOENT);
        if (r == 0)
            challenge_free(c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_agree),
        cmocka_unit_test(an_old_server_gets_what_it_knows),
        cmocka_unit_test(the_first_that_can_be_answered_is),
        cmocka_unit_test(what_is_too_long_is_not_answered),
        cmocka_unit_test(any_bytes_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
