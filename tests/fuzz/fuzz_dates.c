// SPDX-License-Identifier: MIT
// The dates of HTTP and of cookies, and Retry-After.
#include "fuzz.h"
#include "web/cookie_date.h"
#include "web/http_date.h"
#include "web/retry_after.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { NOW = 1700000000 };
    const int64_t second = 1000000000, most = 3600 * second;
    struct span text = fuzz_all(data, size);
    int64_t t, wait;
    char shown[HTTP_DATE_ROOM];
    if (http_date_parse(text, NOW, &t) == 0) {
        int64_t again;
        http_date_text(t, shown);
        FUZZ_MUST(http_date_parse(span_of(shown), NOW, &again) == 0 && again == t);
    }
    if (cookie_date_parse(text, &t) == 0)
        http_date_text(t, shown);
    if (retry_after_parse(text, NOW * second, most, &wait) == 0)
        FUZZ_MUST(wait >= 0 && wait <= most);
    return 0;
}
