// SPDX-License-Identifier: MIT
#include "fetch/start.h"
#include "fetch/blocks.h"
#include "fetch/quick.h"
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>

static CURLcode start_result;

static void start_once(void)
{
    quick_use(blocks_malloc);
    start_result = curl_global_init_mem(CURL_GLOBAL_ALL, blocks_malloc, blocks_free, blocks_realloc,
                                        blocks_strdup, blocks_calloc);
}

int start_libcurl(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_once);
    return start_result ? -EIO : 0;
}
