// SPDX-License-Identifier: MIT
#include "fetch/start.h"
#include "fetch/blocks.h"
#include "fetch/quick.h"
#include <curl/curl.h>
#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>

static CURLcode start_result;

// OpenSSL hands these everything, also what its own would have seen to: no bytes, no block.
static void *start_malloc(size_t n, const char *file, int line)
{
    (void)file, (void)line;
    return n ? blocks_malloc(n) : NULL;
}

static void start_free(void *p, const char *file, int line)
{
    (void)file, (void)line;
    blocks_free(p);
}

static void *start_realloc(void *p, size_t n, const char *file, int line)
{
    if (n)
        return blocks_realloc(p, n);
    start_free(p, file, line);
    return NULL;
}

static void start_once(void)
{
    // A handshake makes thousands of blocks: an eighth less time of it. Refused, and no harm done,
    // when OpenSSL has been used for something else before.
    CRYPTO_set_mem_functions(start_malloc, start_realloc, start_free);
    quick_use(blocks_malloc);
    start_result = curl_global_init_mem(CURL_GLOBAL_ALL, blocks_malloc, blocks_free, blocks_realloc,
                                        blocks_strdup, blocks_calloc);
    // OpenSSL makes what all its calls stand on when it is first needed, once, and follows a null
    // pointer ever after when there was no memory for it. So it is made here, and looked at.
    if (!start_result && !OSSL_LIB_CTX_get0_global_default())
        start_result = CURLE_OUT_OF_MEMORY;
}

int start_libcurl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_once);
    return !start_result ? 0 : start_result == CURLE_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}
