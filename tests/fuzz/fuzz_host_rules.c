// SPDX-License-Identifier: MIT
// What users write to say how a run goes: lines of --host-rules, --engine, sizes, times and rates.
#include "engine/engine.h"
#include "fuzz.h"
#include "manners/host_rules.h"
#include "report/units.h"
#include <math.h>

static void look_up(const struct rules *rules, const char *host)
{
    struct rule found;
    unsigned parts = rules_find(rules, span_of(host), &found);
    if (parts & RULE_CONNECTIONS)
        FUZZ_MUST(found.connections > 0);
    if (parts & RULE_DELAY)
        FUZZ_MUST(found.delay >= 0);
    if (parts & RULE_RATE)
        FUZZ_MUST(isfinite(found.rate) && found.rate >= 0);
    if (parts & RULE_AGENT)
        FUZZ_MUST(found.agent && !strpbrk(found.agent, "\r\n"));
}

static void read_rules(struct span text)
{
    struct rules rules = { 0 };
    while (text.n) {
        struct span line = fuzz_cut(&text, '\n');
        char *copy = fuzz_copy(line), why[HOST_RULES_WHY] = "";
        if (host_rules_line(&rules, (struct span){ copy, line.n }, why) < 0)
            FUZZ_MUST(why[0] && strlen(why) < sizeof why);
        free(copy);
    }
    look_up(&rules, "www.host.test");
    look_up(&rules, "127.0.0.1");
    look_up(&rules, "a.b.example.org");
    rules_fini(&rules);
}

static void read_word(const char *text)
{
    struct engine_spec spec[8];
    char why[200] = "";
    uint64_t bytes;
    int64_t time;
    double rate;
    int n = engine_parse(spec, 8, text, why, sizeof why);
    FUZZ_MUST(n <= 8 && (n > 0 || why[0]));
    for (int k = 0; k < n; k++)
        FUZZ_MUST(spec[k].name && engine_name(&spec[k]));
    units_bytes(text, &bytes);
    if (units_time(text, &time) == 0)
        FUZZ_MUST(time >= 0);
    if (units_rate(text, &rate) == 0)
        FUZZ_MUST(isfinite(rate) && rate >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = fuzz_all(data, size);
    read_rules(text);
    struct span first = fuzz_cut(&text, '\n');
    char *word = strndup(first.n ? first.p : "", first.n);
    FUZZ_MUST(word);
    read_word(word);
    free(word);
    return 0;
}
