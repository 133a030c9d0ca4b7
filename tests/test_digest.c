// SPDX-License-Identifier: MIT
#include "check.h"
#include "store/digest.h"
#include <errno.h>

static const struct {
    enum digest_kind kind;
    const char *of, *text;
} digests[] = {
    { DIGEST_SHA1, "", "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ" },
    { DIGEST_SHA1, "abc", "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5" },
    { DIGEST_SHA256, "",
      "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { DIGEST_SHA256, "abc",
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { DIGEST_MD5, "abc", "md5:900150983cd24fb0d6963f7d28e17f72" },
};

enum { DIGESTS = sizeof digests / sizeof *digests };

static void digests_are_those_of_the_standards(void **state)
{
    (void)state;
    struct digest_sum s = { 0 };
    for (unsigned i = 0; i < DIGESTS; i++) {
        struct digest d, back;
        char text[DIGEST_TEXT_ROOM];
        assert_int_equal(digest_of(&s, digests[i].kind, span_of(digests[i].of), &d), 0);
        assert_int_equal(digest_text(&d, text), strlen(digests[i].text));
        assert_string_equal(text, digests[i].text);
        assert_int_equal(digest_parse(&back, span_of(text)), 0);
        assert_true(digest_equal(&d, &back));
    }
    digest_fini(&s);
}

static void pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    struct digest_sum s = { 0 };
    struct digest whole, pieces;
    char data[1000];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7);
    assert_int_equal(digest_of(&s, DIGEST_SHA1, (struct span){ data, sizeof data }, &whole), 0);
    for (size_t n = 1; n < sizeof data; n += 113) {
        assert_int_equal(digest_begin(&s, DIGEST_SHA1), 0);
        for (size_t at = 0; at < sizeof data; at += n)
            digest_add(&s, (struct span){ data + at, sizeof data - at < n ? sizeof data - at : n });
        assert_int_equal(digest_end(&s, &pieces), 0);
        assert_true(digest_equal(&whole, &pieces));
    }
    digest_fini(&s);
}

static void what_others_write_is_read_in_either_base_and_case(void **state)
{
    (void)state;
    static const char *const same[] = {
        "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5",
        "SHA-1:vgmt4nsha2awvor6evyxqugcnsonbwe5",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89d",
        "Sha1:A9993E364706816ABA3E25717850C26C9CD0D89D",
    };
    struct digest first, other;
    assert_int_equal(digest_parse(&first, span_of(same[0])), 0);
    for (unsigned i = 1; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(digest_parse(&other, span_of(same[i])), 0);
        assert_true(digest_equal(&first, &other));
    }
    // Base32 of 32 bytes has padding.
    assert_int_equal(digest_parse(&other, span_of("sha256:XJ4BNP4PAHH6UQKBIDPF3LRCEOYAGYNDSYLXVHFU"
                                                  "CD7WD4QACWWQ====")),
                     0);
    assert_int_equal(digest_parse(&first, span_of(digests[3].text)), 0);
    assert_true(digest_equal(&first, &other));
}

static void what_is_no_digest_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "sha1",
        "sha1:",
        "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE",
        "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE51",
        "sha1:VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE!",
        "sha256:abc",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89",
        "sha1:a9993e364706816aba3e25717850c26c9cd0d89g",
    };
    struct digest d;
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(digest_parse(&d, span_of(bad[i])), -EINVAL);
    assert_int_equal(digest_parse(&d, span_of("blake3:00")), -EPROTONOSUPPORT);
    assert_int_equal(digest_kind_of(span_of("sha1")), DIGEST_SHA1);
    assert_int_equal(digest_kind_of(span_of("md5")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_standards),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(what_others_write_is_read_in_either_base_and_case),
        cmocka_unit_test(what_is_no_digest_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
