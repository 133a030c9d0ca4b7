// SPDX-License-Identifier: MIT
#include "check.h"
#include "web/address.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

static struct address of(const char *text)
{
    struct address a = { 0 };
    if (address_parse(&a, span_of(text)) < 0)
        fail_msg("%s is not read", text);
    return a;
}

static void every_special_block_is_known_at_both_ends(void **state)
{
    (void)state;
    static const struct {
        enum address_kind kind;
        const char *in[8], *out[8];
    } blocks[] = {
        { ADDRESS_UNSPECIFIED, { "0.0.0.0", "0.255.255.255", "::" }, { "1.0.0.0" } },
        { ADDRESS_LOOPBACK,
          { "127.0.0.0", "127.0.0.1", "127.255.255.255", "::1" },
          { "126.255.255.255", "128.0.0.0" } },
        { ADDRESS_PRIVATE,
          { "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0",
            "192.168.255.255" },
          { "9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255",
            "192.169.0.0" } },
        { ADDRESS_SHARED,
          { "100.64.0.0", "100.127.255.255" },
          { "100.63.255.255", "100.128.0.0" } },
        { ADDRESS_LINK_LOCAL,
          { "169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::", "febf:ffff::" },
          { "169.253.255.255", "169.255.0.0" } },
        { ADDRESS_UNIQUE_LOCAL, { "fc00::", "fd12:3456::1", "fdff:ffff::" }, { NULL } },
        { ADDRESS_SITE_LOCAL, { "fec0::", "feff::1" }, { NULL } },
        { ADDRESS_MULTICAST,
          { "224.0.0.0", "239.255.255.255", "ff00::", "ff02::1", "ffff::" },
          { "223.255.255.255" } },
        { ADDRESS_BROADCAST, { "255.255.255.255" }, { NULL } },
        { ADDRESS_RESERVED,
          { "240.0.0.0", "255.255.255.254", "4000::", "1fff::", "e000::", "::ffff:0:1.2.3.4" },
          { "2000::", "3ffe::" } },
        { ADDRESS_DOCUMENTATION,
          { "192.0.2.1", "198.51.100.255", "203.0.113.0", "2001:db8::", "3fff:fff::1" },
          { "192.0.3.0", "198.51.101.0", "203.0.112.255",
            "2001:db7::", "2001:db9::", "3ffe::", "3fff:1000::" } },
        { ADDRESS_BENCHMARKING,
          { "198.18.0.0", "198.19.255.255", "2001:2::1" },
          { "198.17.255.255", "198.20.0.0" } },
        { ADDRESS_PROTOCOL,
          { "192.0.0.1", "192.0.0.255", "192.88.99.1", "2001:5::1", "2001:1ff::", "5f00::1",
            "100::1", "64:ff9b:1:2::" },
          { "192.0.0.9", "192.0.0.10", "192.0.1.0", "192.88.98.1", "2001:200::", "2001:1::1",
            "2001:20::1", "2001:4:112::1" } },
        { ADDRESS_PUBLIC,
          { "8.8.8.8", "192.31.196.1", "2606:4700::1111", "2a00::", "2620:4f:8000::1" },
          { NULL } },
    };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        for (size_t j = 0; j < 8 && blocks[i].in[j]; j++) {
            struct address a = of(blocks[i].in[j]);
            enum address_kind kind = address_classify(a.family, a.bytes);
            if (kind != blocks[i].kind)
                fail_msg("%s: got %s, want %s", blocks[i].in[j], address_kind_name(kind),
                         address_kind_name(blocks[i].kind));
            assert_int_equal(address_is_special(&a), kind != ADDRESS_PUBLIC);
        }
        for (size_t j = 0; j < 8 && blocks[i].out[j]; j++) {
            struct address a = of(blocks[i].out[j]);
            if (address_is_special(&a))
                fail_msg("%s: got special, want public", blocks[i].out[j]);
        }
    }
}

static void an_embedded_ipv4_address_decides(void **state)
{
    (void)state;
    static const char *const forms[] = { "::ffff:%s", "::%s", "64:ff9b::%s", "64:ff9b:1::%s" };
    static const char *const quads[] = { "127.0.0.1",  "10.1.2.3", "169.254.169.254", "0.0.0.0",
                                         "100.64.1.1", "8.8.8.8",  "93.184.216.34" };
    for (size_t f = 0; f < 4; f++) {
        for (size_t q = 0; q < sizeof quads / sizeof *quads; q++) {
            char text[64];
            snprintf(text, sizeof text, forms[f], quads[q]);
            struct address six = of(text), four = of(quads[q]);
            if (address_classify(6, six.bytes) != address_classify(4, four.bytes))
                fail_msg("%s is not judged as %s", text, quads[q]);
        }
    }
    static const struct {
        const char *text;
        enum address_kind kind;
    } others[] = {
        { "2002:7f00:1::", ADDRESS_LOOPBACK },                        // 6to4 of 127.0.0.1
        { "2002:c0a8:101::1", ADDRESS_PRIVATE },                      // of 192.168.1.1
        { "2002:808:808::1", ADDRESS_PUBLIC },                        // of 8.8.8.8
        { "2001:0:4136:e378:8000:63bf:80ff:fffe", ADDRESS_LOOPBACK }, // Teredo, client 127.0.0.1
        { "2001:0:4136:e378:8000:63bf:3fff:fdd2", ADDRESS_DOCUMENTATION }, // RFC 4380's own example
        { "2001:0:4136:e378:8000:63bf:f7f7:f7f7", ADDRESS_PUBLIC },        // client 8.8.8.8
        { "2001:0:a00:1:8000:63bf:f7f7:f7f7", ADDRESS_PRIVATE },           // server 10.0.0.1
        { "64:ff9b:1:a00:0:100::", ADDRESS_PROTOCOL },       // RFC 6052 /48 form of 10.0.0.1
        { "64:ff9b:1:a00:0:100:808:808", ADDRESS_PROTOCOL }, // and dressed up as 8.8.8.8
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct address a = of(others[i].text);
        assert_string_equal(address_kind_name(address_classify(6, a.bytes)),
                            address_kind_name(others[i].kind));
    }
}

static void no_address_is_special(void **state)
{
    (void)state;
    struct address none = { 0 };
    char text[ADDRESS_TEXT_ROOM];
    struct sockaddr_storage to;
    assert_true(address_is_special(&none));
    assert_int_equal(address_text(&none, text), 0);
    assert_string_equal(text, "");
    assert_int_equal(address_to_sockaddr(&none, 80, &to), 0);
}

static void text_forms_are_shortest(void **state)
{
    (void)state;
    static const char *const same[] = {
        "0.0.0.0",
        "255.255.255.255",
        "1.20.255.4",
        "::",
        "::1",
        "1::",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "1:0:3:4:5:6:7:8",
        "1::4:5:6:7:8",
        "::3:4:5:6:7:8",
        "1:2:3:4:5:6::",
        "1:0:0:4::8",
        "2001:db8:0:0:1::",
        "::ffff:1.2.3.4",
        "fe80::a:b:c:d",
        "a:b::",
        "0:1::",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct address a = of(same[i]);
        char text[ADDRESS_TEXT_ROOM];
        size_t n = address_text(&a, text);
        if (strcmp(same[i], "2001:db8:0:0:1::") == 0)
            assert_string_equal(text, "2001:db8:0:0:1::"); // three zeros at the end beat two
        else
            assert_string_equal(text, same[i]);
        assert_int_equal(n, strlen(text));
    }
    struct address mapped = of("::ffff:1.2.3.4");
    char text[ADDRESS_TEXT_ROOM];
    address_text_hex(&mapped, text);
    assert_string_equal(text, "::ffff:102:304");
    struct address full = of("ABCD:EF01:2345:6789:abcd:ef01:255.255.255.255");
    assert_int_equal(address_text(&full, text), 39);
    assert_string_equal(text, "abcd:ef01:2345:6789:abcd:ef01:ffff:ffff");
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "1",
        "1.2.3",
        "1.2.3.4.",
        ".1.2.3.4",
        "1.2.3.256",
        "01.2.3.4",
        "1.2.3.4 ",
        " 1.2.3.4",
        "1..2.3",
        "0x1.2.3.4",
        "1.2.3.4.5",
        "1.2.3.99999999999",
        ":",
        ":::",
        "::1::",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "g::",
        "1:",
        ":1",
        "1:2:",
        "[::1]",
        "::1%eth0",
        "::1.2.3",
        "::1.2.3.4.5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "::1.2.3.4:1",
        "::01.2.3.4",
        "fe80::1/64",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct address a = { .family = 9 };
        if (address_parse(&a, span_of(wrong[i])) != -EINVAL)
            fail_msg("\"%s\" is taken for an address", wrong[i]);
        assert_int_equal(a.family, 9);
    }
}

// Whatever libc's own reader takes, ours takes alike, and the other way round.
static void any_text_is_read_as_inet_pton_reads_it(void **state)
{
    (void)state;
    static const char alphabet[] = "0123456789abcdefF:::::..";
    uint32_t seed = 7;
    unsigned good = 0;
    for (unsigned round = 0; round < 300000; round++) {
        char text[24], *exact;
        size_t n = round % 22;
        for (size_t i = 0; i < n; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = round & 1 && i % 2 ? ':' : alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        text[n] = '\0';
        struct address a = { 0 };
        struct in6_addr six;
        struct in_addr four;
        exact = malloc(n + 1);
        assert_non_null(exact);
        memcpy(exact, text, n);
        int rc = address_parse(&a, (struct span){ exact, n });
        free(exact);
        bool is6 = inet_pton(AF_INET6, text, &six) == 1, is4 = inet_pton(AF_INET, text, &four) == 1;
        if ((rc == 0) != (is6 || is4))
            fail_msg("\"%s\": got %d, inet_pton says %d %d", text, rc, is6, is4);
        if (rc < 0)
            continue;
        good++;
        assert_memory_equal(a.bytes, is6 ? (void *)&six : (void *)&four, is6 ? 16 : 4);
        char out[ADDRESS_TEXT_ROOM];
        address_text(&a, out);
        struct address again = of(out);
        assert_true(address_equal(&a, &again));
    }
    assert_in_range(good, 100, 300000);
}

static void socket_addresses_go_there_and_back(void **state)
{
    (void)state;
    static const char *const texts[] = { "192.0.2.7", "2001:db8::7", "::ffff:127.0.0.1" };
    for (size_t i = 0; i < 3; i++) {
        struct address a = of(texts[i]), b;
        struct sockaddr_storage s;
        socklen_t n = address_to_sockaddr(&a, 8080, &s);
        assert_int_equal(n,
                         a.family == 4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
        assert_int_equal(address_from_sockaddr(&b, (struct sockaddr *)&s), 0);
        assert_true(address_equal(&a, &b));
        assert_int_equal(ntohs(((struct sockaddr_in *)&s)->sin_port), 8080);
    }
    struct sockaddr_storage local = { .ss_family = AF_UNIX };
    struct address b;
    assert_int_equal(address_from_sockaddr(&b, (struct sockaddr *)&local), -EAFNOSUPPORT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_special_block_is_known_at_both_ends),
        cmocka_unit_test(an_embedded_ipv4_address_decides),
        cmocka_unit_test(no_address_is_special),
        cmocka_unit_test(text_forms_are_shortest),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(any_text_is_read_as_inet_pton_reads_it),
        cmocka_unit_test(socket_addresses_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
