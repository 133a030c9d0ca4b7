// SPDX-License-Identifier: MIT
#include "config.h"

#include "cmd/version.h"
#include "fiber/annotate.h"
#include <ares.h>
#include <brotli/decode.h>
#include <curl/curl.h>
#include <ev.h>
#include <idn2.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <zlib.h>
#include <zstd.h>

// Tests ask: what a sanitizer takes of addresses, memory and time is not trawl's.
#if defined(ANNOTATE_ASAN)
static const char built_with[] = "built with AddressSanitizer and UndefinedBehaviorSanitizer\n";
#elif defined(ANNOTATE_TSAN)
static const char built_with[] = "built with ThreadSanitizer\n";
#else
static const char built_with[] = "";
#endif

// libcurl names what it was built with as well: "libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13 ...".
void version_write(struct buffer *out)
{
    uint32_t brotli = BrotliDecoderVersion();
    buffer_add_format(out, "trawl %s\n", PACKAGE_VERSION);
    buffer_add_format(out, "%s\n", curl_version());
    buffer_add_format(out, "c-ares/%s\n", ares_version(NULL));
    buffer_add_format(out, "libev/%d.%d\n", ev_version_major(), ev_version_minor());
    buffer_add_format(out, "OpenSSL/%s\n", OpenSSL_version(OPENSSL_VERSION_STRING));
    buffer_add_format(out, "libidn2/%s\n", idn2_check_version(NULL));
    buffer_add_format(out, "zlib/%s zstd/%s brotli/%u.%u.%u\n", zlibVersion(), ZSTD_versionString(),
                      brotli >> 24, brotli >> 12 & 0xfff, brotli & 0xfff);
    buffer_add_format(out, "jansson/%s\n", jansson_version_str());
    buffer_add_string(out, built_with);
}
