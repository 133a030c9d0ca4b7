// SPDX-License-Identifier: MIT
// NAME newline, then a DNS packet that says it is the answer.
#include "fuzz.h"
#include "resolve/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_all(data, size);
    enum query_type type = fuzz_byte(&rest) & 1 ? QUERY_AAAA : QUERY_A;
    struct span name = fuzz_cut(&rest, '\n');
    if (!query_holds(name))
        name = span_of("host.test");
    uint8_t *packet = fuzz_copy(rest);
    struct answer a;
    answer_read(&a, packet, rest.n, name, type);
    FUZZ_MUST(a.count <= RESOLVE_ADDRESSES && a.ttl <= ANSWER_TTL_MOST);
    free(packet);
    return 0;
}
